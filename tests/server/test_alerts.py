"""Alerts of runs: each is kept once, however often it is sent, and told by an event."""

from __future__ import annotations

from typing import Any

import pytest

from runfolio_server.domain.alert import ALERTS_MAX, TEXT_MAX, TITLE_MAX
from tests.service import Answer, Service

RAISE = """mutation($i: RaiseAlertInput!) { raiseAlert(input: $i) { alert { number title text severity
  user { username } } } }"""
NOTIFY = "mutation($i: NotifyScriptableRunAlertInput!) { notifyScriptableRunAlert(input: $i) { success } }"
LIST = """query($run: String!, $first: Int, $after: String) { project(name: "p") { run(name: $run) {
  alerts(first: $first, after: $after) { totalCount edges { node { number title text severity at user { username } } }
    pageInfo { hasNextPage endCursor } } } } }"""
# The config of a process that tells when it began, some seconds after its start.
TOLD = '{"_wandb": {"value": {"t": {}, "e": {"one": {"startedAt": "2025-11-30T10:00:00Z"}}}}}'


async def _raise(service: Service, run_id: str, title: str, user: str = "ada", **more: object) -> Answer:
    return await service.graphql(RAISE, user, i={"runId": run_id, "title": title, **more})


async def _notify(service: Service, run: str, title: str, user: str = "ada", **more: object) -> Answer:
    names = {"entityName": "ada", "projectName": "p", "runName": run}
    return await service.graphql(NOTIFY, user, i={**names, "title": title, "text": "t", **more})


async def _alerts(service: Service, run: str, first: int = 50, after: str | None = None) -> dict[str, Any]:
    answer = await service.graphql(LIST, run=run, first=first, after=after)
    found: dict[str, Any] = answer.data["project"]["run"]["alerts"]
    return found


async def _titles(service: Service, run: str) -> list[str]:
    return [edge["node"]["title"] for edge in (await _alerts(service, run))["edges"]]


async def _details(service: Service, run: str) -> list[str]:
    async with service.database.connection() as connection:
        rows = await connection._raw.fetch(
            "SELECT e.detail::text FROM run_event AS e JOIN runs USING (run_id)"
            " WHERE name = $1 AND kind = 'run_alerted' ORDER BY number",
            run,
        )
    return [row[0] for row in rows]


async def test_an_alert_is_kept_with_its_run_and_told_by_an_event(service: Service) -> None:
    run = await service.start_run("alerts")
    assert (await _notify(service, "alerts", "low", severity="WARN", waitDuration=60_000)).data
    raised = (await _raise(service, run["id"], "high", text="é \u2028", severity="ERROR")).data["raiseAlert"]["alert"]

    page = await _alerts(service, "alerts")

    first, second = (edge["node"] for edge in page["edges"])
    assert (1, "low", "t", "WARN", {"username": "ada"}) == (
        first["number"],
        first["title"],
        first["text"],
        first["severity"],
        first["user"],
    )
    assert raised == {key: second[key] for key in raised}
    assert (2, "high", "é \u2028", "ERROR") == tuple(raised[key] for key in ("number", "title", "text", "severity"))
    assert first["at"] < second["at"]
    assert 2 == page["totalCount"]
    assert ['{"by": 1, "alert": 1}', '{"by": 1, "alert": 2}'] == await _details(service, "alerts")


async def test_a_title_is_kept_once_within_its_wait_and_again_after_it(service: Service) -> None:
    run = await service.start_run("waits")

    within = [(await _raise(service, run["id"], "t", text=str(n))).data["raiseAlert"]["alert"] for n in range(3)]
    other = (await _raise(service, run["id"], "u")).data["raiseAlert"]["alert"]
    after = (await _raise(service, run["id"], "t", waitS=0)).data["raiseAlert"]["alert"]

    assert [True, False, False] == [alert is not None for alert in within]
    assert (2, 3) == (other["number"], after["number"])
    assert 3 == len(await _details(service, "waits"))


