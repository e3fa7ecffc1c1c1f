"""Many requests: `python -m tests.fuzz --cases 100000` makes so many, other ones each time, and tells how many it made.

`--seed` makes those of a number again. What fails is shown as small as Hypothesis can make it.
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.count import COUNT_FILE, EXAMPLES


def main() -> int:
    """Run pytest over the tests of this folder; its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    parser.add_argument("--processes", type=int, default=2)
    told, more = parser.parse_known_args()
    command = [
        *(sys.executable, "-m", "pytest", str(Path(__file__).parent), "-q", "-n", str(told.processes)),
        *(f"--hypothesis-seed={told.seed}", *more),
    ]
    with tempfile.TemporaryDirectory() as counts:
        environment = {**os.environ, EXAMPLES: str(told.cases), COUNT_FILE: counts}
        code = subprocess.run(command, env=environment, check=False).returncode
        made = sum(int(file.read_text()) for file in Path(counts).iterdir())
    print(f"{made:,} requests were made and looked at, to the hundred of each process; seed {told.seed}")
    return code


if __name__ == "__main__":
    sys.exit(main())
