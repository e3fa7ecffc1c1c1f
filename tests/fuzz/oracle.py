"""What no answer may be, whatever was asked: a fault of ours, or a look inside."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import httpx

from runfolio_server.endpoints.answer_headers import EVERY
from runfolio_server.graph.schema import MASKED_MESSAGE
from tests.fuzz.count import CASES

ROOT: Final = str(Path(__file__).parents[2])
# Of a trace, of SQL and of PostgreSQL's own messages, of drivers. None of them is among what is asked.
INSIDE: Final = re.compile(
    "|".join(
        (
            r"Traceback \(most recent",
            r'File "[^"]+", line \d',
            r"site-packages",
            r"\basyncpg\b",
            r"\bobstore\b",
            r"\bstrawberry\.\w",
            r"\bruntimeerror\b",
            r"\b(?:Key|Type|Value|Attribute|Index|Lookup|Assertion)Error\b",
            r"object at 0x[0-9a-f]{6}",
            r"\bSELECT\s.{1,200}\sFROM\s",
            r"\b(?:INSERT INTO|DELETE FROM|UPDATE) [a-z_]+ ",
            r'(?:relation|column|constraint|function) "?[a-z_.]+"? (?:does not exist|of relation|violates)',
            r"violates \w+(?: \w+)? constraint",
            r"syntax error at or near",
            r"SQLSTATE|sqlstate",
            r"\$\d+::",
        )
    )
)


def check_answer(answer: httpx.Response, asked: str, *places: str) -> None:
    """Fail for an answer that may not be; `asked` is what was sent, `places` are paths that nobody may read of."""
    CASES.add()
    assert answer.status_code < 500, (answer.status_code, answer.text[:2000])
    text = answer.content.decode("utf-8", "replace") + "\n".join(
        f"{name}: {value}" for name, value in answer.headers.items()
    )
    assert MASKED_MESSAGE not in text, text[:2000]
    # The script of the page at /graphql names errors of JavaScript.
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    found = [] if is_page else [match[0] for match in INSIDE.finditer(text) if match[0] not in asked]
    assert not found, (found, text[:2000])
    assert not [place for place in (ROOT, *places) if place in text], text[:2000]
    assert EVERY.keys() <= {name.title() for name in answer.headers}, answer.headers
    if answer.status_code >= 400 and answer.status_code != 416 and answer.request.method != "HEAD":
        (first, *_) = answer.json()["errors"]
        assert first["message"]
