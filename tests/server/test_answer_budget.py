"""An answer ends where its budget does: each way that was found to grow one, with budgets of a test's size."""

from __future__ import annotations

import gc
import json
from typing import Any

import pytest

from runfolio_server import answer_budget, memory_back
from runfolio_server.answer_budget import AnswerBudget
from runfolio_server.endpoints import graphql
from runfolio_server.graph.runs import history
from runfolio_server.held_bytes import Room
from runfolio_server.history.reading import scan
from runfolio_server.history.reading.keys import KeySummary
from runfolio_server.memory_back import MemoryBack
from tests.server.statements import Statements
from tests.service import Answer, Service

APPEND = "mutation($input: AppendHistoryInput!) { appendHistory(input: $input) { rejectedCount } }"
OF_RUN = '{ project(name: "p") { run(name: "large") { %s } } }'
OTHERS = """{ project(name: "p") {
  a: run(name: "other-0") { id displayName } b: run(name: "other-1") { id displayName } } }"""
BYTES, VALUES = 200_000, 20_000
ROWS, KEYS = 2000, 500
LONG = 10_000
STREAMED = ["console line " + "x" * 80] * 2000


class Seen(AnswerBudget):
    """A budget of a test's size, of which the last one is kept, with the most that was held at once."""

    last: Seen
    most_held = 0

    def __init__(self, _bytes: int, _values: int, room: Room) -> None:
        super().__init__(BYTES, VALUES, room)
        Seen.last = self

    def hold(self, size: int, values: int) -> None:
        self.most_held = max(self.most_held, self.size + self._held_size + size)
        super().hold(size, values)


