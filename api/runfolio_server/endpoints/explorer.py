"""What a browser gets at /graphql: a plain form that needs nothing but this server, and GraphiQL where that loads.

GraphiQL comes from the public internet, at the versions and with the digests that strawberry's own page has. On a
closed network the form stays, beside the schema as text (`GET /schema.graphql`) and a curl command.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from functools import cache
from importlib import resources

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from strawberry.http.ides import get_graphql_ide_html

from runfolio_server.endpoints.answer_headers import PAGE
from runfolio_server.endpoints.base_url import base_url_of

SCHEMA_PATH = "/schema.graphql"

_ASSET = re.compile(r'<(script|link)\s+crossorigin\s[^>]*?(?:src|href)="([^"]+)"\s+integrity="([^"]+)"')
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# Only strawberry's page reads cookies.
_NOT_NEEDED = "/js-cookie@"


def explorer_page(request: Request) -> Response:
    """The page, for the address by which the browser reached this server."""
    base_url = base_url_of(request)
    page = (
        _template()
        .replace("__ENDPOINT__", html.escape(f"{base_url}/graphql"))
        .replace("__SCHEMA__", html.escape(f"{base_url}{SCHEMA_PATH}"))
        # "<" would end the script element that holds it.
        .replace("__ASSETS__", json.dumps(graphiql_assets()).replace("<", "\\u003c"))
    )
    return HTMLResponse(page, headers={"Content-Security-Policy": _policy(), **PAGE})


def graphiql_assets() -> list[dict[str, str]]:
    """The scripts and styles of GraphiQL, in the order in which they must load: kind, url and integrity of each."""
    return [
        {"kind": "style" if tag == "link" else "script", "url": url, "integrity": integrity}
        for tag, url, integrity in _ASSET.findall(get_graphql_ide_html("graphiql"))
        if _NOT_NEEDED not in url
    ]


async def tell_schema(_: Request) -> Response:
    """The canonical schema as text: the same for everybody, and holding nobody's data, so it needs no key."""
    return PlainTextResponse(_schema())


@cache
def _policy() -> str:
    """What the page may do, for somebody's API key is typed into it: run what it names, and talk to this server.

    GraphiQL needs `unsafe-inline` for styles that it makes as it goes, and has its fonts inside its own.
    """
    urls: dict[str, list[str]] = {"script": [], "style": []}
    for asset in graphiql_assets():
        urls[asset["kind"]].append(asset["url"])
    return "; ".join(
        [
            "default-src 'none'",
            " ".join(["script-src", *map(_source, _SCRIPT.findall(_template())), *urls["script"]]),
            " ".join(["style-src 'unsafe-inline'", *urls["style"]]),
            "font-src data:",
            "img-src data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )


def _source(script: str) -> str:
    """A script inside the page, as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


@cache
def _template() -> str:
    return resources.files(__package__).joinpath("explorer.html").read_text(encoding="utf-8")


@cache
def _schema() -> str:
    return resources.files("runfolio_schema").joinpath("schema.graphql").read_text(encoding="utf-8")


explorer_routes = [Route(SCHEMA_PATH, tell_schema, methods=["GET"])]
