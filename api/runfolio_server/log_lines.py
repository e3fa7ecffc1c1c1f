"""How the log is written, the same in `serve`, its worker and its API: JSON, a record a line, or text for people.

A record tells the request that it came up in, whose it is, and never what opens a door: keys, tokens, signatures of
URLs and passwords of addresses are left out wherever they stand. What callers send cannot begin a line: control
characters are written as escapes, and a trace is indented.
"""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from typing import Final

import orjson

from runfolio_server.request_note import current_request

# What `extra` may add to a record, and what both forms show of it.
EXTRAS: Final = ("route", "status", "ms")
HIDDEN: Final = "***"
# What is hidden, and in a group what stands before it and stays.
_SECRETS: Final = re.compile(
    r"""
    # the value of a header
    (?i:(\b(?:bearer|basic)\s+))[A-Za-z0-9+/=._~-]{6,}
    # all cookies, which may be several
    | (?i:(\b(?:set-)?cookie["']?\s*[:=,]\s*b?["']?))[^"'\n]+
    # what is named, in a header, a dict or a URL
    | (?i:(\b(?:authorization|[a-z-]*(?:token|signature|password|secret|csrf|api[_-]?key))["']?\s*[:=,]\s*b?["']?))
      (?:(?i:bearer|basic)\s+)?[^\s"',;&)\]}]+
    # signed URLs: ours, and those of stores
    | (/objects/(?:upload|download)/)[^/\s"'?]+
    | (?i:([?&](?:x-amz-[a-z-]+|x-goog-[a-z-]+|sig|credential)=))[^&\s"']+
    # the password of an address
    | (://[^/\s:@]*:)[^/\s@]+(?=@)
    # API keys
    | ()\b[0-9a-f]{40}\b
    """,
    re.VERBOSE,
)
# Control characters, other ends of lines, what turns the direction of text, and lone surrogates, which are no UTF-8.
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def write_log(log_format: str, level: int, process: str, *, has_access_log: bool = False) -> None:
    """Write what this process logs from now on to stderr, from this level on; `process` says which one it is."""
    lines = logging.StreamHandler()
    lines.setFormatter(JsonLine(process) if log_format == "json" else TextLine(process))
    logging.basicConfig(handlers=[lines], level=level, force=True)
    logging.getLogger("runfolio_server.access").setLevel(logging.INFO if has_access_log else logging.WARNING)
    # It tells each failed attempt to reconnect with a trace of forty lines; requests and `serve` tell it in one.
    logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)


def is_json() -> bool:
    """Whether this process logs JSON."""
    return any(isinstance(handler.formatter, JsonLine) for handler in logging.getLogger().handlers)


class JsonLine(logging.Formatter):
    """A record as one line of JSON: time, level, process, logger, message; where known the request; and the trace."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        fields: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "process": self._process,
            "logger": record.name,
            "message": shown(record.getMessage()),
            **_request_fields(),
        }
        fields |= {name: getattr(record, name) for name in EXTRAS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            fields["trace"] = "\n".join(map(shown, self.formatException(record.exc_info).split("\n")))
        return orjson.dumps(fields).decode()


class TextLine(logging.Formatter):
    """A record as a line for people, with the lines of its trace below it."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """The line, and those of the trace."""
        known = {**_request_fields(), **{name: getattr(record, name) for name in EXTRAS if hasattr(record, name)}}
        about = "".join(f" {name}={shown(str(value))}" for name, value in known.items())
        when = f"{self.formatTime(record)} {self._process} {record.levelname} {record.name}"
        lines = [f"{when}: {shown(record.getMessage())}{about}"]
        if record.exc_info and record.exc_info[0] is not None:
            lines += [f"    {shown(line)}" for line in self.formatException(record.exc_info).split("\n")]
        return "\n".join(lines)


def shown(text: str) -> str:
    """One line of it, without what opens a door.

    >>> shown("Authorization: Bearer 0123456789abcdef")
    'Authorization: ***'
    """
    hidden = _SECRETS.sub(lambda found: f"{next((part for part in found.groups() if part), '')}{HIDDEN}", text)
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), hidden)


def _request_fields() -> dict[str, object]:
    note = current_request()
    if note is None:
        return {}
    return {"request_id": note.request_id, **({} if note.user_id is None else {"user_id": note.user_id})}
