"""Python environments, each with one version of the real `wandb` package, unmodified.

The version that the test extra pins lives in the test environment itself. The others are made once with uv in
`.cache/wandb-VERSION`, or taken from the folder that RUNFOLIO_TEST_WANDB_ENVIRONMENTS names.
"""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

NEWEST = "0.31.0"
VERSIONS = (NEWEST, "0.22.3", "0.19.11")
GIVEN_VARIABLE = "RUNFOLIO_TEST_WANDB_ENVIRONMENTS"
CACHE = Path(__file__).parents[2] / ".cache"
INSTALL_TIMEOUT_S = 600


def python_with(version: str) -> Path:
    """The Python of the environment that has this version; makes the environment when there is none."""
    if importlib.metadata.version("wandb") == version:
        return Path(sys.executable)
    given = os.environ.get(GIVEN_VARIABLE)
    directory = Path(given or CACHE) / f"wandb-{version}"
    python = directory / "bin" / "python"
    complete = directory / "complete"
    if given:
        assert python.exists(), f"{GIVEN_VARIABLE} has no wandb-{version}"
    elif not complete.exists():
        _uv("venv", "--clear", "--python", sys.executable, str(directory))
        # pandas: run.history() gives a DataFrame.
        _uv("pip", "install", "--python", str(python), f"wandb=={version}", "pandas")
        complete.touch()
    return python


def _uv(*arguments: str) -> None:
    # The machine's certificates, as pip has them: a network may have its own.
    variables = {**os.environ, "UV_SYSTEM_CERTS": "true"}
    subprocess.run([sys.executable, "-m", "uv", *arguments], check=True, timeout=INSTALL_TIMEOUT_S, env=variables)
