"""How each route is asked: one strategy for each row of the route table. See test_routes.py."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from typing import Any, Final

from hypothesis import strategies as st

from tests.fuzz.asked import CALLERS, Asked, known
from tests.fuzz.texts import any_text, hostile, numbers
from tests.server.route_table import PARAMETER

# Parameters of paths → what the ground has for them.
PARTS: Final[Mapping[str, st.SearchStrategy[str]]] = {
    "entity": known("entity"),
    "project": known("project"),
    "run": known("run"),
    "form": known("form"),
    "collection": known("collection"),
    "artifact": known("artifact"),
    "birth": known("artifact"),
    "digest": known("digest"),
    "region": any_text,
    "name": known("name"),
    "token": st.one_of(known("token"), any_text),
}
HEADERS: Final = (
    ("Accept", ("text/html", "application/json", "*/*")),
    ("Accept-Encoding", ("gzip", "zstd;q=1, gzip;q=x", "identity;q=0")),
    ("Authorization", ("Bearer", "Bearer x", "Basic eA==", "Basic x", "Digest a")),
    ("Content-Encoding", ("gzip", "zstd", "br", "identity")),
    ("Content-Length", ("0", "-1", "99999999999999999999", "x")),
    ("Content-MD5", ("x", "1B2M2Y8AsgTpgAmY7PhCfg==")),
    ("Content-Range", ("bytes 0-1/2",)),
    ("Content-Type", ("application/json", "text/plain", "application/json; charset=utf-16", "multipart/form-data")),
    ("Cookie", ("runfolio_session=x", "runfolio_session=", "a=b; runfolio_session=%00", "=;;")),
    ("Host", ("runfolio.test", "", "[", "evil.example", "a b")),
    ("If-None-Match", ("*", '"x"', 'W/"x", "y"')),
    ("If-Range", ('"x"', "Mon, 30 Nov 2026 00:00:00 GMT")),
    ("Origin", ("null", "http://runfolio.test", "https://evil.example", "http://[")),
    ("Range", ("bytes=0-1", "bytes=-5", "bytes=9-2", "bytes=0-1,3-4", "bytes=x", "lines=1-2")),
    ("Sec-Fetch-Mode", ("cors", "navigate")),
    ("Use-Admin-Privileges", ("true",)),
    ("User-Agent", ("Mozilla/5.0", "wandb-core")),
    ("X-CSRF-Token", ("x",)),
    ("X-Forwarded-For", ("1.2.3.4", "x, y")),
    ("X-WANDB-USERNAME", ("ada", "bob")),
)
json_values: Final = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), any_text),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(any_text, inner, max_size=4)),
    max_leaves=12,
)


def _object(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with some of these members, or with any value for some."""
    return st.fixed_dictionaries(
        {}, optional={name: st.one_of(values, values, json_values) for name, values in members.items()}
    )


_LINES: Final = st.lists(
    st.one_of(
        st.sampled_from(
            ('{"_step":1,"loss":2}', '{"_step":-1}', "{}", "[]", "{", '{"_step":1e400}', '{"a.b":{"a":NaN}}')
        ),
        _object(_step=st.integers(0, 2**53), loss=st.floats(), _timestamp=st.floats()).map(json.dumps),
        any_text,
    ),
    max_size=5,
)
_PART: Final = _object(offset=st.integers(0, 30), content=_LINES)
_BODIES: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "/graphql": _object(
        query=st.sampled_from(
            ("{ viewer { username } }", "{", "mutation { x }", "{ __typename }", "subscription { a }")
        ),
        variables=_object(a=json_values),
        operationName=any_text,
    ),
    "/session": _object(key=any_text),
    "/files/{entity}/{project}/{run}/file_stream": _object(
        files=st.dictionaries(
            st.sampled_from(
                ("wandb-history.jsonl", "wandb-events.jsonl", "wandb-summary.json", "output.log", "../x", "config.yaml")
            ),
            st.one_of(_PART, json_values),
            max_size=3,
        ),
        complete=st.booleans(),
        exitcode=st.integers(-300, 300),
        preempting=st.booleans(),
        dropped=st.integers(),
        uploaded=st.lists(known("file"), max_size=3),
    ),
    "/export/{entity}/{project}/runs.ndjson": _object(
        filters=known("filters", 7), order=known("order"), columns=st.lists(known("keys", 8), max_size=4)
    ),
}
_QUERIES: Final[Mapping[str, Mapping[str, st.SearchStrategy[str]]]] = {
    "/export/{entity}/{project}/runs.ndjson": {
        "filters": known("filters", 7),
        "order": known("order"),
        "column": known("keys", 8),
    },
    "/export/{entity}/{project}/{run}/console.txt": {
        "strip_ansi": st.one_of(st.sampled_from(("true", "false")), any_text)
    },
    **{
        path: {
            "key": known("keys", 8),
            "keys": known("keys", 8),
            "stream": st.one_of(st.sampled_from(("history", "events")), any_text),
            "samples": numbers,
            "first": numbers,
            "min_step": numbers,
            "max_step": numbers,
            "filters": known("filters", 7),
            "order": known("order"),
        }
        for path in ("/export/{entity}/{project}/history.{form}", "/export/{entity}/{project}/{run}/history.{form}")
    },
}
_RAW: Final[Mapping[str, st.SearchStrategy[bytes]]] = {"/objects/upload/{token}": st.binary(max_size=200)}


