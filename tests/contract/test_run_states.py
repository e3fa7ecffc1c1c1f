"""The client, its documentation and api/README.md say of a run's states what the server's table says."""

from __future__ import annotations

import re
from pathlib import Path

from runfolio import Run
from runfolio._core.log_queue import exit_code_of
from runfolio._core.run_data import LIVING_STATES
from runfolio_server.domain import run_state
from runfolio_server.domain.run_state import AS_TOLD, LIVES, LifeEvent, RunState
from runfolio_server.ingest.exit_code import EXIT_CODES_TOLD, STATE_BY_EXIT_CODE, STATE_OF_OTHERS, state_after_exit

README = (Path(__file__).parents[2] / "api" / "README.md").read_text(encoding="utf-8")
# What is given is taken: a sentence, not a column.
COLUMNS = [event for event in LifeEvent if event is not LifeEvent.UPDATE]


def test_the_client_and_the_server_agree_on_which_runs_are_living() -> None:
    assert sorted(run_state.LIVING_STATES) == sorted(LIVING_STATES)


def test_the_client_tells_of_every_state() -> None:
    described = Run.state.__doc__ or ""

    assert [state.value for state in RunState] == re.findall(r"[a-z]+", described.partition(" of ")[2])


def test_the_client_reports_its_end_by_codes_that_mean_it() -> None:
    ends = {None: RunState.FINISHED, KeyboardInterrupt: RunState.KILLED, ValueError: RunState.FAILED}

    assert ends == {error: state_after_exit(exit_code_of(error)) for error in ends}
    assert EXIT_CODES_TOLD in (Run.finish.__doc__ or "")


def test_the_readme_has_the_table_of_states_and_moves() -> None:
    section = README.partition("\n### The life of a run")[2].partition("\n### ")[0]
    rows = [
        [cell.strip() for cell in row.strip("|").split("|")]
        for row in section.splitlines()
        if row.startswith(("| `", "| State |"))
    ]

    assert [["State", "", *(event.value for event in COLUMNS)], *map(_row, RunState)] == rows


def test_the_readme_has_the_table_of_exit_codes() -> None:
    section = README.partition("\n### The life of a run")[2].partition("\n### ")[0]
    told = dict(re.findall(r"^\| (\d+|any other) \| ([a-z]+) \|", section, re.MULTILINE))

    assert {
        **{str(code): state.value for code, state in STATE_BY_EXIT_CODE.items()},
        "any other": STATE_OF_OTHERS,
    } == told


def _row(state: RunState) -> list[str]:
    life = LIVES[state]
    moves = [life.moves.get(event) for event in COLUMNS]
    texts = ["" if move is None else "as the code says" if move is AS_TOLD else move.value for move in moves]
    return [f"`{state.value}`", "living" if life.is_living else "ended", *texts]
