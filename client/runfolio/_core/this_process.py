"""What this process tells of itself when it makes a run. Used by _async/api.py."""

from __future__ import annotations

import os
import platform
import shlex
import socket
import sys
from functools import cache
from importlib import metadata
from typing import Any

# As long as the server keeps.
COMMAND_MAX = 4096


@cache
def told_host() -> str:
    """The name of the machine, as long as the server keeps."""
    return socket.gethostname()[:512]


@cache
def told_environment() -> dict[str, Any]:
    """The input of createRun: what can be known without asking other programs."""
    told = {
        "command": shlex.join(sys.argv)[:COMMAND_MAX] or None,
        "os": platform.platform(),
        "pythonVersion": platform.python_version(),
        "pythonExecutable": sys.executable or None,
        "logicalCpuCount": os.cpu_count(),
        "cpuModel": platform.processor() or None,
        "memoryBytes": _memory_bytes(),
        "sdkVersion": f"runfolio {metadata.version('runfolio')}",
    }
    return {name: value for name, value in told.items() if value is not None}


def _memory_bytes() -> int | None:
    """Where the operating system tells: not on Windows."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