def _encoded(value: Any, cut: int, *, is_packed: bool) -> bytes:
    """As Python's json writes it, perhaps cut off, perhaps in gzip."""
    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    text = text[: max(len(text) - cut, 0)]
    return gzip.compress(text) if is_packed else text


@st.composite
def asked_of(draw: st.DrawFn, method: str, path: str) -> Asked:
    """A request of this route."""
    parts = tuple(draw(PARTS[match[1]]) for match in PARAMETER.finditer(path))
    parameters = _QUERIES.get(path, {})
    names = draw(st.lists(st.sampled_from(sorted(parameters)), max_size=3)) if parameters else []
    query = [(name, draw(parameters[name])) for name in names]
    if draw(st.integers(0, 9)) == 0:
        query.append((draw(any_text), draw(any_text)))
    headers = []
    for name, values in draw(st.lists(st.sampled_from(HEADERS), max_size=2, unique_by=lambda item: item[0])):
        headers.append((name, draw(st.one_of(st.sampled_from(values), hostile))))
    content = None
    if path in _RAW and method == "PUT":
        content = draw(_RAW[path])
    elif method in ("POST", "PUT", "DELETE"):
        body = draw(st.one_of(_BODIES[path], _BODIES[path], json_values)) if path in _BODIES else None
        is_packed = ("Content-Encoding", "gzip") in headers
        content = _encoded(body, draw(st.sampled_from((0, 0, 0, 1, 5))), is_packed=is_packed)
    return Asked(
        method=method,
        path=path,
        parts=parts,
        safe=draw(st.sampled_from(("", "/", "/%"))),
        query=tuple(query),
        content=content,
        headers=tuple(headers),
        user=draw(st.sampled_from(CALLERS)),
    )


# A route that is not here fails test_routes.py: add its row, and to PARTS, _QUERIES and _BODIES what it takes.
ROUTES: Final = frozenset(
    {
        ("/", "GET"),
        ("/graphql", "POST"),
        ("/graphql", "GET"),
        ("/session", "POST"),
        ("/session", "GET"),
        ("/session", "DELETE"),
        ("/schema.graphql", "GET"),
        ("/files/{entity}/{project}/{run}/file_stream", "POST"),
        ("/export/{entity}/{project}/runs.ndjson", "GET"),
        ("/export/{entity}/{project}/runs.ndjson", "POST"),
        ("/export/{entity}/{project}/{run}/console.txt", "GET"),
        ("/export/{entity}/{project}/history.{form}", "GET"),
        ("/export/{entity}/{project}/{run}/history.{form}", "GET"),
        ("/objects/upload/{token}", "PUT"),
        ("/objects/download/{token}/{name:path}", "GET"),
        (
            "/artifactsV2/{region}/{entity}/{project}/{collection}/{artifact}/{birth}/{digest}/{name:path}",
            "GET",
        ),
        ("/artifactsV2/{region}/{entity}/{project}/{collection}/{birth}/{digest}/{name:path}", "GET"),
        ("/artifactsV2/{region}/{entity}/{birth}/{digest}", "GET"),
        ("/artifacts/{entity}/{digest}", "GET"),
        ("/healthz", "GET"),
        ("/readyz", "GET"),
        ("/metrics", "GET"),
        ("/{entity}/{project}/runs/{run}", "GET"),
        ("/{entity}/{project}", "GET"),
    }
)
# HEAD is answered by what answers GET.
ALL: Final = ROUTES | {(path, "HEAD") for path, method in ROUTES if method == "GET"}
