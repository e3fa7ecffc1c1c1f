"""Attacks by what comes out: answers of hundreds of megabytes, and ways around the cost of a document."""

from __future__ import annotations

import json

from tests.load.attack import Attack, Call, ask, of_run, under_aliases
from tests.load.ground import Ground

SAMPLED = "query($s: [JSONString!]!) "
UPLOADS = 60
FILES = 10_000
# A document may have a hundred, of which one asks for the run itself.
ALIASES = 98
MAKE_FILES = "createRunFiles(input: $i) { files { name uploadUrl } }"


def _samples(ground: Ground, count: int, **spec: object) -> list[Call]:
    text = json.dumps({"keys": ["loss", "accuracy", "rate", "_step"], **spec})
    return [ask(SAMPLED + of_run(ground, ground.long, "sampledHistory(specs: $s)"), s=[text] * count)]


def _of_one_run(name: str, count: int, field: str, ground: Ground) -> list[Call]:
    return [ask(of_run(ground, name, under_aliases(count, field)))]


def _uploads(ground: Ground) -> list[Call]:
    document = f"mutation($i: CreateRunFilesInput!) {{ {under_aliases(UPLOADS, MAKE_FILES)} }}"
    files = [f"media/{number:05}.png" for number in range(int(FILES * ground.scale))]
    place = {"entityName": ground.entity, "projectName": ground.project, "runName": ground.long}
    return [ask(document, i={**place, "files": files})]


def _pages_of_notes(ground: Ground) -> list[Call]:
    page = "runs(first: 1000) { edges { node { notes config } } }"
    place = f'project(entityName: "{ground.entity}", name: "{ground.project}")'
    return [ask(f"{{ {place} {{ {under_aliases(20, page)} }} }}")]


ATTACKS = (
    Attack("30 samples from a step on", lambda ground: _samples(ground, 30, minStep=0)),
    Attack("30 samples, the last step as a float", lambda ground: _samples(ground, 30, minStep=0, maxStep=1e5)),
    Attack("30 samples of 100,000 rows", lambda ground: _samples(ground, 30, samples=100_000)),
    Attack(
        "windows of 100,000 rows under aliases",
        lambda ground: _of_one_run(ground.long, 20, "history(minStep: 0, maxStep: 100000)", ground),
    ),
    Attack(
        "pages of 10,000 rows under aliases",
        lambda ground: _of_one_run(ground.long, ALIASES, "historyRows(first: 10000) { rows }", ground),
    ),
    Attack(
        "columns of a million values under aliases",
        lambda ground: _of_one_run(ground.long, 20, 'historyColumns(keys: ["loss", "rate"]) { values }', ground),
    ),
    Attack("one config of 4 MB under 98 aliases", lambda ground: _of_one_run(ground.large, ALIASES, "config", ground)),
    Attack("one text of notes under 98 aliases", lambda ground: _of_one_run(ground.large, ALIASES, "notes", ground)),
    Attack("historyKeys under 50 aliases", lambda ground: _of_one_run(ground.wide, 50, "historyKeys", ground)),
    Attack(
        "metricKeys under 50 aliases",
        lambda ground: _of_one_run(ground.wide, 50, "metricKeys { name lastValue }", ground),
    ),
    Attack(
        "the newest lines of output under 98 aliases",
        lambda ground: _of_one_run(ground.long, ALIASES, "logLines(last: 10000) { edges { node { line } } }", ground),
    ),
    Attack("files to upload under 60 aliases", _uploads),
    Attack("pages of large runs under 20 aliases", _pages_of_notes),
)
