"""No test of the client sees the settings of the machine that it runs on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home directory and no variables that the client reads."""
    for name in list(os.environ):
        if name.startswith(("RUNFOLIO_", "WANDB_")) or name in ("NETRC", "XDG_DATA_HOME"):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("RUNFOLIO_DATA_DIR", str(home / "data"))
    return home
