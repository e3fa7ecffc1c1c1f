"""A request of a route, and how it is sent. Strategies do not know the ground: for what it has stands a mark."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import httpx
from hypothesis import strategies as st

from runfolio_server.endpoints.wrong_keys import WrongKeys
from tests.fuzz.ground import Ground
from tests.fuzz.texts import any_text
from tests.server.route_table import PARAMETER

MARK: Final = re.compile("⟦([a-z]+):([0-9]+)⟧")
CALLERS: Final = ("ada", "ada", "ada", "bob", None, "0" * 40)


@dataclass(frozen=True)
class Asked:
    """One request; `parts` are the parameters of its path, in order, as they are to be quoted."""

    method: str
    path: str
    parts: tuple[str, ...] = ()
    safe: str = ""
    query: tuple[tuple[str, str], ...] = ()
    content: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    user: str | None = None


def known(name: str, count: int = 4) -> st.SearchStrategy[str]:
    """What the ground has under this name, or anything."""
    marks = st.sampled_from([f"⟦{name}:{number}⟧" for number in range(count)])
    return st.one_of(marks, marks, any_text)


def filled(text: str, ground: Ground) -> str:
    """The text with what the ground has for each mark."""

    def of(match: re.Match[str]) -> str:
        values = ground.values[match[1]]
        return values[int(match[2]) % len(values)]

    return MARK.sub(of, text)


async def send(ground: Ground, asked: Asked) -> tuple[httpx.Response, str]:
    """The answer, and all that was sent as one text."""
    service = ground.service
    # Else each refusal of a wrong key waits for those before it.
    service.app.state.wrong_keys = WrongKeys()
    parts = iter(asked.parts)
    path = PARAMETER.sub(lambda _: _quoted(filled(next(parts), ground), asked.safe), asked.path)
    query = "&".join(f"{_quoted(name, '')}={_quoted(filled(text, ground), '')}" for name, text in asked.query)
    content = asked.content
    if content is not None and b"\xe2\x9f\xa6" in content:
        content = filled(content.decode("utf-8", "surrogatepass"), ground).encode("utf-8", "surrogatepass")
    headers = [
        *((name.encode(), value.encode("utf-8", "replace")) for name, value in service.headers(asked.user).items()),
        *((name.encode(), filled(value, ground).encode("utf-8", "replace")) for name, value in asked.headers),
    ]
    # A later one counts; what no connection brings is left out.
    last = {name.lower(): (name, re.sub(rb"[\r\n\x00]", b"", value)) for name, value in headers}
    url = f"http://runfolio.test{path}" + (f"?{query}" if query else "")
    answer = await service.http.request(asked.method, url, headers=list(last.values()), content=content)
    return answer, f"{url} {path} {asked.parts} {asked.query} {asked.content!r} {asked.headers}"


def _quoted(text: str, safe: str) -> str:
    return quote(text, safe=safe, errors="surrogatepass")
