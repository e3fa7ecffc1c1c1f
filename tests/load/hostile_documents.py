"""Attacks by documents that are kept: large ones, of which no two are alike."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from tests.load.attack import Attack, Call, ask
from tests.load.ground import Ground

# In one turn: with all turns of five minutes some hundreds.
DOCUMENTS = 100
# Each a token of its own; a document may have 10,000.
VALUES = 9900

_NUMBERS = count()


def _documents(ground: Ground) -> Iterator[Call]:
    return (ask(_document(ground, next(_NUMBERS))) for _ in range(DOCUMENTS))


def _document(ground: Ground, number: int) -> str:
    """One that is parsed and validated, and finds no run."""
    keys = " ".join(f'"{key:x}"' for key in range(VALUES))
    columns = f"historyColumns(keys: [{keys}]) {{ steps }}"
    place = f'project(entityName: "{ground.entity}", name: "{ground.project}")'
    return f'{{ {place} {{ run(name: "{ground.long}-{number}") {{ {columns} }} }} }}'


ATTACKS = (Attack("100 large documents, others each time", _documents, at_once=2, differs_each_time=True),)
