"""Whole columns over GraphQL: stored as the same rows would be, once, beside rows and the SDK's lines."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from tests.column_runs import Row, rows, same, segments, send, tail, told, truncate
from tests.sent_columns import columns_input
from tests.server.test_append_history import append, create, rows_of
from tests.service import Service


@pytest.fixture
async def run(service: Service) -> AsyncIterator[Row]:
    """A run; afterwards none in the database has history."""
    yield (await create(service))["run"]
    await truncate(service)


async def test_columns_are_the_rows_they_are_made_of(service: Service, run: Row) -> None:
    answer = await send(service, run, 0, rows(0, 5000))

    assert (5000, 0) == (answer.data["appendHistory"]["nextOffset"], answer.data["appendHistory"]["rejectedCount"])
    assert [(0, 5000)] == await segments(service)
    assert [] == await tail(service)
    assert same(rows(0, 5000), await rows_of(service, run))


async def test_few_rows_wait_for_compaction_like_lines(service: Service, run: Row) -> None:
    await send(service, run, 0, rows(0, 100))

    assert ([], [(0, 100)]) == (await segments(service), await tail(service))
    assert same(rows(0, 100), await rows_of(service, run))


async def test_what_is_sent_again_changes_nothing(service: Service, run: Row) -> None:
    for count in (5000, 100):
        for _ in range(3):
            answer = await send(service, run, 0, rows(0, count), summaryMetrics=json.dumps({"rows": count}))
            assert 5000 == answer.data["appendHistory"]["nextOffset"]

    assert same(rows(0, 5000), await rows_of(service, run))
    assert {"rows": 5000} == json.loads((await told(service, run, "summaryMetrics"))["summaryMetrics"])


async def test_an_overlap_is_trimmed_to_what_is_wanted(service: Service, run: Row) -> None:
    await send(service, run, 0, rows(0, 5000))
    await send(service, run, 3000, rows(3000, 12_000))
    await send(service, run, 11_990, rows(11_990, 12_010))
    await append(service, run, 11_000, [json.dumps(one) for one in rows(11_000, 12_020)])

    assert [(0, 5000), (5000, 7000)] == await segments(service)
    assert [(12_000, 10), (12_010, 10)] == await tail(service)
    assert same(rows(0, 12_020), await rows_of(service, run))


async def test_a_gap_is_kept_and_taken_later(service: Service, run: Row) -> None:
    await send(service, run, 0, rows(0, 300))
    await send(service, run, 6000, rows(6000, 11_000))
    await send(service, run, 5000, rows(5000, 5010))
    ahead = await rows_of(service, run)
    # All of it, of which two ranges are wanted.
    await send(service, run, 0, rows(0, 11_000))

    assert same([*rows(0, 300), *rows(5000, 5010), *rows(6000, 11_000)], ahead)
    assert [(0, 300), (300, 4700), (6000, 5000)] == await segments(service)
    assert [(5000, 10), (5010, 990)] == await tail(service)
    assert same(rows(0, 11_000), await rows_of(service, run))


async def test_another_line_0_is_another_process_and_both_are_kept(service: Service, run: Row) -> None:
    other = [{**one, "again": True} for one in rows(0, 5000)]

    for sent in (rows(0, 5000), other, rows(0, 5000), other, other[:10]):
        await send(service, run, 0, sent)
    await send(service, run, 5000, rows(5000, 5001))

    found = await rows_of(service, run)
    assert [5000, 5000] == [count for _, count in await segments(service)]
    assert same(rows(0, 5000), [one for one in found if "again" not in one][:5000])
    assert same(other, [one for one in found if "again" in one])
    # A line without line 0 goes to the newest process.
    assert 10_001 == len(found)


async def test_line_0_is_the_same_whether_it_comes_as_a_row_or_in_columns(service: Service, run: Row) -> None:
    plain = [{"_step": number, "loss": number / 2} for number in range(300)]

    await send(service, run, 0, plain[:1])
    await send(service, run, 0, plain)
    await send(service, run, 0, plain[:200])

    assert same(plain, await rows_of(service, run))


async def test_columns_and_rows_and_the_sdk_write_one_stream(service: Service, run: Row) -> None:
    path = f"ada/p/{run['name']}"
    lines = [json.dumps(one) for one in rows(0, 20_000)]

    await service.log(path, 0, lines[:50])
    await append(service, run, 50, [], columns=columns_input(rows(50, 6000)), writer="")
    await service.log(path, 5990, lines[5990:6050])
    await append(service, run, 6050, lines[6050:6100], writer="")
    await append(service, run, 6100, [], columns=columns_input(rows(6100, 20_000)), writer="")

    assert same(rows(0, 20_000), await rows_of(service, run))
    bucket = await service.start_run(run["name"])
    assert 20_000 == bucket["historyLineCount"]


async def test_summary_and_exit_come_with_columns_and_an_ended_run_stays_ended(service: Service, run: Row) -> None:
    await send(service, run, 0, rows(0, 5000), summaryMetrics='{"loss":NaN}', exitCode=3)
    await send(service, run, 5000, rows(5000, 10_000))

    wanted = {"state": "failed", "exitCode": 3, "summaryMetrics": '{"loss":NaN}', "lastStep": 9999}
    assert wanted == await told(service, run, "state exitCode summaryMetrics lastStep")
    assert same(rows(0, 10_000), await rows_of(service, run))


async def test_machine_measurements_come_as_columns_too(service: Service, run: Row) -> None:
    sent = [{"_timestamp": 1e9 + number, "system.cpu": number / 7} for number in range(5000)]

    await send(service, run, 0, sent, stream="SYSTEM")
    found = await told(service, run, "systemMetrics historyRows(stream: SYSTEM, first: 2) { rows }")

    assert sent[-1] == json.loads(found["systemMetrics"])
    assert sent[:2] == [json.loads(one) for one in found["historyRows"]["rows"]]
    assert [] == await rows_of(service, run)


async def test_a_run_of_somebody_else_looks_like_none(service: Service, run: Row) -> None:
    nobodys = {**run, "id": "UnVuOjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMA=="}
    for count in (1, 5000):
        fields = {"offset": 0, "columns": columns_input(rows(0, count))}
        hers, none = [
            await service.graphql(
                "mutation($i: AppendHistoryInput!) { appendHistory(input: $i) { nextOffset } }",
                "bob",
                i={"runId": of["id"], **fields},
            )
            for of in (run, nobodys)
        ]

        assert (404, hers.error["message"]) == (hers.status, none.error["message"])
    assert [] == await rows_of(service, run)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"columns": {"count": 2, "columns": [{"key": "a", "numbers": "AAAA"}]}}, "input.columns.columns[0].numbers"),
        ({"columns": {"count": 0, "columns": [{"key": "a", "numbers": ""}]}}, "input.columns.count"),
        ({"columns": {"count": 1, "columns": []}}, "input.columns.columns"),
        ({"rows": ["{}"]}, "input.columns"),
        ({"jsonLines": "{}"}, "input.columns"),
        ({"offset": -1}, "input.offset"),
        ({"exitCode": 0, "writer": "a/b"}, None),
    ],
)
async def test_what_is_not_allowed_is_told_and_stores_nothing(
    service: Service, run: Row, fields: Row, path: str | None
) -> None:
    document = "mutation($i: AppendHistoryInput!) { appendHistory(input: $i) { nextOffset } }"
    given = {"runId": run["id"], "offset": 0, "columns": columns_input(rows(0, 10)), **fields}
    answer = await service.graphql(document, i=given)

    assert 400 == answer.status
    assert path == answer.error["extensions"].get("path")
    assert [] == await rows_of(service, run)


async def test_the_same_columns_at_once_are_stored_once(service: Service, run: Row) -> None:
    answers = await asyncio.gather(*(send(service, run, 0, rows(0, 5000)) for _ in range(4)))

    assert [5000] * 4 == [answer.data["appendHistory"]["nextOffset"] for answer in answers]
    assert same(rows(0, 5000), await rows_of(service, run))


async def test_far_too_many_columns_are_refused_before_they_cost_much(service: Service, run: Row) -> None:
    columns = [{"key": str(key), "values": "[1]"} for key in range(20_000)]

    answer = await append(service, run, 0, [], columns={"count": 1, "columns": columns})

    assert (413, "variables") == (answer.status, answer.error["extensions"]["path"])
    assert "of 20000 items; allowed: 10000" in answer.error["message"]
