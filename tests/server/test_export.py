"""`/export/{entity}/{project}/runs.ndjson`: whole projects as columns, told apart from parts of them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import httpx
import pytest

from runfolio_server.actions.exports import runs as export_runs
from runfolio_server.domain import document_columns
from runfolio_server.domain.document_columns import config_columns, read_documents
from runfolio_server.endpoints.export import told_errors
from runfolio_server.sql.pool import open_database
from tests.service import Service


async def lines(service: Service, path: str, user: str | None = "ada", **options: Any) -> list[dict[str, Any]]:
    """The lines of an answer."""
    response = await service.http.post(
        f"/export/{path}/runs.ndjson", json=options, headers={**service.headers(user), "Accept-Encoding": "identity"}
    )
    assert 200 == response.status_code, response.text
    assert "application/x-ndjson" == response.headers["Content-Type"]
    return [json.loads(line) for line in response.text.splitlines()]


async def ask(service: Service, path: str, user: str | None = "ada", **options: Any) -> httpx.Response:
    """An answer of any status."""
    return await service.http.post(f"/export/{path}/runs.ndjson", json=options, headers=service.headers(user))


@pytest.fixture(scope="module")
async def five(service: Service) -> list[str]:
    """Five runs of ada/five, each of about 1 kB."""
    names = [f"r{number}" for number in range(5)]
    for number, name in enumerate(names):
        config = {"n": {"value": number}, "pad": {"value": "x" * 900}}
        await service.start_run(name, "five", config=json.dumps(config))
    return names


async def test_a_small_project_is_one_page_and_the_end(service: Service, five: list[str]) -> None:
    page, end = await lines(service, "ada/five")

    assert {"end": {"runs": 5}} == end
    assert 5 == page["runs"]
    assert five == page["columns"]["id"]
    assert [0, 1, 2, 3, 4] == page["columns"]["config.n"]
    assert {5} == {len(column) for column in page["columns"].values()}
    assert {"ada"} == set(page["columns"]["user"]) == set(page["columns"]["entity"])


async def test_get_takes_the_same_options_in_the_url(service: Service, five: list[str]) -> None:
    response = await service.http.get(
        "/export/ada/five/runs.ndjson",
        params={"filters": '{"config.n":{"$gt":1}}', "order": "-config.n", "column": ["id", "config.n"]},
        headers=service.headers("ada"),
    )

    page = json.loads(response.text.splitlines()[0])
    assert {"runs": 3, "columns": {"id": ["r4", "r3", "r2"], "config.n": [4, 3, 2]}} == page


@pytest.mark.parametrize(("page_runs", "page_bytes"), [(2, 10**9), (1000, 2500), (1000, 1), (3, 1500)])
async def test_pages_hold_every_run_once_however_they_are_cut(
    page_runs: int, page_bytes: int, service: Service, five: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_runs, "PAGE_RUNS", page_runs)
    monkeypatch.setattr(export_runs, "PAGE_BYTES", page_bytes)

    *pages, end = await lines(service, "ada/five", order="-config.n")

    assert len(pages) > 1
    assert five[::-1] == [name for page in pages for name in page["columns"]["id"]]
    assert [4, 3, 2, 1, 0] == [number for page in pages for number in page["columns"]["config.n"]]
    assert {"end": {"runs": 5}} == end


async def test_runs_that_share_no_keys_are_spread_over_pages(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_columns, "CELLS_MAX", 30)
    for run in range(5):
        config = {f"key-{run}-{number}": {"value": {"a": run, "b": run}} for number in range(4)}
        await service.start_run(f"wide{run}", "wide", config=json.dumps(config))

    *pages, end = await lines(service, "ada/wide")

    assert [f"wide{run}" for run in range(5)] == [name for page in pages for name in page["columns"]["id"]]
    assert {"end": {"runs": 5}} == end
    assert all(len(page["columns"]) * page["runs"] < 30 + 16 * page["runs"] for page in pages)
    assert [4] == pages[-1]["columns"]["config.key-4-3.b"]


async def test_a_run_that_is_deleted_meanwhile_is_left_out_and_not_counted(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        await service.start_run(f"d{number}", "fading")
    monkeypatch.setattr(export_runs, "PAGE_RUNS", 2)
    export = await export_runs.open_export(
        service.database,
        await service.app.state.sign_in.viewer(service.headers("ada")["Authorization"]),
        export_runs.ExportRequest("ada", "fading"),
    )
    found = export.lines()

    first = json.loads(await anext(found))
    deleted = 'mutation { deleteRuns(input: {projectName: "fading", filters: "{\\"name\\": \\"d2\\"}"}) { count } }'
    assert 1 == (await service.graphql(deleted)).data["deleteRuns"]["count"]
    rest = [json.loads(line) async for line in found]

    assert ["d0", "d1"] == first["columns"]["id"]
    assert [["d3"]] == [page["columns"]["id"] for page in rest[:-1]]
    assert {"end": {"runs": 3}} == rest[-1]


async def test_no_connection_is_held_between_two_pages(
    service: Service, five: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_runs, "PAGE_RUNS", 1)
    viewer = await service.app.state.sign_in.viewer(service.headers("ada")["Authorization"])
    exports = [
        await export_runs.open_export(service.database, viewer, export_runs.ExportRequest("ada", "five"))
        for _ in range(service.settings.pool_size + 2)
    ]

    begun = [export.lines() for export in exports]
    firsts = [await anext(found) for found in begun]

    assert 1 == len(set(firsts))
    assert 6 == len(await lines(service, "ada/five")), "there is a connection left for others"
    for found in begun:
        await found.aclose()  # type: ignore[attr-defined]


async def test_what_goes_wrong_in_the_midst_is_the_last_line(
    service: Service, five: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_runs, "PAGE_RUNS", 2)
    viewer = await service.app.state.sign_in.viewer(service.headers("ada")["Authorization"])
    database = await open_database(service.settings.database_url, size=1, wait_s=1, statement_timeout_s=5)
    export = await export_runs.open_export(database, viewer, export_runs.ExportRequest("ada", "five"))
    found = export.lines()
    answer = told_errors(await anext(found), found)

    first = json.loads(await anext(answer))
    await database.close()
    rest = [json.loads(line) async for line in answer]

    assert 2 == first["runs"]
    assert ["UNAVAILABLE"] == [line["errors"][0]["extensions"]["code"] for line in rest]


async def test_what_is_wrong_with_the_request_has_its_status(service: Service, five: list[str]) -> None:
    answers = {
        401: [await ask(service, "ada/five", user="0" * 40)],
        404: [
            await ask(service, "ada/nothing"),
            *[await ask(service, "ada/five", user=user) for user in ("bob", None)],
        ],
        400: [
            await ask(service, "ada/five", filters="{"),
            await ask(service, "ada/five", filters={"state": "finished"}),
            await ask(service, "ada/five", order="-nothing"),
            await ask(service, "ada/five", columns=["nothing"]),
            await ask(service, "ada/five", columns=["config."]),
            await ask(service, "ada/five", columns="id"),
            await ask(service, "ada/five", columns=["id"] * 10_001),
        ],
    }

    for status, found in answers.items():
        assert [status] * len(found) == [answer.status_code for answer in found]
        assert all(answer.json()["errors"][0]["message"] for answer in found)


async def test_what_another_entity_has_looks_like_nothing(service: Service, five: list[str]) -> None:
    there = await ask(service, "ada/five", user="bob")
    nowhere = await ask(service, "ada/fiver", user="bob")

    assert there.text == nowhere.text.replace("fiver", "five")


def test_documents_are_read_exactly_whether_strict_or_not() -> None:
    assert read_documents(['{"a": 0.0038243894528345345}', '{"a": 1}']).is_strict
    assert read_documents(['{"a": 9007199254740993}']).is_strict
    for text in ('{"a": 123456789012345678901234}', '{"a":[1,-123456789012345678901234]}', '{"a": NaN}'):
        found = read_documents(["{}", text])
        assert not found.is_strict
        assert repr([{}, json.loads(text)]) == repr(found.objects)
    assert [{}, {}] == read_documents(["[1]", "null"]).objects


def test_an_object_is_opened_and_an_empty_one_is_a_value() -> None:
    documents: list[dict[str, Any]] = [{"a": {"value": {"b": {"c": 1}, "d": {}}}, "e": 5}, {"a": {"value": None}}]

    assert {"config.e": [5, None], "config.a.b.c": [1, None], "config.a.d": [{}, None]} == config_columns(documents)


async def test_columns_are_named_as_in_filters_and_told_as_they_were_asked_for(service: Service) -> None:
    config = {
        "lr": {"value": 0.1},
        "a.b": {"value": 1},
        "a": {"value": {"b": 2, "c": [3, 4]}},
        "held": {"value": {"value": 5}},
    }
    await service.start_run("one", "named", config=json.dumps(config))
    await service.start_run("two", "named")
    summary = '{"loss": 0.5, "x.y": 6, "_step": 7}'
    await service.stream("ada/named/one", {"files": {"wandb-summary.json": {"content": [summary]}}})
    expected: dict[str, list[Any]] = {
        "id": ["one", "two"],
        "jobType": [None, None],
        "username": ["ada", "ada"],
        "config.lr": [0.1, None],
        "config.lr.value": [0.1, None],
        "config.held": [None, None],
        "config.held.value": [5, None],
        "config.a.b": [1, None],
        'config["a.b"]': [1, None],
        "config['a']['b']": [2, None],
        'config["a"]["c"]["-1"]': [4, None],
        'config["a"]["c"]["2"]': [None, None],
        'config["a"]': [{"b": 2, "c": [3, 4]}, None],
        'config["held"]': [{"value": 5}, None],
        "summary.loss": [0.5, None],
        "summary_metrics.loss": [0.5, None],
        "summaryMetrics.loss": [0.5, None],
        'summary_metrics["x.y"]': [6, None],
        "_step": [7, None],
    }

    page, _ = await lines(service, "ada/named", columns=list(expected))

    assert expected == page["columns"]
    assert list(expected) == list(page["columns"])


async def test_the_name_is_what_people_read_and_the_duration_is_in_seconds(service: Service) -> None:
    await service.start_run("slug", "timed")

    page, _ = await lines(
        service, "ada/timed", columns=["name", "displayName", "duration", "createdAt", "heartbeat_at"]
    )

    columns = page["columns"]
    begin, end = (datetime.fromisoformat(columns[name][0]) for name in ("createdAt", "heartbeat_at"))
    assert columns["name"] == columns["displayName"] != ["slug"]
    # The duration is that of the times as they are stored; these are cut off.
    assert abs((end - begin).total_seconds() - columns["duration"][0]) < 1


@pytest.mark.parametrize(
    "name", ["config", "config.", "configlr", 'config["a"', "config[]", "summary_metrics", "tags.a"]
)
async def test_what_is_no_column_is_refused_with_what_is_one(service: Service, five: list[str], name: str) -> None:
    answer = await ask(service, "ada/five", columns=[name])

    assert 400 == answer.status_code
    assert "columns" == answer.json()["errors"][0]["extensions"]["path"]
    assert answer.json()["errors"][0]["extensions"]["allowed"]


async def test_parameters_that_there_are_not_are_refused(service: Service, five: list[str]) -> None:
    url, headers = "/export/ada/five/runs.ndjson", service.headers("ada")
    answers = [
        await service.http.get(url, params={"filter": "{}"}, headers=headers),
        await service.http.get(url, params={"columns": "id"}, headers=headers),
        await service.http.post(url, json={"filter": "{}"}, headers=headers),
        await service.http.post(url, json={}, params={"filters": "{}"}, headers=headers),
    ]

    messages = [answer.json()["errors"][0]["message"] for answer in answers]
    assert [400] * 4 == [answer.status_code for answer in answers]
    assert [
        "parameter is 'filter'; allowed: filters, order, column",
        "parameter is 'columns'; allowed: filters, order, column",
        "parameter is 'filter'; allowed: filters, order, columns",
        "parameter is 'filters'; allowed: none",
    ] == messages
