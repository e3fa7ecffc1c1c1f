"""The long run: `python -m tests.long` tests the real SDK in every version, and the callbacks of large libraries.

Whatever follows goes to pytest: `python -m tests.long tests/wandb/test_trainings.py -k keras`. The first run makes
environments of seven gigabytes in `.cache`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.long_run import VARIABLE

# Where it differs from every run.
DEFAULT = ("tests/wandb",)


def main() -> int:
    """Run pytest as the command line says."""
    given = sys.argv[1:]
    has_path = any(not argument.startswith("-") and Path(argument.partition("::")[0]).exists() for argument in given)
    command = [sys.executable, "-m", "pytest", *([] if has_path else DEFAULT), *given]
    return subprocess.run(command, env={**os.environ, VARIABLE: "1"}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
