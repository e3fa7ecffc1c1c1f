"""Times are printed in whole seconds and `Z`, wherever they are, and ordered by what is finer."""

from __future__ import annotations

import json
import re

import pytest

from tests.service import Service

WHOLE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
TIMES = "createdAt updatedAt heartbeatAt finishedAt"
RUNS = f"""query($order: String, $after: String) {{ project(name: "p") {{ createdAt
  runs(order: $order, first: 2, after: $after) {{ pageInfo {{ endCursor }}
    edges {{ node {{ name {TIMES} stateChanges {{ edges {{ node {{ at }} }} }} }} }} }} }} }}"""
PRINTED = "2026-01-02T03:04:05Z"
# Two of one second, and a later one.
MOMENTS = {"b": "2026-01-02 03:04:05.900001+00", "a": "2026-01-02 03:04:05.9+00", "c": "2026-01-02 03:04:06+00"}


@pytest.fixture
async def runs(service: Service) -> Service:
    """Three runs that have ended."""
    for name, moment in MOMENTS.items():
        await service.start_run(name)
        await service.stream(f"ada/p/{name}", {"complete": True, "exitcode": 0})
        columns = ", ".join(f"{column}_at = '{moment}'" for column in ("created", "updated", "heartbeat", "finished"))
        async with service.database.connection() as connection:
            await connection.script(f"UPDATE runs SET {columns} WHERE name = '{name}'")
    return service


async def test_times_are_whole_seconds_and_cut_off(runs: Service) -> None:
    one = (await runs.graphql(f'{{ project(name: "p") {{ run(name: "b") {{ {TIMES} }} }} }}')).data["project"]["run"]
    found = (await runs.graphql(RUNS)).data["project"]
    nodes = [edge["node"] for edge in found["runs"]["edges"]]

    assert dict.fromkeys(TIMES.split(), "2026-01-02T03:04:05Z") == one
    assert [one] * 2 == [{name: node[name] for name in TIMES.split()} for node in nodes]
    assert WHOLE.fullmatch(found["createdAt"])


@pytest.mark.parametrize("summary", ['{"x":1}', '{"x":NaN}'])
async def test_an_export_prints_them_alike(runs: Service, summary: str) -> None:
    await runs.start_run("b", state="finished", summaryMetrics=summary)
    answer = await runs.http.get("/export/ada/p/runs.ndjson", headers=runs.headers("ada"))

    columns = json.loads(answer.text.splitlines()[0])["columns"]
    times = [text for name in ("created_at", "heartbeat_at", "finished_at") for text in columns[name]]
    assert 9 == len(times)
    assert all(map(WHOLE.fullmatch, times))


async def test_orders_and_cursors_go_by_microseconds(runs: Service) -> None:
    for order, names in (("+created_at", "abc"), ("-created_at", "cba"), ("-finished_at", "cba")):
        first = (await runs.graphql(RUNS, order=order)).data["project"]["runs"]
        cursor = first["pageInfo"]["endCursor"]
        second = (await runs.graphql(RUNS, order=order, after=cursor)).data["project"]["runs"]

        assert names == "".join(edge["node"]["name"] for edge in first["edges"] + second["edges"])


async def test_changes_of_the_state_have_six_digits(runs: Service) -> None:
    node = (await runs.graphql(RUNS)).data["project"]["runs"]["edges"][0]["node"]
    times = [edge["node"]["at"] for edge in node["stateChanges"]["edges"]]

    assert len(times) >= 2
    assert all(re.fullmatch(r"[\d-]{10}T[\d:]{8}\.\d{6}Z", time) for time in times)


@pytest.mark.parametrize("field", ["created_at", "updatedAt", "heartbeat_at", "finishedAt"])
@pytest.mark.parametrize(
    ("condition", "names"),
    [
        (PRINTED, "ab"),
        ({"$eq": "2026-01-02T04:04:05+01:00"}, "ab"),
        (1767323045, "ab"),
        ("2026-01-02T03:04:05.9Z", "a"),
        ({"$eq": "2026-01-02T03:04:05.900001Z"}, "b"),
        ({"$ne": PRINTED}, "c"),
        ({"$in": [PRINTED, "2026-01-02T03:04:06Z", None]}, "abc"),
        ({"$in": [PRINTED, "2026-01-02T03:04:07Z", "2026-01-02T03:04:05.9Z"]}, "ab"),
        ({"$nin": [PRINTED, "2026-01-02T03:04:07Z"]}, "c"),
        ({"$not": {"$eq": "2026-01-02T03:04:05.9Z"}}, "bc"),
        ({"$gt": PRINTED}, "abc"),
        ({"$lte": PRINTED}, ""),
    ],
)
async def test_a_filter_for_a_printed_time_finds_what_lies_in_that_second(
    runs: Service, field: str, condition: object, names: str
) -> None:
    document = """query($filters: JSONString) { project(name: "p") {
      runs(filters: $filters, order: "+created_at") { edges { node { name } } } } }"""

    answer = await runs.graphql(document, filters=json.dumps({field: condition}))

    assert names == "".join(edge["node"]["name"] for edge in answer.data["project"]["runs"]["edges"])