@pytest.fixture(autouse=True)
async def large(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run with much of everything, and small budgets."""
    if (await service.graphql(OF_RUN % "id")).data["project"] is None:
        config = json.dumps({"text": {"value": "c" * LONG}})
        run = await service.start_run("large", config=config, notes="n" * 5000)
        rows = [{"_step": step, "loss": step / 7, "text": "t" * 40} for step in range(ROWS)]
        rows.append({"_step": ROWS, **{f"key-{number}": number for number in range(KEYS)}})
        lines = "\n".join(map(json.dumps, rows))
        assert (await service.graphql(APPEND, input={"runId": run["id"], "offset": 0, "jsonLines": lines})).data
        await service.stream("ada/p/large", {"files": {"output.log": {"offset": 0, "content": STREAMED}}})
        for number in range(60):
            await service.start_run(f"other-{number}", config=config)
    monkeypatch.setattr(graphql, "AnswerBudget", Seen)
    monkeypatch.setattr(scan, "PAGE_BYTES", 16 * 1024)


def _ended(answer: Answer, field: str) -> None:
    assert (413, "ANSWER_TOO_LARGE") == (answer.status, answer.error["extensions"]["code"]), answer
    assert "data" not in answer.body
    assert f"most of it is {field}" in answer.error["message"]


def _aliases(field: str, count: int = 60) -> str:
    return " ".join(f"a{number}: {field}" for number in range(count))


SPECS = ", ".join([r'"{\"minStep\": 0, \"keys\": [\"loss\", \"text\"]}"'] * 4)
MANY = {
    "windows of a sample": (f"sampledHistory(specs: [{SPECS}])", "project.run.sampledHistory"),
    "windows": (_aliases("history(minStep: 0)", 15), "project.run.a"),
    "config": (_aliases("config", 98), "project.run.a"),
    "keys as the SDK reads them": (_aliases("historyKeys"), "historyKeys"),
    "keys": (_aliases("metricKeys { name count lastValue }"), "project.run.a"),
    "rows": (_aliases("historyRows(first: 1000) { rows }"), "project.run.a"),
    "samples": (_aliases("historySample(samples: 1000)"), "project.run.a"),
    "columns": (_aliases('historyColumns(keys: ["loss", "text"]) { steps values }'), "project.run.a"),
    "columns again and again": (
        f'historyColumns(keys: ["loss"]) {{ {_aliases("values")} }}',
        "project.run.historyColumns.a",
    ),
    "console lines": (_aliases("consoleLines { lines { line } }"), "project.run.a"),
    "last console lines": (_aliases("logLines(last: 2000) { edges { node { line } } }"), "project.run.a"),
    "names of fields": (" ".join(f"{'a' * 4000}{number}: id" for number in range(20)), "project.run.a"),
}


@pytest.mark.parametrize("way", MANY)
async def test_what_is_asked_of_a_run_ends_with_the_budget(service: Service, way: str) -> None:
    fields, field = MANY[way]
    if way == "names of fields":
        fields = f"{fields} " + " ".join(f"b{number}: config" for number in range(15))

    answer = await service.graphql(OF_RUN % fields)

    _ended(answer, "project.run.b" if way == "names of fields" else field)
    # One page, or one answer of a field, is read before it is counted.
    assert Seen.last.size < 2 * BYTES
    assert Seen.last.most_held < 2 * BYTES


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ("runs(first: 100) { edges { node { config } } }", "project.runs,"),
        ("runs(first: 15) { edges { node { a: config b: config } } }", "project.runs.edges"),
        (f"runs(first: 100) {{ edges {{ node {{ user {{ {_aliases('username', 90)} }} }} }} }}", "project.runs.edges"),
        (f"runs(first: 100) {{ edges {{ node {{ project {{ {_aliases('name', 90)} }} }} }} }}", "project.runs.edges"),
    ],
    ids=["texts", "texts that are written twice", "a user that runs share", "a project that runs share"],
)
async def test_a_list_ends_with_the_budget(
    service: Service, monkeypatch: pytest.MonkeyPatch, fields: str, field: str
) -> None:
    monkeypatch.setattr(__name__ + ".VALUES", 3000)

    answer = await service.graphql(f'{{ project(name: "p") {{ {fields} }} }}')

    _ended(answer, field)


async def test_an_answer_below_its_budget_is_whole(service: Service) -> None:
    answer = await service.graphql(OF_RUN % "config notes historySample(samples: 100) metricKeys { name }")

    run = answer.data["project"]["run"]
    assert (100, KEYS + 3) == (len(run["historySample"]), len(run["metricKeys"]))
    assert 15_000 < Seen.last.size < BYTES
    assert KEYS + 3 < Seen.last.values < VALUES


async def test_a_window_stops_where_the_budget_ends(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages behind the one that spends it are not read."""
    pages = []
    scan_page = scan.fetch_rows

    async def counted(*arguments: Any, **more: Any) -> Any:
        pages.append(arguments)
        return await scan_page(*arguments, **more)

    monkeypatch.setattr(scan, "fetch_rows", counted)
    monkeypatch.setattr(f"{__name__}.BYTES", 40_000)

    _ended(await service.graphql(OF_RUN % "history(minStep: 0)"), "project.run.history")

    read = len(pages)
    monkeypatch.setattr(f"{__name__}.BYTES", 10_000_000)
    assert (await service.graphql(OF_RUN % "history(minStep: 0)")).data
    assert read < (len(pages) - read) / 2


@pytest.mark.parametrize("field", ["consoleLines { pageInfo { endCursor } }", "logLines(last: 2000) { totalCount }"])
async def test_console_lines_are_read_no_further_than_an_answer_may_hold(
    service: Service, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    monkeypatch.setattr(f"{__name__}.BYTES", 10_000)

    _ended(await service.graphql(OF_RUN % field), f"project.run.{field.partition('(')[0].split()[0]}")

    # The line that was too much is the last one.
    assert 10_000 < Seen.last.most_held < 10_000 + 2 * len(STREAMED[0])


async def test_changes_that_were_made_stay_made_and_the_next_is_not(service: Service) -> None:
    names = ["first", "second"]
    fields = f"run {{ {_aliases('config', 30)} }}"
    calls = " ".join(
        f'{name}: updateRun(input: {{id: $id{number}, displayName: "{name}"}}) {{ {fields} }}'
        for number, name in enumerate(names)
    )
    found = await service.graphql(OTHERS)
    ids = [run["id"] for run in found.data["project"].values()]

    answer = await service.graphql(f"mutation($id0: ID!, $id1: ID!) {{ {calls} }}", id0=ids[0], id1=ids[1])

    _ended(answer, "first.run.a")
    shown = await service.graphql(OTHERS)
    first, second = shown.data["project"].values()
    assert "first" == first["displayName"]
    assert "second" != second["displayName"]


async def test_keys_that_several_fields_ask_for_are_read_once(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.BYTES", 10_000_000)
    fields = "a: metricKeys { name } b: metricKeys { count lastValue } historyKeys"

    sent = await Statements(monkeypatch).of(service, OF_RUN % fields)

    assert 1 == sent.count("select_keys"), sent


async def test_keys_are_counted_before_they_are_made(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.VALUES", 5 * KEYS)
    made = []
    make = history.MetricKey.of

    def counted(key: KeySummary) -> history.MetricKey:
        made.append(key)
        return make(key)

    monkeypatch.setattr(history.MetricKey, "of", counted)

    _ended(await service.graphql(OF_RUN % _aliases("metricKeys { name }")), "project.run.a")

    # As many aliases as there are values for, and not all sixty.
    assert len(made) <= 5 * KEYS


async def test_what_was_read_for_a_refused_answer_waits_for_no_garbage_collector(service: Service) -> None:
    asked = OF_RUN % _aliases("config", 98)
    await service.graphql(asked)
    gc.collect()
    gc.disable()
    try:
        _ended(await service.graphql(asked), "project.run.a")
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        found = [
            type(garbage).__name__
            for garbage in gc.garbage
            if not type(garbage).__module__.startswith("httpx")
            for held in gc.get_referents(garbage)
            if type(held) in (str, bytes) and len(held) >= LONG
        ]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()

    assert [] == found


async def test_a_refused_answer_gives_its_room_and_its_memory_back(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_back, "MUCH_BYTES", BYTES)
    monkeypatch.setattr(answer_budget, "SMALL_ANSWER_BYTES", BYTES // 4)
    memory: MemoryBack = service.app.state.memory_back

    _ended(await service.graphql(OF_RUN % _aliases("historyRows(first: 1000) { rows }")), "project.run.a")

    assert (0, 0) == (service.app.state.held_answers.used, service.app.state.held_answers.waiting)
    assert memory.is_due
