"""Attacks by statements that take PostgreSQL long: on all connections at once, and by clients that do not wait."""

from __future__ import annotations

import json

from tests.load.attack import Attack, Call, ask
from tests.load.ground import Ground

AT_ONCE = 12
PATTERNS = 25
CONTAINS = 75
HUNG_UP_AFTER_S = 0.5
COUNT = "runs(filters: $f) { totalCount }"
GROUPS = 'runGroups(by: ["notes"], filters: $f) { groups { runCount } }'


def _patterns(request: int) -> dict[str, object]:
    """A filter that no run passes and that no two requests share."""
    return {"$or": [{"notes": {"$regex": f"(0|f)+[g-z]{request}{number}"}} for number in range(PATTERNS)]}


def _contained(request: int) -> dict[str, object]:
    return {"$or": [{f"config.k{number}": {"$contains": f"{request}-{number}"}} for number in range(CONTAINS)]}


def _calls(ground: Ground, fields: str, kind: str, hangs_up_after_s: float | None = None) -> list[Call]:
    place = f'project(entityName: "{ground.entity}", name: "{ground.project}")'
    document = f"query($f: JSONString!) {{ {place} {{ {fields} }} }}"
    filters = _patterns if kind == "patterns" else _contained
    texts = [json.dumps(filters(request)) for request in range(AT_ONCE)]
    return [ask(document, hangs_up_after_s=hangs_up_after_s, f=text) for text in texts]


def _exports(ground: Ground) -> list[Call]:
    path = f"/export/{ground.entity}/{ground.project}/runs.ndjson"
    return [Call(json.dumps({"filters": json.dumps(_patterns(request))}).encode(), path) for request in range(AT_ONCE)]


ATTACKS = (
    Attack("12 at once, 25 patterns each", lambda ground: _calls(ground, COUNT, "patterns"), at_once=AT_ONCE),
    Attack(
        "12 at once, 25 patterns each, hung up",
        lambda ground: _calls(ground, COUNT, "patterns", HUNG_UP_AFTER_S),
        at_once=AT_ONCE,
    ),
    Attack("12 at once, 75 texts to look for each", lambda ground: _calls(ground, COUNT, "texts"), at_once=AT_ONCE),
    Attack("12 at once, groups by notes", lambda ground: _calls(ground, GROUPS, "patterns"), at_once=AT_ONCE),
    Attack("12 exports at once, 25 patterns each", _exports, at_once=AT_ONCE),
)
