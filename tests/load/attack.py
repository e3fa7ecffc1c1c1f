"""What a hostile user sends, as values: attacks, and the calls that each is made of. Pure; sent by hostile.py.

Attacks stand in hostile_….py, one file for each kind, as a tuple `ATTACKS`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.load.ground import Ground


@dataclass(frozen=True)
class Call:
    """One request of somebody with a key: a JSON body for POST, or none for GET."""

    body: bytes | None
    path: str = "/graphql"
    hangs_up_after_s: float | None = None
    """When the caller closes the connection, whether or not it was answered."""


@dataclass(frozen=True)
class Attack:
    """Calls that belong together, so many of them open at once; `make` is called anew when they differ each time.

    What many calls would take in memory is made one by one, as they are sent.
    """

    name: str
    make: Callable[[Ground], Iterable[Call]]
    at_once: int = 1
    differs_each_time: bool = False


def ask(document: str, hangs_up_after_s: float | None = None, **variables: object) -> Call:
    """A document of GraphQL and its variables."""
    body = json.dumps({"query": document, "variables": variables}).encode()
    return Call(body, hangs_up_after_s=hangs_up_after_s)


def under_aliases(count: int, field: str) -> str:
    """The same field so many times, under another name each."""
    return " ".join(f"a{number}: {field}" for number in range(count))


def of_run(ground: Ground, name: str, fields: str) -> str:
    """A document that asks fields of a run of the ground."""
    return (
        f'{{ project(entityName: "{ground.entity}", name: "{ground.project}") {{ run(name: "{name}") {{ {fields} }}}}}}'
    )
