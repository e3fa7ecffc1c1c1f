"""Python environments, each with one version of the real `wandb` package, unmodified.

The version that the test extra pins lives in the test environment itself. The others are made once with uv in
`.cache/wandb-VERSION`, or taken from the folder that RUNFOLIO_TEST_WANDB_ENVIRONMENTS names. So are those that have
the newest version and libraries that come with a callback for it.
"""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.long_run import IS_LONG

NEWEST = "0.31.0"
VERSIONS = (NEWEST, *(("0.28.2",) if IS_LONG else ()), "0.22.3", "0.19.11")
ARTIFACT_VERSIONS = VERSIONS if IS_LONG else (NEWEST, "0.22.3")
"""Those that artifacts are tested with, which takes longer."""
GIVEN_VARIABLE = "RUNFOLIO_TEST_WANDB_ENVIRONMENTS"
CACHE = Path(__file__).parents[2] / ".cache"
INSTALL_TIMEOUT_S = 1800

# pandas: run.history() gives a DataFrame. Pillow: pictures are made of pixels; the masks of 0.22 need one before 12.
BESIDE = ("pandas", "pillow<12")
LIGHT = ("light", ("scikit-learn", "xgboost-cpu", "lightgbm", "optuna", "optuna-integration", "matplotlib", "plotly"))
"""What is installed in seconds."""
HEAVY = ("heavy", ("torch", "lightning", "transformers", "accelerate", "tensorflow-cpu"))
"""What takes minutes and seven gigabytes."""


def python_with(version: str) -> Path:
    """The Python of the environment that has this version; makes the environment when there is none."""
    if importlib.metadata.version("wandb") == version:
        return Path(sys.executable)
    return _python_of(version, version, ())


def python_with_libraries(name: str, libraries: Sequence[str]) -> Path:
    """The Python of the environment that has the newest version beside these libraries."""
    return _python_of(name, NEWEST, libraries)


def _python_of(name: str, version: str, libraries: Sequence[str]) -> Path:
    given = os.environ.get(GIVEN_VARIABLE)
    directory = Path(given or CACHE) / f"wandb-{name}"
    python = directory / "bin" / "python"
    complete = directory / "complete"
    packages = [f"wandb=={version}", *BESIDE, *libraries]
    wanted = "\n".join(packages)
    if given:
        assert python.exists(), f"{GIVEN_VARIABLE} has no wandb-{name}"
    elif not complete.exists() or complete.read_text() != wanted:
        _uv("venv", "--clear", "--python", sys.executable, str(directory))
        _uv("pip", "install", "--python", str(python), *packages)
        complete.write_text(wanted)
    return python


def _uv(*arguments: str) -> None:
    # The machine's certificates, as pip has them: a network may have its own.
    variables = {**os.environ, "UV_SYSTEM_CERTS": "true"}
    subprocess.run([sys.executable, "-m", "uv", *arguments], check=True, timeout=INSTALL_TIMEOUT_S, env=variables)
