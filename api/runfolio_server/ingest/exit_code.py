"""How a run ended, by the exit code that its process reports. Used by append.py, for whoever sends the code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from runfolio_server.domain.run_state import RunState

# 254 is a crash that the client reports itself: ingest_batch.sql knows it too, for unlike a guess it is an end.
# 255 is what Python ends with after Ctrl-C, and a run that was told to stop ends so too.
STATE_BY_EXIT_CODE: Final[Mapping[int, RunState]] = {
    0: RunState.FINISHED,
    254: RunState.CRASHED,
    255: RunState.KILLED,
}
STATE_OF_OTHERS: Final = RunState.FAILED
# For descriptions.
EXIT_CODES_TOLD: Final = (
    ", ".join(f"{code} {state.value}" for code, state in STATE_BY_EXIT_CODE.items())
    + f", any other {STATE_OF_OTHERS.value}"
)


def state_after_exit(exit_code: int) -> RunState:
    """The state that the code means."""
    return STATE_BY_EXIT_CODE.get(exit_code, STATE_OF_OTHERS)
