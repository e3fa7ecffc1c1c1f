"""Kinds of events and causes of states: what SQL writes is one of them, and none is written nowhere."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import runfolio_server
from runfolio_server.domain.events import EventKind
from runfolio_server.domain.run_state import LifeEvent, RunState
from runfolio_server.domain.state_change import StateCause

WRITTEN_BY_SQL = "\n".join(
    re.sub(r"--[^\n]*", "", entry.read_text(encoding="utf-8"))
    for entry in resources.files("runfolio_schema").joinpath("functions").iterdir()
)
CALLS = re.findall(r"PERFORM write_run_event\((.*?)\);\n", WRITTEN_BY_SQL, re.DOTALL)
PYTHON = "\n".join(
    path.read_text(encoding="utf-8")
    for path in Path(runfolio_server.__file__).parent.rglob("*.py")
    if path.parent.name not in ("domain", "graph")
)


def _by_python(enumeration: type[EventKind] | type[StateCause]) -> set[str]:
    return {member.value for member in enumeration if f"{enumeration.__name__}.{member.name}" in PYTHON}


def test_every_kind_is_written_and_no_other_is() -> None:
    by_sql = {kind for call in CALLS for kind in re.findall(r"'(run_\w+)'", call)}

    assert len(CALLS) >= 3
    assert {kind.value for kind in EventKind} == by_sql | _by_python(EventKind)


def test_every_cause_is_written_and_no_other_is() -> None:
    words = {word for call in CALLS for word in re.findall(r"'([a-z]+)'", call)}
    by_sql = words - {state.value for state in RunState}

    assert {cause.value for cause in StateCause} == by_sql | _by_python(StateCause)


def test_a_cause_is_an_event_of_a_run_s_life_with_one_for_every_exit_and_silence_has_two() -> None:
    exits = {LifeEvent.SUCCESS, LifeEvent.FAILURE}

    assert {cause.name for cause in StateCause} == {event.name for event in LifeEvent if event not in exits} | {
        "EXIT",
        "STOP",
    }
