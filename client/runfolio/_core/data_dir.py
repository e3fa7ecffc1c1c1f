"""The data directory of a server on this machine: its address and the key of its first user. Used by settings.py.

The server writes these files (DIR/base-url, DIR/api-key); the rule for DIR is the server's, stated again because client
and server never import each other.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

BASE_URL_FILE = "base-url"
API_KEY_FILE = "api-key"


def data_dir_of(environment: Mapping[str, str]) -> Path:
    """`RUNFOLIO_DATA_DIR`, else `/var/lib/runfolio` for root, or `runfolio` in `$XDG_DATA_HOME` or `~/.local/share`."""
    if environment.get("RUNFOLIO_DATA_DIR"):
        return Path(environment["RUNFOLIO_DATA_DIR"]).expanduser().absolute()
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/runfolio")
    data_home = environment.get("XDG_DATA_HOME") or str(Path("~/.local/share").expanduser())
    return Path(data_home) / "runfolio"


def read_line(file: Path) -> str | None:
    """The file's text without spaces around it; None when there is none, or it is not ours to read."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip() or None
    except OSError:
        return None
