"""What a process tells of itself and of the machine that it runs on: the environment of a run. Pure.

One table: GraphQL's RunEnvironment and the client are compared with it by tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from runfolio_server.domain.json_text import storable_text

TEXT_MAX: Final = 4096
"""Characters of each text, as of `program`: a command with its arguments; what is longer is cut there."""
NUMBER_MAX: Final = 2**53
"""What every reader of JSON holds exactly; a machine has less of everything."""


@dataclass(frozen=True, slots=True)
class EnvironmentKey:
    """One thing that is told, by its name in filters (`environment.<name>`) and, in camelCase, in GraphQL."""

    name: str
    kind: type[str] | type[int]
    meaning: str


ENVIRONMENT_KEYS: Final = (
    EnvironmentKey("command", str, "The program with its arguments, as a shell would take it."),
    EnvironmentKey("os", str, "Operating system and its version."),
    EnvironmentKey("python_version", str, "Version of Python."),
    EnvironmentKey("python_executable", str, "Path of the Python that ran it."),
    EnvironmentKey("cpu_count", int, "Cores."),
    EnvironmentKey("logical_cpu_count", int, "Cores as the operating system counts them, so with hyper-threads."),
    EnvironmentKey("cpu_model", str, "Name of the processor."),
    EnvironmentKey("memory_bytes", int, "Memory of the machine."),
    EnvironmentKey("gpu_type", str, "Name of the GPUs, of the first one where they differ."),
    EnvironmentKey("gpu_count", int, "How many GPUs."),
    EnvironmentKey("git_remote", str, "Remote repository of its source."),
    EnvironmentKey("git_commit", str, "Commit of its source."),
    EnvironmentKey("sdk_version", str, "Version of the SDK that logged it."),
)


@dataclass(frozen=True, slots=True)
class ToldByProcesses:
    """What the config of a run tells of its processes: the latest of their starts, and the environment of that one.

    None, or nothing: it does not tell. `is_late`: they are sent when they are over, by a sync of what they have kept.
    """

    start: datetime | None
    environment: Mapping[str, Any]
    is_late: bool = False


def checked_environment(told: Mapping[str, Any]) -> dict[str, str | int]:
    """What is known of these keys, each of its kind; the others, and what is of another kind, are left out.

    >>> checked_environment({"os": "Linux", "cpu_count": "8", "gpu_count": True, "colour": "red"})
    {'os': 'Linux'}
    """
    found: dict[str, str | int] = {}
    for key in ENVIRONMENT_KEYS:
        value = told.get(key.name)
        if key.kind is str and isinstance(value, str) and value:
            found[key.name] = storable_text(value[:TEXT_MAX])
        elif key.kind is int and type(value) is int and 0 <= value <= NUMBER_MAX:
            found[key.name] = value
    return found
