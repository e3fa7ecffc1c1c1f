"""The W&B SDK's file_stream body → Batch. The only place, beside graph/wandb/, that knows the SDK's spellings.

Facts are from real traffic of wandb 0.19 to 0.31: one `content` element is one line, `offset` the number of the first;
`{}` is a heartbeat; `complete` may be false; unknown keys are to be ignored.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from typing import Any

from runfolio_server.domain import json_text
from runfolio_server.domain.history_line import parse_line
from runfolio_server.domain.json_size import check_value_count
from runfolio_server.domain.json_text import escape_surrogates, storable_text
from runfolio_server.errors import AppError, TooLarge
from runfolio_server.heavy_threads import HEAVY_BYTES, in_thread
from runfolio_server.held_bytes import Room
from runfolio_server.ingest.batch import Batch, ConsoleBlock, ConsoleLine, LineStream, RejectedLine
from runfolio_server.ingest.derived_summary import MetricRule
from runfolio_server.ingest.lines import MAX_LINE_NUMBER, MAX_LINES, check_writer, line_block, raw_lines
from runfolio_server.ingest.summary import Summary, read_summary

STREAM_BY_FILE: dict[str, LineStream] = {"wandb-history.jsonl": "history", "wandb-events.jsonl": "events"}
SUMMARY_FILE = "wandb-summary.json"
CONSOLE_FILE = "output.log"
# Each is a row of its own; more would not be written within the time that a statement has.
MAX_CONSOLE_LINES = 50_000
# JSON values in a body: each line is one, of rows in two streams and of the console, and some are beside them.
MAX_VALUES = 2 * MAX_LINES + 2 * MAX_CONSOLE_LINES
# The client id, where several processes write one run.
WRITER_HEADER = "X-WANDB-ASYNC-CLIENT-ID"
# Sent by clients that leave the summary to the server (`x_server_side_derived_summary`).
DERIVE_HEADER = "X-WANDB-SERVER-SIDE-DERIVED-SUMMARY"
# The SDK's own entry of config and summary; in that of config `m` are its define_metric calls, with numbers for names.
INTERNAL_KEY = "_wandb"
_RULE_NAME, _RULE_PATTERN, _RULE_KINDS, _RULE_GOAL = "1", "2", "7", "8"
_KIND_BY_NUMBER = {1: "min", 2: "max", 3: "mean", 4: "best", 5: "last", 8: "first"}
_LEFT_OUT, _MAXIMISE = 6, 2
# No byte of gzip says more of what it stands for.
GZIP_RATIO_MAX = 1032
HOW_TO_MAKE_A_RUN = "make it with upsertBucket first"
# `ERROR 2026-11-20T09:52:02.767091 [label] text`: level, label and even the time may be absent.
CONSOLE_LINE = re.compile(
    r"(?P<level>ERROR )?(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?) "
    r"(?:\[(?P<label>[^\]]{1,64})\] )?(?P<text>.*)",
    re.DOTALL,
)


async def read_batch(body: bytes, encoding: str, writer: str, max_bytes: int, room: Room) -> Batch:
    """What a request with this body says; see decompress and parse_file_stream. Large ones are read beside the loop.

    What a large one becomes has `room` too. Raises Unavailable when there is none in time.
    """
    if len(body) <= HEAVY_BYTES:
        try:
            plain = decompress(body, encoding, min(HEAVY_BYTES, max_bytes))
        except TooLarge:
            pass  # It is only known now.
        else:
            return parse_file_stream(plain, writer)
    if encoding == "gzip":
        await room.grow(min(max_bytes, len(body) * GZIP_RATIO_MAX))
    plain = await in_thread(decompress, body, encoding, max_bytes)
    room.shrink(len(body) + (len(plain) if plain is not body else 0))
    return await in_thread(parse_file_stream, plain, writer)


def decompress(body: bytes, encoding: str, max_bytes: int) -> bytes:
    """Undo `Content-Encoding`. Raises TooLarge past `max_bytes`, AppError for a damaged body or another encoding."""
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise AppError(f"Content-Encoding {encoding!r} is not supported", allowed=("gzip", "identity"))
    stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = stream.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise AppError("The body is not valid gzip.") from error
    if len(plain) > max_bytes:
        raise TooLarge(f"The body is larger than {max_bytes} bytes after decompression.")
    if not stream.eof:
        raise AppError("The gzip body ends too early.")
    return plain


def parse_file_stream(body: bytes, writer: str = "") -> Batch:
    """What the request says. Raises AppError when it is not of this shape, TooLarge when it holds too much.

    Lines that are no rows are listed in it.
    """
    check_writer(writer, "client id")
    check_value_count(body, MAX_VALUES, "The body")
    try:
        document = json_text.parse_envelope(body)
    except ValueError as error:
        raise AppError(f"The body is not valid JSON: {error}") from error
    if not isinstance(document, dict):
        raise AppError(f"The body must be a JSON object, not {_kind(document)}")

    files = _member(document, "files", dict) or {}
    rejected: list[RejectedLine] = []
    blocks = [
        line_block(stream, first_line, raw_lines(content), rejected, path=f"files.{name}")
        for name, stream in STREAM_BY_FILE.items()
        if files.get(name) is not None
        for first_line, content in [_content(files, name)]
    ]
    summary = _summary(files, rejected)
    return Batch(
        writer=writer,
        blocks=[block for block in blocks if block.lines],
        console=_console(files, rejected),
        summary=summary,
        summary_rejected=sum(line.stream == "summary" for line in rejected),
        is_preempting=bool(_member(document, "preempting", bool)),
        exit_code=_exit_code(document),
        rejected=rejected,
    )


def metric_rules(config: Mapping[str, Any]) -> list[MetricRule]:
    """What define_metric has said of the summary; what is not of its form is passed over."""
    internal = config.get(INTERNAL_KEY)
    notes = internal.get("value") if isinstance(internal, dict) else None
    defined = notes.get("m") if isinstance(notes, dict) else None
    found = []
    for rule in defined if isinstance(defined, list) else []:
        if not isinstance(rule, dict):
            continue
        name = rule.get(_RULE_NAME) or rule.get(_RULE_PATTERN)
        numbers = rule.get(_RULE_KINDS)
        numbers = [number for number in numbers if type(number) is int] if isinstance(numbers, list) else []
        if isinstance(name, str):
            kinds = frozenset(_KIND_BY_NUMBER[number] for number in numbers if number in _KIND_BY_NUMBER)
            is_pattern = not rule.get(_RULE_NAME)
            found.append(MetricRule(name, is_pattern, kinds, _LEFT_OUT in numbers, rule.get(_RULE_GOAL) == _MAXIMISE))
    return found


def _console(files: dict[str, Any], rejected: list[RejectedLine]) -> ConsoleBlock | None:
    if files.get(CONSOLE_FILE) is None:
        return None
    first_line, content = _content(files, CONSOLE_FILE)
    if len(content) > MAX_CONSOLE_LINES:
        # The first ones stay: line 0 tells whether another process writes. A refusal would cost the rows beside them.
        reason = f"{len(content) - MAX_CONSOLE_LINES} lines from here on are kept out; allowed: {MAX_CONSOLE_LINES}"
        rejected.append(RejectedLine("console", first_line + MAX_CONSOLE_LINES, f"{reason} in one request"))
        del content[MAX_CONSOLE_LINES:]
    return ConsoleBlock(first_line, [_console_line(text) for text in content]) if content else None


def _console_line(text: str) -> ConsoleLine:
    # With the feature STRUCTURED_CONSOLE_LOGS a line is a JSON object; older SDKs write plain text.
    if text.startswith('{"') and text.endswith("}"):
        try:
            found = parse_line(escape_surrogates(text).encode())
        except ValueError:
            found = {}
        if isinstance(found.get("content"), str) and isinstance(found.get("ts"), str):
            return ConsoleLine(
                time=storable_text(found["ts"]),
                level=storable_text(str(found.get("level") or "")),
                label=storable_text(str(found.get("label") or "")),
                text=storable_text(found["content"]),
            )
    # `wandb sync` of SDKs up to 0.22 sends the end of a plain line too, which the process itself does not.
    text = text.removesuffix("\n")
    match = CONSOLE_LINE.fullmatch(text)
    if match is None:
        return ConsoleLine(None, "", "", storable_text(text))
    level = "error" if match["level"] else ""
    return ConsoleLine(match["time"], level, storable_text(match["label"] or ""), storable_text(match["text"]))


def _summary(files: dict[str, Any], rejected: list[RejectedLine]) -> Summary | None:
    if files.get(SUMMARY_FILE) is None:
        return None
    first_line, content = _content(files, SUMMARY_FILE)
    if not content:
        return None
    # Each string is the whole summary; of several the last is the newest.
    line = first_line + len(content) - 1
    try:
        summary = read_summary(content[-1])
    except ValueError as error:
        rejected.append(RejectedLine("summary", line, str(error)))
        return None
    for key in summary.left_out:
        rejected.append(RejectedLine.of_summary(key, line))
    return summary


def _content(files: dict[str, Any], name: str) -> tuple[int, list[str]]:
    path = f"files.{name}"
    file = files[name]
    if not isinstance(file, dict):
        raise AppError(f"{path} must be an object with offset and content, not {_kind(file)}", path=path)
    offset = file.get("offset", 0)
    if not isinstance(offset, int) or isinstance(offset, bool) or not 0 <= offset <= MAX_LINE_NUMBER:
        raise AppError(f"{path}.offset is {offset!r:.60}; allowed: an integer from 0 to 2^53", path=f"{path}.offset")
    content = file.get("content")
    if not isinstance(content, list) or not all(isinstance(line, str) for line in content):
        raise AppError(f"{path}.content must be a list of strings", path=f"{path}.content")
    if len(content) > MAX_LINES:
        raise TooLarge(f"{path}.content has {len(content)} lines; allowed: {MAX_LINES} in one request", path=path)
    return offset, content


def _exit_code(document: dict[str, Any]) -> int | None:
    if not _member(document, "complete", bool):
        return None
    code = _member(document, "exitcode", int) or 0
    if not -(2**31) <= code < 2**31:
        raise AppError(f"exitcode is {code}; allowed: a 32-bit integer", path="exitcode")
    return code


def _member(document: dict[str, Any], name: str, kind: type) -> Any:
    value = document.get(name)
    if value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
        raise AppError(f"{name} must be {kind.__name__}, not {_kind(value)}", path=name)
    return value


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__
