"""Every number that the schema shows of a run is shown, and in its range, whatever extremes feed it."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator
from importlib import resources
from typing import Any, cast

import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    build_schema,
    get_named_type,
    is_required_argument,
)

from tests.history_service import compact_some
from tests.service import Answer, Service

SCHEMA = build_schema(resources.files("runfolio_schema").joinpath("served.graphql").read_text(encoding="utf-8"))
INT_MAX, EXACT_MAX = 2**31 - 1, 2**53
INT = range(-(2**31), 2**31)
# What fields need to be asked with.
ARGUMENTS = {
    "metric": '(key: "v")',
    "historyColumns": '(keys: ["v", "_step"])',
    "sampledHistory": '(specs: ["{\\"keys\\": [\\"v\\"], \\"samples\\": 5}"])',
    "parquetHistory": "(liveKeys: [])",
    "events": "(samples: 5)",
    "history": "(samples: 5)",
    "run": '(name: "%s")',
    "bucket": '(name: "%s")',
}
# Of a run they lead to what is asked of the project anyway.
LEFT_OUT = {"project", "entity", "user", "runs", "bucket", "run"}
LEVELS = 4
LINES = (0, 1, INT_MAX - 50_001, INT_MAX - 1, INT_MAX, 2**32, EXACT_MAX - 2, EXACT_MAX - 1, EXACT_MAX, 2**63 - 1, 2**63)
STEPS = (
    "-1", "0.5", "2147483648", "9007199254740993", "9223372036854775807", "9223372036854775808",
    "18446744073709551616",
    "1" + "0" * 300, "1" + "0" * 400, "1.7e308", "1e400", "-1e400", "NaN", "Infinity", "-Infinity",
    '"7"', "null", "true",
)  # fmt: skip


def _selection(type_: GraphQLObjectType | GraphQLInterfaceType, levels: int = LEVELS) -> str:
    """Every field of the type that is a number or JSON, and those that lead to some."""
    found = []
    for name, field in type_.fields.items():
        is_asked = name in ARGUMENTS or not any(map(is_required_argument, field.args.values()))
        if name in LEFT_OUT or not is_asked:
            continue
        named = get_named_type(field.type)
        asked = name + ARGUMENTS.get(name, "")
        if named.name in ("Int", "Int64", "Float", "JSON", "JSONString") or name in ("history", "events"):
            found.append(asked)
        elif isinstance(named, GraphQLObjectType | GraphQLInterfaceType) and levels:
            inner = _selection(named, levels - 1)
            found += [f"{asked} {{ {inner} }}"] if inner else []
    return " ".join(found)


def _numbers(type_: GraphQLOutputType, value: Any, path: str) -> Iterator[tuple[str, str, Any]]:
    """Each number of an answer: where it stands, its type, itself."""
    if value is None:
        return
    if isinstance(type_, GraphQLNonNull):
        yield from _numbers(type_.of_type, value, path)
    elif isinstance(type_, GraphQLList):
        for item in value:
            yield from _numbers(type_.of_type, item, path)
    elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        for name, inner in value.items():
            yield from _numbers(type_.fields[name].type, inner, f"{path}.{name}")
    elif type_.name in ("Int", "Int64", "Float"):
        yield path, type_.name, value


def _is_shown(kind: str, number: Any) -> bool:
    if kind == "Float":
        return math.isfinite(number)
    return type(number) is int and number in (INT if kind == "Int" else range(EXACT_MAX + 1))


RUN = cast("GraphQLObjectType", SCHEMA.get_type("Run"))
QUERY = f'query($r: String!) {{ project(name: "p") {{ run(name: $r) {{ {_selection(RUN)} }} }} }}'
SHOWN = {
    "exitCode", "lastStep", "rejectedLineCount", "historyLineCount", "eventsLineCount", "logLineCount", "fileCount",
    "projectId", "historyKeys", "metricKeys", "consoleLines", "logLines", "files", "stateChanges",
    "metric", "historyColumns",
}  # fmt: skip


async def _check(service: Service, run: str) -> None:
    for _ in range(2):
        answer = await service.graphql(QUERY, r=run)
        found = answer.data["project"]["run"]
        assert SHOWN <= set(found)
        wrong = [shown for shown in _numbers(RUN, found, "run") if not _is_shown(*shown[1:])]
        assert [] == wrong
        await compact_some(service.database)


async def _send(service: Service, run: str, files: dict[str, Any], writer: str = "", **more: Any) -> Answer:
    headers = {"X-WANDB-ASYNC-CLIENT-ID": writer} if writer else {}
    answer = await service.stream(f"ada/p/{run}", json.dumps({"files": files, **more}).encode(), **headers)
    assert answer.status in (200, 400, 413), answer
    return answer


def _text(file: str, number: int) -> str:
    """A line that is another one than those of other numbers."""
    return f"2026-11-20T09:52:02.{number:06} x" if file == "output.log" else json.dumps({"v": number, "_step": number})


@pytest.mark.parametrize("file", ["wandb-history.jsonl", "wandb-events.jsonl", "output.log"])
async def test_numbers_of_lines_are_shown_whoever_sends_which(service: Service, file: str) -> None:
    run = f"lines-{file.replace('.', '-')}"
    await service.start_run(run)
    # Line 0 once more, with another text, begins another epoch.
    sent = itertools.product(["", "one", "two"], [*LINES, 0, EXACT_MAX - 1, INT_MAX])
    for number, (writer, offset) in enumerate(sent):
        await _send(service, run, {file: {"offset": offset, "content": [_text(file, number)] * 2}}, writer)

    await _check(service, run)


@pytest.mark.parametrize("step", STEPS)
async def test_steps_and_values_are_shown(service: Service, step: str) -> None:
    run = f"steps-{abs(hash(step))}"
    await service.start_run(run)
    row = f'{{"_step": {step}, "_timestamp": {step}, "_runtime": {step}, "v": {step}, "_wandb": {{"runtime": {step}}}}}'
    for file in ("wandb-history.jsonl", "wandb-events.jsonl", "wandb-summary.json"):
        await _send(service, run, {file: {"offset": 0, "content": [row, '{"v": 1}', row]}})

    await _check(service, run)


@pytest.mark.parametrize("code", [-(2**31) - 1, -(2**31), -1, 255, INT_MAX, 2**31, 2**63, 2**64])
async def test_exit_codes_are_shown(service: Service, code: int) -> None:
    run = f"exit-{abs(hash(code))}"
    await service.start_run(run)
    await _send(service, run, {}, complete=True, exitcode=code)

    await _check(service, run)


async def test_numbers_of_appended_rows_are_shown(service: Service) -> None:
    run_id = (await service.start_run("append"))["id"]
    append = (
        "mutation($input: AppendHistoryInput!) { appendHistory(input: $input) {"
        " nextOffset rejectedCount summaryRejectedCount run { historyLineCount lastStep } } }"
    )
    for writer, offset, stream in itertools.product("ab", LINES, ("HISTORY", "SYSTEM")):
        lines = {"offset": offset, "jsonLines": f'{{"v": {offset}}}\n{{"v": 2}}', "stream": stream}
        answer = await service.graphql(append, input={"runId": run_id, "writer": writer, **lines})
        assert answer.status in (200, 400)
        assert 400 == answer.status or "errors" not in answer.body or offset >= EXACT_MAX - 2, answer

    await _check(service, "append")


async def test_the_last_console_number_is_taken_and_what_is_beyond_is_left_out_beside_its_rows(
    service: Service,
) -> None:
    await service.start_run("edge")
    console = {"offset": INT_MAX - 2, "content": ["last"]}
    rows = {"offset": 0, "content": ['{"v": 1}']}

    taken = await _send(service, "edge", {"output.log": console}, "one")
    beyond = await _send(
        service, "edge", {"output.log": {"offset": 0, "content": ["x", "y"]}, "wandb-history.jsonl": rows}, "two"
    )
    one_more = await _send(service, "edge", {"output.log": {"offset": 0, "content": ["x"]}}, "two")

    assert "rejected" not in taken.body
    assert (200, "console", 0) == (
        beyond.status,
        beyond.body["rejected"][0]["stream"],
        beyond.body["rejected"][0]["line"],
    )
    assert f"{INT_MAX:,}" in beyond.body["rejected"][0]["message"]
    assert "rejected" not in one_more.body
    lines = (
        await service.graphql('{ project(name: "p") { run(name: "edge") { consoleLines { lines { number line } } } } }')
    ).data["project"]["run"]["consoleLines"]["lines"]
    assert [(INT_MAX - 2, "last"), (INT_MAX - 1, "x")] == [(line["number"], line["line"]) for line in lines]
    assert ['{"v":1}'] == [row.replace(" ", "") for row in await service.rows("p", "edge")]
