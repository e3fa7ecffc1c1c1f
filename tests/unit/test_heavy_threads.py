"""Heavy work beside the loop lets the loop go on."""

from __future__ import annotations

import subprocess
import sys

from runfolio_server.heavy_threads import SWITCH_S

PROGRAM = """
import asyncio, sys
from runfolio_server.heavy_threads import in_thread

print(sys.getswitchinterval(), asyncio.run(in_thread(sys.getswitchinterval)), sys.getswitchinterval())
"""


def test_from_the_first_heavy_work_on_a_thread_gives_the_interpreter_back_ten_times_as_often() -> None:
    found = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True).stdout.split()

    before, within, after = map(float, found)
    assert (SWITCH_S, SWITCH_S) == (within, after)
    assert 0.005 == before
