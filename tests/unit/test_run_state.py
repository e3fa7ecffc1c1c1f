"""The table of a run's life, what is printed from it, and what has to say the same."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from runfolio_server.domain.run_state import (
    ENDED_STATES,
    LIVES,
    LIVING_STATES,
    LifeEvent,
    RunState,
    next_state,
    states_moved_by,
)
from runfolio_server.ingest.exit_code import state_after_exit
from runfolio_server.sql.history.compaction import SELECT_STREAMS_TO_COMPACT
from runfolio_server.sql.runs.runs import MARK_SILENT_RUNS_CRASHED
from runfolio_server.sql.runs.states import expand

TABLES = resources.files("runfolio_schema").joinpath("tables.sql").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("exit_code", "state"),
    [(0, "finished"), (1, "failed"), (3, "failed"), (254, "crashed"), (255, "killed"), (256, "failed"), (-9, "failed")],
)
def test_the_exit_code_says_how_a_run_ended(exit_code: int, state: str) -> None:
    assert state == state_after_exit(exit_code).value


def test_every_state_has_a_row_and_is_living_or_ended() -> None:
    assert {*RunState} == {*LIVES} == {*LIVING_STATES} | {*ENDED_STATES}
    assert not {*LIVING_STATES} & {*ENDED_STATES}


def test_a_start_leaves_nobody_ended_and_silence_nobody_living() -> None:
    assert all(next_state(state, LifeEvent.START) in LIVING_STATES for state in RunState)
    assert all(next_state(state, LifeEvent.SILENCE) in ENDED_STATES for state in states_moved_by(LifeEvent.SILENCE))


def test_an_event_that_must_tell_a_state_and_does_not_is_refused() -> None:
    with pytest.raises(ValueError, match="the event 'another exit code' tells no state"):
        next_state(RunState.RUNNING, LifeEvent.FAILURE)


def test_the_statements_hold_the_states_of_the_table() -> None:
    ended = _states(SELECT_STREAMS_TO_COMPACT.sql, r"r\.state IN \(([^)]*)\)")
    silenced = _states(MARK_SILENT_RUNS_CRASHED.sql, r"WHERE state IN \(([^)]*)\)")

    assert list(ENDED_STATES) == ended
    assert list(states_moved_by(LifeEvent.SILENCE)) == silenced


def test_a_statement_that_names_other_states_is_refused() -> None:
    with pytest.raises(LookupError, match=r"\{\{state over r\.state\}\}: allowed: ended, moved_by_silence"):
        expand("WHERE {{state over r.state}}")


def test_the_database_allows_exactly_these_states() -> None:
    assert list(RunState) == _states(TABLES, r"runs_state_check CHECK \(\s*state IN \(([^)]*)\)")


def test_the_index_of_living_runs_has_those_that_silence_ends() -> None:
    assert list(states_moved_by(LifeEvent.SILENCE)) == _states(TABLES, r"INDEX runs_alive .* state IN \(([^)]*)\)")


def test_the_schema_names_every_state() -> None:
    sdl = resources.files("runfolio_schema").joinpath("schema.graphql").read_text(encoding="utf-8")
    described = re.search(
        r'^type Run implements Node \{.*?"""([^"]*)"""\s+state: String!', sdl, re.DOTALL | re.MULTILINE
    )
    assert described is not None

    assert {state.value for state in RunState} == set(re.findall(r"[a-z]+", described[1])) - {"or"}


def _states(sql: str, pattern: str) -> list[str]:
    found = re.search(pattern, sql)
    assert found is not None, pattern
    return re.findall(r"'([a-z]+)'", found[1])
