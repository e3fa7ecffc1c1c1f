"""Which lines are rows: also when a request has very many that are not."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest

from runfolio_server.domain import json_text
from runfolio_server.ingest.batch import RejectedLine
from runfolio_server.ingest.lines import LINES_AT_ONCE, REASONS_MAX, REFUSED_LIKE_OTHERS, line_block

GOOD = [b'{"_step":1,"v":1}', b'{"_step":2,"v":[NaN,-Infinity]}', b'{"_step":3,"v":"\\ud800"}', b'{"_step":4}']
BAD = [b'{"a":', b"", b"[1]", b"7", b'"NaN"', b"null", b'{"a":nope}', b'{"v":NaN', b'{"v":"\\ud800"', b'{"k":1}}']


def _count_calls(monkeypatch: pytest.MonkeyPatch, module: object, name: str) -> list[bytes]:
    """Grows by what the function is called with."""
    calls: list[bytes] = []
    function = getattr(module, name)

    def count(raw: bytes) -> Any:
        calls.append(raw)
        return function(raw)

    monkeypatch.setattr(module, name, count)
    return calls


def _block(lines: list[bytes]) -> tuple[Any, list[RejectedLine]]:
    rejected: list[RejectedLine] = []
    return line_block("history", 5, lines, rejected, path="input.rows"), rejected


@pytest.mark.parametrize("refused", [0, REASONS_MAX - 1, REASONS_MAX, REASONS_MAX + 1, 3 * REASONS_MAX])
def test_rows_among_any_number_of_refused_lines_are_kept(refused: int) -> None:
    lines = [b"[1]"] * refused + [line for pair in zip(GOOD, BAD, strict=False) for line in pair] + BAD + GOOD
    places = [index for index, line in enumerate(lines) if line in GOOD]

    block, rejected = _block(lines)

    assert [lines[index] if index in places else b"" for index in range(len(lines))] == block.lines
    assert [1, 2, 3, 4] * 2 == [block.rows[index]["_step"] for index in places]
    assert [5 + index for index in range(len(lines)) if index not in places] == [line.line for line in rejected]


def test_the_first_refused_lines_have_reasons_of_their_own_and_all_further_ones_the_same() -> None:
    lines = (BAD * REASONS_MAX)[: 2 * REASONS_MAX]

    reasons = [line.reason for line in _block(lines)[1]]

    assert len({*reasons[:REASONS_MAX]}) > 2
    assert REFUSED_LIKE_OTHERS not in reasons[:REASONS_MAX]
    assert str(REASONS_MAX) in REFUSED_LIKE_OTHERS
    plain = [reason for reason, line in zip(reasons, lines, strict=True) if b"\\u" not in line and b"NaN" not in line]
    assert {REFUSED_LIKE_OTHERS} == set(plain[REASONS_MAX:])


@pytest.mark.parametrize("refused", [0, 2 * REASONS_MAX])
def test_a_row_keeps_its_other_keys_among_any_number_of_refused_lines(refused: int) -> None:
    bad = [b"[" * 300 + b"]" * 300, b"[" * 5000 + b"]" * 5000, b"9" * 5000]
    lines = [b'{"v":%b,"loss":0.5}' % value for value in bad] + [b'{"%b":1,"loss":0.5}' % (b"k" * 3000)]

    block, rejected = _block([b"[1]"] * refused + lines)

    assert [b'{"loss":0.5}'] * 4 == block.lines[refused:]
    assert [{"loss": 0.5}] * 4 == block.rows[refused:]
    assert ["v", "v", "v", "k" * 200] == [one.key for one in rejected[refused:]]
    assert ["nested deeper than 200"] * 2 == [one.reason.partition(": ")[2] for one in rejected[refused:][:2]]


def test_keys_that_are_left_out_are_no_refused_lines() -> None:
    line = b'{"%b":1,"loss":0.5}' % (b"k" * 3000)

    rejected = _block([line] * (2 * REASONS_MAX) + [b'{"a":nope}'])[1]

    assert 2 * REASONS_MAX + 1 == len(rejected)
    assert REFUSED_LIKE_OTHERS != rejected[-1].reason


def test_a_line_that_is_without_keys_is_counted_once_in_the_part_that_has_it() -> None:
    two_bad = b'{"%b":1,"%b":2,"loss":0.5}' % (b"k" * 3000, b"l" * 3000)

    block, rejected = _block([b'{"loss":1}', two_bad, b"", b'{"loss":2}'])

    assert (2, 3) == (block.rejected, len(rejected))
    assert [0, 1, 1, 0] == [block.part(line, line + 1).rejected for line in (5, 6, 7, 8)]
    assert [6] == block.part(6, 9).incomplete


def test_what_is_cut_out_of_line_0_is_no_part_of_what_tells_processes_apart() -> None:
    line = b'{"%b":1, "loss" : 1.50}' % (b"k" * 3000)

    block = line_block("history", 0, [line], [], path="input.rows")

    assert b'{ "loss" : 1.50}' == block.line_zero == block.lines[0]


def test_a_line_with_too_many_keys_is_kept_out_whatever_else_is_wrong_with_it() -> None:
    keys = ",".join(f'"k{number}":1' for number in range(100_000)).encode()

    block, rejected = _block([b'{"v":%b,%b,"w":1}' % (b"9" * 5000, keys)])

    assert [b""] == block.lines
    assert ["a line has 100001 keys; allowed: 100000"] == [one.reason for one in rejected]
    assert [None] == [one.key for one in rejected]


def test_only_so_many_refused_lines_are_read_the_slow_way(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = _count_calls(monkeypatch, json, "loads")

    _block([b'{"a":'] * (20 * REASONS_MAX))

    assert REASONS_MAX == len(slow)


def test_a_bad_line_makes_only_its_neighbours_be_read_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    one_by_one = _count_calls(monkeypatch, json_text, "check_depth")

    block, rejected = _block([orjson.dumps({"_step": step}) for step in range(10 * LINES_AT_ONCE)] + [b"x"])

    assert [5 + 10 * LINES_AT_ONCE] == [line.line for line in rejected]
    assert len(one_by_one) <= LINES_AT_ONCE
    assert [{"_step": step} for step in range(10 * LINES_AT_ONCE)] == block.rows[:-1]


def test_of_many_rows_only_the_steps_stay_in_memory() -> None:
    lines = [b'{"a":2,"_step":1}', b'{"_step":null}', b"[1]", b'{"a":1}', b"{}"] * 20_000

    assert [{"_step": 1}, {"_step": None}, None, {}, {}] * 20_000 == _block(lines)[0].rows