async def test_what_a_process_that_is_sent_again_raises_is_kept_once_however_late(service: Service) -> None:
    for _ in range(3):
        # As `wandb sync` does: the config, what was raised, and only then the config that tells the start.
        await service.start_run("synced", config='{"_wandb": {"value": {"t": {}}}}')
        for title in ("one", "two"):
            assert (await _notify(service, "synced", title, waitDuration=0)).data
        await service.start_run("synced", config=TOLD)
        await service.stream("ada/p/synced", {"complete": True, "exitcode": 0})

    assert ["one", "two"] == await _titles(service, "synced")


async def test_what_a_running_process_raises_again_after_the_wait_is_another_alert(service: Service) -> None:
    await service.start_run("again", config=TOLD)
    for _ in range(2):
        assert (await _notify(service, "again", "same", waitDuration=0)).data

    assert ["same", "same"] == await _titles(service, "again")


async def test_what_is_too_long_is_cut_off_and_what_cannot_be_stored_is_replaced(service: Service) -> None:
    run = await service.start_run("long")

    await _raise(service, run["id"], "t" * (TITLE_MAX + 1), text="x" * (TEXT_MAX + 1))
    await _raise(service, run["id"], "a\0b", text="")

    nodes = [edge["node"] for edge in (await _alerts(service, "long"))["edges"]]
    assert [(TITLE_MAX, "t…"), (3, "␀b")] == [(len(node["title"]), node["title"][-2:]) for node in nodes]
    assert (TEXT_MAX, "x…") == (len(nodes[0]["text"]), nodes[0]["text"][-2:])


async def test_a_run_keeps_so_many_alerts_and_no_more(service: Service) -> None:
    run = await service.start_run("many")
    async with service.database.connection() as connection:
        await connection.script(
            "INSERT INTO run_alert (run_id, number, title, text, severity, user_id)"
            f" SELECT run_id, n, 't', '', 'INFO', 1 FROM runs, generate_series(1, {ALERTS_MAX}) AS n"
            " WHERE name = 'many'"
        )

    answer = await _raise(service, run["id"], "more")

    assert (400, f"The run has raised {ALERTS_MAX} alerts; allowed: {ALERTS_MAX}") == (
        answer.status,
        answer.error["message"],
    )


async def test_alerts_come_in_pages(service: Service) -> None:
    run = await service.start_run("pages")
    for number in range(5):
        await _raise(service, run["id"], f"t{number}")

    titles, after = [], None
    while True:
        page = await _alerts(service, "pages", first=2, after=after)
        titles.append([edge["node"]["title"] for edge in page["edges"]])
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert [["t0", "t1"], ["t2", "t3"], ["t4"]] == titles


@pytest.mark.parametrize("wait", [-1, 1.5, "60", True])
async def test_a_wait_that_is_no_number_of_milliseconds_is_refused(service: Service, wait: object) -> None:
    await service.start_run("refused")

    assert "Duration must be" in (await _notify(service, "refused", "t", waitDuration=wait)).error["message"]


async def test_nobody_raises_an_alert_of_somebody_else_s_run(service: Service) -> None:
    run = await service.start_run("mine")

    for answer in (await _raise(service, run["id"], "t", "bob"), await _notify(service, "mine", "t", "bob")):
        assert (404, "NOT_FOUND") == (answer.status, answer.error["extensions"]["code"])
    assert [] == await _titles(service, "mine")


async def test_the_alerts_of_a_project_are_those_of_all_its_runs_the_newest_first(service: Service) -> None:
    runs = [await service.start_run(name, project="watched") for name in ("one", "two", "gone")]
    for run, title in zip([*runs, runs[0]], ("first", "second", "gone", "third"), strict=True):
        await _raise(service, run["id"], title)
    await service.graphql("mutation($id: ID!) { deleteRun(input: {id: $id}) { clientMutationId } }", id=runs[2]["id"])
    document = """query($after: String) { project(name: "watched") { alerts(first: 2, after: $after) {
      totalCount edges { node { runName alert { title } } } pageInfo { hasNextPage endCursor } } } }"""

    page = (await service.graphql(document)).data["project"]["alerts"]
    rest = (await service.graphql(document, after=page["pageInfo"]["endCursor"])).data["project"]["alerts"]

    found = [(edge["node"]["runName"], edge["node"]["alert"]["title"]) for edge in page["edges"] + rest["edges"]]
    assert [("one", "third"), ("two", "second"), ("one", "first")] == found
    assert (3, True, False) == (page["totalCount"], page["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"])
