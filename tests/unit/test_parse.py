"""The SDK's file_stream body: what is taken from it, and what is let pass."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest

from runfolio_server.errors import AppError, TooLarge
from runfolio_server.ingest import parse as parse_module
from runfolio_server.ingest.batch import Batch, ConsoleLine, RejectedLine
from runfolio_server.ingest.parse import decompress, parse_file_stream


def _parse(**body: Any) -> Batch:
    return parse_file_stream(json.dumps(body).encode())


def _file(name: str, *lines: str, offset: int = 0) -> Batch:
    return _parse(files={name: {"offset": offset, "content": list(lines)}})


def test_an_empty_object_is_a_heartbeat() -> None:
    assert Batch() == parse_file_stream(b"{}")


@pytest.mark.parametrize(
    "more",
    [
        {"dropped": 0, "failed": False},
        {"uploaded": ["a.txt"]},
        {"files": {}},
        {"files": None},
        {"files": {"upstream.jsonl": {"offset": 0, "content": ["x"]}}},
        {"files": {"output.log": {"offset": 0, "content": []}}},
        {"files": {"wandb-history.jsonl": {"offset": 3, "content": []}}},
        {"files": {"wandb-history.jsonl": None}},
        {"complete": False, "exitcode": 0},
        {"complete": None, "preempting": None},
    ],
)
def test_what_is_unknown_or_empty_is_let_pass(more: dict[str, Any]) -> None:
    assert Batch() == _parse(**more)


def test_each_content_element_is_one_line_whatever_is_in_it() -> None:
    batch = _file("wandb-history.jsonl", '{"_step":\n1}', '{"b":"x\\ny"}', offset=7)

    (block,) = batch.blocks
    assert (7, [b'{"_step": 1}', b'{"b":"x\\ny"}']) == (block.first_line, block.lines)
    assert [{"_step": 1}, {"b": "x\ny"}] == block.rows


def test_a_line_that_is_no_row_keeps_its_number_and_is_told() -> None:
    batch = _file("wandb-events.jsonl", '{"a":1}', "{", "[1]", '{"b":2}', offset=10)

    (block,) = batch.blocks
    assert ("events", [b'{"a":1}', b"", b"", b'{"b":2}']) == (block.stream, block.lines)
    assert [("events", 11), ("events", 12)] == [(line.stream, line.line) for line in batch.rejected]
    assert "a line must be a JSON object, not list" == batch.rejected[1].reason


def test_of_several_summaries_the_last_is_the_newest() -> None:
    batch = _file("wandb-summary.json", '{"a":1}', '{"a":NaN}')

    assert batch.summary is not None
    assert '{"a":NaN}' == batch.summary.text
    assert repr({"a": float("nan")}) == repr(batch.summary.value)


def test_a_summary_that_is_no_object_is_told_and_leaves_the_old_one() -> None:
    batch = _file("wandb-summary.json", "[]")

    assert (None, 1) == (batch.summary, batch.summary_rejected)
    assert [("summary", 0)] == [(line.stream, line.line) for line in batch.rejected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", ConsoleLine(None, "", "", "plain")),
        ("", ConsoleLine(None, "", "", "")),
        ("2026-11-20T09:52:02.767091 out", ConsoleLine("2026-11-20T09:52:02.767091", "", "", "out")),
        ("2026-11-20T09:52:02 out", ConsoleLine("2026-11-20T09:52:02", "", "", "out")),
        ("ERROR 2026-11-20T09:52:02.767091 err", ConsoleLine("2026-11-20T09:52:02.767091", "error", "", "err")),
        ("2026-11-20T09:52:02.767091 [gpu 0] out", ConsoleLine("2026-11-20T09:52:02.767091", "", "gpu 0", "out")),
        ("2026-11-20T09:52:02.767091 ", ConsoleLine("2026-11-20T09:52:02.767091", "", "", "")),
        ("2026-11-20T09:52:02.767091 a\nb", ConsoleLine("2026-11-20T09:52:02.767091", "", "", "a\nb")),
        ("2026-11-20T09:52:02.767091 out\n", ConsoleLine("2026-11-20T09:52:02.767091", "", "", "out")),
        ("plain\n\n", ConsoleLine(None, "", "", "plain\n")),
        ("ERROR nothing", ConsoleLine(None, "", "", "ERROR nothing")),
        ('{"ts":"2026","content":"x<y"}', ConsoleLine("2026", "", "", "x<y")),
        ('{"level":"error","ts":"2026","label":"a","content":"x"}', ConsoleLine("2026", "error", "a", "x")),
        ('{"loss":1}', ConsoleLine(None, "", "", '{"loss":1}')),
        ('{"broken}', ConsoleLine(None, "", "", '{"broken}')),
        ("\x1b[31mred\x1b[0m", ConsoleLine(None, "", "", "\x1b[31mred\x1b[0m")),
        ("a\0b", ConsoleLine(None, "", "", "a\u2400b")),
        ("a\ud800b", ConsoleLine(None, "", "", "a\ufffdb")),
    ],
)
def test_a_console_line_is_read_in_every_form_that_sdks_send(text: str, expected: ConsoleLine) -> None:
    batch = _file("output.log", text)

    assert batch.console is not None
    assert [expected] == batch.console.lines


@pytest.mark.parametrize(
    ("body", "exit_code"),
    [
        ({"complete": True, "exitcode": 3}, 3),
        ({"complete": True}, 0),
        ({"complete": True, "exitcode": None}, 0),
        ({"complete": False, "exitcode": 3}, None),
        ({"exitcode": 3}, None),
    ],
)
def test_a_run_has_ended_only_when_it_is_complete(body: dict[str, Any], exit_code: int | None) -> None:
    assert exit_code == _parse(**body).exit_code


def test_more_console_lines_than_a_request_may_have_cost_no_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse_module, "MAX_CONSOLE_LINES", 3)
    files = {
        "output.log": {"offset": 7, "content": list("abcde")},
        "wandb-history.jsonl": {"offset": 0, "content": ['{"loss":1}']},
    }

    batch = parse_file_stream(json.dumps({"files": files}).encode())

    assert batch.console is not None
    assert (7, list("abc")) == (batch.console.first_line, [line.text for line in batch.console.lines])
    assert [{"loss": 1}] == batch.blocks[0].rows
    assert [
        RejectedLine("console", 10, "2 lines from here on are kept out; allowed: 3 in one request")
    ] == batch.rejected


@pytest.mark.parametrize("writer", ["a b", "a/b", "ü", "a" * 129, "a\n"])
def test_a_writer_with_other_characters_is_refused(writer: str) -> None:
    with pytest.raises(AppError, match="allowed: 0 to 128 of a-z A-Z 0-9 _ -"):
        parse_file_stream(b"{}", writer)


def test_a_gzip_body_is_undone_within_its_limit() -> None:
    assert b"x" * 10 == decompress(gzip.compress(b"x" * 10), "gzip", 10)
    with pytest.raises(TooLarge, match="larger than 9 bytes after decompression"):
        decompress(gzip.compress(b"x" * 10), "gzip", 9)


@pytest.mark.parametrize("body", [b"", b"x", gzip.compress(b"x", mtime=0)[:-1], zlib.compress(b"x")])
def test_a_damaged_gzip_body_is_refused(body: bytes) -> None:
    with pytest.raises(AppError):
        decompress(body, "gzip", 100)


@pytest.mark.parametrize("encoding", ["", "identity"])
def test_a_plain_body_stays_as_it_is(encoding: str) -> None:
    assert b"{}" == decompress(b"{}", encoding, 1)


def test_another_encoding_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(AppError, match="'br' is not supported") as refused:
        decompress(b"", "br", 1)

    assert ("gzip", "identity") == refused.value.allowed
