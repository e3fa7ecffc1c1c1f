"""Lines of the log: one for each record, with the request that it belongs to, and nothing that opens a door."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from runfolio_server.log_lines import JsonLine, TextLine, shown
from runfolio_server.request_note import RequestNote, forget_request, note_request

KEY = "0123456789abcdef0123456789abcdef01234567"
FORGED = "x\n2026-12-01 12:00:00,000 api ERROR runfolio_server: all is lost\r\x1b[2K\u2028\u202e\ud800"
SECRETS = [
    (f"Authorization: Bearer {KEY}", KEY),
    ("{'authorization': 'Basic YXBpOnRvcHNlY3JldA=='}", "YXBpOnRvcHNlY3JldA"),
    ("[(b'authorization', b'Bearer short-one')]", "short-one"),
    ("[(b'cookie', b'a=tasty; b=sweet')]", "sweet"),
    ("Set-Cookie: runfolio_session=tasty; HttpOnly", "tasty"),
    ("X-CSRF-Token: abc.def", "abc.def"),
    (f"the key {KEY} is nobody's", KEY),
    ("/objects/download/eyJhIjox.c2lnbmF0dXJl/cat.png", "c2lnbmF0dXJl"),
    ("GET https://s3.test/b/k?X-Amz-Credential=AKIA&X-Amz-Signature=feed&x=1", "feed"),
    ("https://storage.test/b?sig=feed%2F", "feed"),
    ("cannot connect to postgresql://runfolio:hunter2@db/runfolio", "hunter2"),
    ("password=hunter2 host=db", "hunter2"),
    ("{'api_key': 'hunter2'}", "hunter2"),
]


def record(text: str, *, error: str | None = None, **extra: object) -> logging.LogRecord:
    """A record of this message, with a trace of an error that says so."""
    exc_info = None
    if error is not None:
        try:
            raise ValueError(error)
        except ValueError:
            exc_info = sys.exc_info()
    made = logging.LogRecord("runfolio_server.x", logging.ERROR, __file__, 1, "said %s", (text,), exc_info)
    vars(made).update(extra)
    return made


@pytest.mark.parametrize(("text", "secret"), SECRETS)
@pytest.mark.parametrize("form", [JsonLine("api"), TextLine("api")], ids=["json", "text"])
def test_what_opens_a_door_is_in_no_line_and_in_no_trace(form: logging.Formatter, text: str, secret: str) -> None:
    line = form.format(record(text, error=text))

    assert secret not in line
    assert line.count("***") >= 2


def test_what_is_no_secret_stays() -> None:
    for text in ("POST /files/a/p/r/file_stream failed", "the token is wrong", "postgresql://db/x", "a basic idea"):
        assert text == shown(text)


def test_a_record_is_one_line_of_json_whatever_came_from_outside() -> None:
    line = JsonLine("api").format(record(FORGED, error=FORGED, route="/graphql", status=500, ms=1.5))

    assert "\n" not in line
    assert line.isprintable()
    fields = json.loads(line)
    assert {"time", "level", "process", "logger", "message", "trace", "route", "status", "ms"} == fields.keys()
    assert ("ERROR", "api", "runfolio_server.x") == (fields["level"], fields["process"], fields["logger"])
    assert fields["message"].startswith("said x\\n2026-12-01 12:00:00,000 api ERROR")
    assert fields["message"].isprintable()


def test_in_a_text_for_people_nothing_from_outside_begins_a_line() -> None:
    lines = TextLine("api").format(record(FORGED, error=FORGED)).split("\n")

    assert len(lines) > 2
    assert all(line.startswith("    ") for line in lines[1:])
    assert all(line.isprintable() for line in lines)


def test_a_line_says_which_request_it_belongs_to_and_whose_that_is() -> None:
    before = note_request(RequestNote("0011223344556677", "GET", "/x", user_id=7))
    try:
        fields = json.loads(JsonLine("api").format(record("a")))
        text = TextLine("api").format(record("a"))
    finally:
        forget_request(before)

    assert ("0011223344556677", 7) == (fields["request_id"], fields["user_id"])
    assert text.endswith("runfolio_server.x: said a request_id=0011223344556677 user_id=7")
    assert "request_id" not in json.loads(JsonLine("worker").format(record("a")))
