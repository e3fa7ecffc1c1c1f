"""The states of a run as SQL: conditions printed from the table in domain/run_state.py.

A statement in a .sql file says which states it means as `{{state NAME COLUMN}}`, for example `{{state ended r.state}}`:
whether the state in that column is one of a run that has ended. Functions of the database are compared with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from runfolio_server.domain.run_state import ENDED_STATES, LifeEvent, RunState, states_moved_by

PLACEHOLDER: Final = re.compile(r"\{\{state (?P<name>\w+) (?P<column>[a-z_.]+)\}\}")
# moved_by_silence: a run in one of these is expected to be heard from. The index runs_alive has the same condition.
STATES_BY_NAME: Final[Mapping[str, tuple[RunState, ...]]] = {
    "ended": ENDED_STATES,
    "moved_by_silence": states_moved_by(LifeEvent.SILENCE),
}


def expand(sql: str) -> str:
    """The text with each of these placeholders as a condition. Raises LookupError for a name that is none of them.

    >>> expand("WHERE {{state moved_by_silence r.state}}")
    "WHERE r.state IN ('running', 'preempting')"
    """
    return PLACEHOLDER.sub(_written, sql)


def _written(found: re.Match[str]) -> str:
    states = STATES_BY_NAME.get(found["name"])
    if states is None:
        raise LookupError(f"{found[0]}: allowed: {', '.join(STATES_BY_NAME)}")
    texts = ", ".join(f"'{state.value}'" for state in states)
    return f"{found['column']} IN ({texts})"
