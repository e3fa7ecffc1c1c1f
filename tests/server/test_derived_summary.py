"""The summary of clients that leave it to the server: of what is stored, whatever comes twice, late or out of order."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.service import HISTORY_FILE, Service

HEADER = {"X-WANDB-SERVER-SIDE-DERIVED-SUMMARY": "true"}
RULES = [
    {"1": "loss", "7": [1, 2, 3, 5, 8]},
    {"1": "acc", "7": [4], "8": 2},
    {"1": "left", "7": [6]},
    {"1": "copy", "7": [7]},
    {"2": "val/*", "7": [2]},
    "no rule",
]
CONFIG = json.dumps({"_wandb": {"value": {"m": RULES}}})
ROWS = [
    {"_step": step, "loss": loss, "acc": loss, "left": 1, "copy": step, "val/a": -step, "n": {"x": step, f"y{step}": 1}}
    for step, loss in enumerate([3, 1, 4, 2])
]
NESTED = {"x": 3, "y0": 1, "y1": 1, "y2": 1, "y3": 1}
DERIVED = {
    "_step": 3,
    "loss": {"min": 1, "max": 4, "mean": 2.5, "last": 2, "first": 3},
    "acc": {"best": 4},
    "copy": 3,
    "val/a": {"max": 0},
    "n": NESTED,
}


async def _post(service: Service, name: str, body: Any, header: Any = HEADER) -> None:
    headers = {**service.headers("ada"), **header}
    answer = await service.http.post(f"/files/ada/p/{name}/file_stream", json=body, headers=headers)
    assert 200 == answer.status_code, answer.text


def _rows(first: int, past: int) -> dict[str, Any]:
    content = [json.dumps(row) for row in ROWS[first:past]]
    return {"files": {HISTORY_FILE: {"offset": first, "content": content}}}


async def _summary(service: Service, name: str) -> dict[str, Any]:
    document = 'query($name: String!) { project(name: "p") { run(name: $name) { summaryMetrics } } }'
    answer = await service.graphql(document, name=name)
    found: dict[str, Any] = json.loads(answer.data["project"]["run"]["summaryMetrics"])
    return found


@pytest.mark.parametrize(
    ("name", "batches"),
    [
        ("at-once", [(0, 4)]),
        ("in-order", [(0, 2), (2, 4)]),
        ("repeated", [(0, 2), (0, 2), (2, 4), (0, 2), (2, 4)]),
        ("overlapping", [(0, 3), (1, 4)]),
    ],
)
async def test_each_key_has_what_its_rule_says(service: Service, name: str, batches: list[tuple[int, int]]) -> None:
    await service.start_run(name, config=CONFIG)
    for first, past in batches:
        await _post(service, name, _rows(first, past))

    assert DERIVED == await _summary(service, name)


async def test_rows_that_come_late_count_for_extremes_and_change_no_last_value(service: Service) -> None:
    await service.start_run("late", config=CONFIG)
    for first, past in ((0, 1), (2, 4), (1, 2)):
        await _post(service, "late", _rows(first, past))

    nested = {key: value for key, value in NESTED.items() if key != "y1"}
    assert {**DERIVED, "n": nested} == await _summary(service, "late")


async def test_rules_that_come_after_the_rows_hold_at_the_end(service: Service) -> None:
    await service.start_run("after")
    await _post(service, "after", _rows(0, 4))
    before = await _summary(service, "after")
    await service.start_run("after", config=CONFIG)
    await _post(service, "after", {"complete": True, "exitcode": 0})

    assert (2, 1) == (before["loss"], before["left"])
    assert DERIVED == await _summary(service, "after")


async def test_a_rule_that_comes_amid_the_rows_takes_out_what_came_before_it(service: Service) -> None:
    await service.start_run("amid")
    await _post(service, "amid", {"files": {HISTORY_FILE: {"offset": 0, "content": ['{"left":0}']}}})
    rules = json.dumps({"_wandb": {"value": {"m": [{"1": "left", "7": [6]}]}}})
    await service.start_run("amid", config=rules)
    await _post(service, "amid", {"files": {HISTORY_FILE: {"offset": 1, "content": ['{"left":2,"a":1}']}}})
    left_out = await _summary(service, "amid")
    given = {"wandb-summary.json": {"offset": 0, "content": ['{"left":"given"}']}}
    await _post(service, "amid", {"files": given})
    await _post(service, "amid", {"complete": True, "exitcode": 0})

    assert {"a": 1} == left_out
    assert {"a": 1, "left": "given"} == await _summary(service, "amid")


async def test_what_the_client_sends_of_a_summary_is_joined_to_it(service: Service) -> None:
    await service.start_run("joined", config=CONFIG)
    await _post(service, "joined", _rows(0, 4))
    given = {"wandb-summary.json": {"offset": 0, "content": ['{"given":7}']}}
    await _post(service, "joined", {"files": given, "complete": True, "exitcode": 0})

    assert {**DERIVED, "given": 7} == await _summary(service, "joined")


def _given(**summary: object) -> dict[str, Any]:
    return {"wandb-summary.json": {"offset": 0, "content": [json.dumps(summary)]}}


async def test_a_process_that_takes_up_a_run_may_repeat_the_summary_that_it_was_told(service: Service) -> None:
    await service.start_run("taken-up")
    first = {HISTORY_FILE: {"offset": 0, "content": ['{"_step":2,"_timestamp":1.5,"a":2,"n":{"x":1}}']}}
    await _post(service, "taken-up", {"files": {**first, **_given(_step=2, set=1)}, "complete": True, "exitcode": 0})
    told = await _summary(service, "taken-up")
    await service.start_run("taken-up")

    rows = ['{"_step":3,"_timestamp":2.5,"a":7,"n":{"x":2}}']
    second = {HISTORY_FILE: {"offset": 1, "content": rows}, **_given(**{**told, "_step": 3})}
    for _ in range(2):
        await _post(service, "taken-up", {"files": second})
    rows = ['{"_step":4,"_timestamp":3.5,"a":8,"n":{"x":3}}']
    third = {HISTORY_FILE: {"offset": 2, "content": rows}, **_given(**{**told, "_step": 4, "set": 2, "new": 3})}
    await _post(service, "taken-up", {"files": third, "complete": True, "exitcode": 0})

    assert {"_step": 2, "_timestamp": 1.5, "a": 2, "n": {"x": 1}, "set": 1} == told
    expected = {"_step": 4, "_timestamp": 3.5, "a": 8, "n": {"x": 3}, "set": 2, "new": 3}
    assert expected == await _summary(service, "taken-up")


async def test_a_row_is_newer_than_what_was_set_before_it(service: Service) -> None:
    await service.start_run("set-before")
    await _post(service, "set-before", {"files": {**_rows(0, 1)["files"], **_given(_step=0, loss=-1)}})
    at_once = (await _summary(service, "set-before"))["loss"]
    await _post(service, "set-before", {"files": {**_rows(1, 2)["files"], **_given(_step=1, loss=-1)}})
    then = (await _summary(service, "set-before"))["loss"]
    await _post(service, "set-before", {"files": _given(_step=1, loss=-2)})

    assert (-1, 1, -2) == (at_once, then, (await _summary(service, "set-before"))["loss"])


async def test_others_send_their_summary_themselves(service: Service) -> None:
    await service.start_run("others", config=CONFIG)
    await _post(service, "others", _rows(0, 4), {})

    assert {} == await _summary(service, "others")
