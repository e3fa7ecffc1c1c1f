"""The table "Bad lines" of api/README.md, row by row: what is kept comes back, what is kept out is counted."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from runfolio_server.ingest.compact import compact_stream, streams_to_compact
from tests.service import HISTORY_FILE, Service

README = Path(__file__).parents[2] / "api" / "README.md"
SUMMARY_FILE = "wandb-summary.json"
BEFORE_IT = '{"v":"before"}'
BEFORE, AFTER = '{"_step":7,"at":"before"}', '{"_step":9,"at":"after"}'


def _deep(levels: int) -> str:
    return '{"_step":8,"v":' + "[" * (levels - 1) + "]" * (levels - 1) + "}"


def _wide(keys: int) -> str:
    return '{"_step":8,' + ",".join(f'"k{number}":1' for number in range(keys - 1)) + "}"


LINES = {
    "is broken JSON": '{"_step":8,"v":',
    "is empty": "",
    "is a list, a number, a text or null": "[1]",
    "has 10 MB": json.dumps({"_step": 8, "v": "x" * 10_000_000}),
    "is nested 200 levels deep": _deep(200),
    "is nested 201 levels deep": _deep(201),
    "is nested 10,000 levels deep": _deep(10_000),
    "has 100,000 keys": _wide(100_000),
    "has 100,001 keys": _wide(100_001),
    "has a million keys": _wide(1_000_000),
    "has a key of 3,000 letters": '{"_step":8,"' + "k" * 3000 + '":1}',
    "has a key of 3,000 letters inside an object": '{"_step":8,"v":{"' + "k" * 3000 + '":1}}',
    "has lone surrogates": '{"_step":8,"v":"\\ud800","\\udfff":1}',
    "has NUL in a text or a key": '{"_step":8,"v":"\\u0000","\\u0000":1}',
    "has NaN, Infinity and -Infinity": '{"_step":8,"v":[NaN,Infinity,-Infinity],"w":NaN}',
    "has 1e400": '{"_step":8,"v":1e400}',
    "has an integer of 1,000 digits": '{"_step":8,"v":' + "9" * 1000 + "}",
    "has an integer of 5,000 digits": '{"_step":8,"v":' + "9" * 5000 + "}",
    "has duplicate keys": '{"_step":8,"v":1,"v":2}',
    "has a step that goes back": '{"_step":3,"v":1}',
    "has a step that is no number": '{"_step":"eight","v":1}',
    "has no step": '{"v":1}',
}


def _table() -> dict[str, str]:
    section = README.read_text(encoding="utf-8").partition("## Bad lines")[2].partition("\n## ")[0]
    return dict(
        re.findall(
            r"^\| ((?:is|has) .+?) \| (kept|kept raw|kept without its key|kept out) \| .*\|$", section, re.MULTILINE
        )
    )


TABLE = _table()
# What comes back of a line that is kept without a key, and the key.
WITHOUT_KEYS: dict[str, tuple[str, str]] = {
    "is nested 201 levels deep": ('{"_step":8}', "v"),
    "is nested 10,000 levels deep": ('{"_step":8}', "v"),
    "has a key of 3,000 letters": ('{"_step":8}', "k" * 200),
    "has a key of 3,000 letters inside an object": ('{"_step":8,"v":{}}', "v." + "k" * 198),
    "has an integer of 5,000 digits": ('{"_step":8}', "v"),
}
LONG = "9" * 5000
# The text of a summary, and what comes back of it; None: the one before.
SUMMARIES: dict[str, tuple[str, str | None]] = {
    "NaN, Infinity, NUL or a lone surrogate": (
        '{"v":[NaN,-Infinity,"\\u0000\\ud800"]}',
        '{"v":[NaN,-Infinity,"\\u0000\\ud800"]}',
    ),
    "an integer of 5,000 digits": (f'{{"v":{LONG},"loss":0.5}}', '{"loss":0.5}'),
    "a list nested 201 levels deep": (f'{{"loss":0.5,"v":{"[" * 200}{"]" * 200}}}', '{"loss":0.5}'),
    "an integer of 5,000 digits inside an object": (f'{{"in":{{"loss":0.5,"v":{LONG}}}}}', '{"in":{"loss":0.5}}'),
    "broken JSON": ('{"loss":0.5', None),
    "a list around it": ('[{"loss":0.5}]', None),
}


def test_each_row_of_the_table_has_a_line_and_each_line_a_row() -> None:
    assert sorted(TABLE) == sorted(LINES)


def test_what_is_left_of_a_line_is_known_of_each_that_is_kept_without_a_key() -> None:
    assert {case for case, outcome in TABLE.items() if outcome == "kept without its key"} == set(WITHOUT_KEYS)


def test_each_row_of_the_table_of_summaries_is_tried() -> None:
    assert sorted(_summary_table()) == sorted(SUMMARIES)


@pytest.mark.parametrize("door", ["stream", "mutation"])
@pytest.mark.parametrize("case", SUMMARIES)
async def test_a_value_that_is_not_kept_costs_the_summary_its_key_and_nothing_else(
    service: Service, case: str, door: str
) -> None:
    name = f"summary-{uuid4().hex[:8]}"
    run = await service.start_run(name)
    text, expected = SUMMARIES[case]
    outcome = _summary_table()[case]
    assert await _log_summary(service, run, "stream", 0, BEFORE_IT) == ("kept", [])

    for number in (1, 2):
        keys = ["in.v" if '"in"' in text else "v"] if outcome == "kept without its key" else []
        assert await _log_summary(service, run, door, number, text) == (outcome, keys)
        assert repr(json.loads(expected or BEFORE_IT)) == repr(json.loads(await _summary(service, name)))
        # However often it is sent; of what GraphQL refuses nothing is stored.
        is_counted = bool(keys) or (outcome == "kept out" and door == "stream")
        assert int(is_counted) == await _counts(service, name)

    assert await _log_summary(service, run, door, 3, '{"v":"after"}') == ("kept", [])
    assert '{"v":"after"}' == await _summary(service, name)


@pytest.mark.parametrize("door", ["stream", "mutation"])
@pytest.mark.parametrize("case", LINES)
async def test_a_bad_line_is_treated_as_the_table_says_and_blocks_no_other(
    service: Service, case: str, door: str
) -> None:
    name = f"bad-{uuid4().hex[:8]}"
    run = await service.start_run(name)
    is_whole = TABLE[case] in ("kept", "kept raw")
    left, key = WITHOUT_KEYS.get(case, (None if TABLE[case] == "kept out" else LINES[case], None))

    for _ in range(2):
        rejected = await _log(service, run, door, [BEFORE, LINES[case], AFTER])
        counts = await _counts(service, name)

        assert [] == rejected if is_whole else [(1, key)] == rejected
        assert (0 if is_whole else 1) == counts

    rows: list[dict[str, Any]] = []
    for is_compacted in (False, True):
        if is_compacted:
            await _compact(service)
        rows = [json.loads(row) for row in await service.rows("p", name)]
        bad = [row for row in rows if "at" not in row]
        assert {"before", "after"} == {row["at"] for row in rows if "at" in row}
        assert ([json.loads(left)] if left else []) == (_comparable(bad, left) if left else bad)
    if case == "has a step that goes back":
        assert [3, 7, 9] == [row["_step"] for row in rows]


async def _log_summary(
    service: Service, run: dict[str, Any], door: str, number: int, text: str
) -> tuple[str, list[str]]:
    """Send a row and a summary; what the answer says of it, and the keys that were left out."""
    if door == "stream":
        files = {HISTORY_FILE: {"offset": number, "content": ['{"a":1}']}, SUMMARY_FILE: {"content": [text]}}
        answer = await service.stream(f"ada/p/{run['name']}", {"files": files})
        told = answer.body.get("rejected", [])
        assert (200, ["summary"] * len(told)) == (answer.status, [one["stream"] for one in told])
        keys = re.findall("the summary is without '(.+?)': ", " ".join(one["message"] for one in told))
        return ("kept without its key" if keys else "kept out" if told else "kept"), keys
    document = (
        "mutation($i: AppendHistoryInput!) { appendHistory(input: $i) {"
        " rejected { line } summaryRejected { key message } summaryRejectedCount } }"
    )
    sent = {"runId": run["id"], "offset": number, "rows": ['{"a":1}'], "summaryMetrics": text}
    answer = await service.graphql(document, i=sent)
    if answer.status == 400:
        assert "input.summaryMetrics" == answer.error["extensions"]["path"]
        return "kept out", []
    payload = answer.data["appendHistory"]
    keys = [one["key"] for one in payload["summaryRejected"]]
    assert ([], len(keys)) == (payload["rejected"], payload["summaryRejectedCount"])
    return ("kept without its key" if keys else "kept"), keys


async def _summary(service: Service, name: str) -> str:
    document = 'query($name: String!) { project(name: "p") { run(name: $name) { summaryMetrics } } }'
    found: str = (await service.graphql(document, name=name)).data["project"]["run"]["summaryMetrics"]
    return found


def _summary_table() -> dict[str, str]:
    section = README.read_text(encoding="utf-8").partition("| A summary with |")[2].partition("\n\n")[0]
    return dict(re.findall(r"^\| ([^|]+) \| (kept|kept without its key|kept out) \| .*\|$", section, re.MULTILINE))


def _comparable(rows: list[Any], line: str) -> list[Any]:
    """The rows; the line itself in the place of one that is equal but for NaN."""
    return [json.loads(line) if _same(row, json.loads(line)) else row for row in rows]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return type(one) is type(other) and bool(one == other)


async def _log(service: Service, run: dict[str, Any], door: str, lines: list[str]) -> list[tuple[int, str | None]]:
    """Send the lines; the numbers of those that were kept out, and of the others the keys that they are without."""
    if door == "stream":
        answer = await service.log(f"ada/p/{run['name']}", 0, lines)
        assert 200 == answer.status
        return [(rejected["line"], rejected["key"]) for rejected in answer.body.get("rejected", [])]
    document = "mutation($i: AppendHistoryInput!) { appendHistory(input: $i) { rejectedCount rejected { line key } } }"
    answer = await service.graphql(document, i={"runId": run["id"], "offset": 0, "rows": lines})
    payload = answer.data["appendHistory"]
    assert len(payload["rejected"]) == payload["rejectedCount"]
    return [(rejected["line"], rejected["key"]) for rejected in payload["rejected"]]


async def _counts(service: Service, name: str) -> int:
    document = '{ project(name: "p", entityName: "ada") { run(name: "%s") { rejectedLineCount } } }'
    answer = await service.graphql(document % name)
    found: int = answer.data["project"]["run"]["rejectedLineCount"]
    return found


async def _compact(service: Service) -> None:
    async with service.database.connection() as connection:
        await connection.script("UPDATE runs SET heartbeat_at = now() - interval '1 hour'")
        streams = await streams_to_compact(connection, 100)
    assert streams
    for stream in streams:
        assert await compact_stream(service.database, stream.run_id, stream.stream, stream.writer, stream.epoch)
