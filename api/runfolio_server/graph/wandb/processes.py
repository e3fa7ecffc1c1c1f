"""What the processes of a run tell of themselves: the SDK's config → when the latest began, and its environment."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from runfolio_server.domain.run_environment import ToldByProcesses

# Each process has an entry with its environment among what the SDK keeps in a config for itself. The time is the same
# whenever the process is sent; `wandb sync` of 0.22 and before spells its name otherwise.
_INTERNAL, _PROCESSES, _START_NAMES = "_wandb", "e", ("startedAt", "started_at")
# What the SDK tells of its use, by number: it ran offline, and it is sent by `wandb sync`, of 0.22 and of 0.31.
_TELEMETRY, _FEATURES, _LATE_FEATURES = "t", "3", frozenset((4, 42, 76))


def told_by_processes(config: Mapping[str, Any]) -> ToldByProcesses:
    """What a config tells; nothing of a start, as the first config of each process, and of SDKs up to 0.19.

    >>> process = {"startedAt": "2026-11-30T19:04:58.130170Z", "cpu": {"model": "Z80"}}
    >>> told = told_by_processes({"_wandb": {"value": {"e": {"01a2": process}}}})
    >>> told.start, told.environment
    (datetime.datetime(2026, 11, 30, 19, 4, 58, 130170, tzinfo=datetime.timezone.utc), {'cpu_model': 'Z80'})
    >>> told_by_processes({"_wandb": {"value": {"e": {}}}})
    ToldByProcesses(start=None, environment={}, is_late=False)
    """
    internal = _member(config.get(_INTERNAL), "value")
    processes = _member(internal, _PROCESSES)
    started = [
        (time, process)
        for process in (processes.values() if isinstance(processes, dict) else ())
        for name in _START_NAMES
        if (time := _time(_member(process, name))) is not None
    ]
    start, process = max(started, key=lambda each: each[0], default=(None, {}))
    features = _member(_member(internal, _TELEMETRY), _FEATURES)
    is_late = isinstance(features, list) and any(type(one) is int and one in _LATE_FEATURES for one in features)
    return ToldByProcesses(start, _environment(process, internal), is_late)


def _environment(process: Any, internal: Any) -> dict[str, Any]:
    """Under our names what the process says of its machine, and the SDK of itself; of the kinds that were sent."""
    memory = _member(_member(process, "memory"), "total")
    told = {
        "command": _command(process),
        "os": _member(process, "os"),
        "python_version": _member(internal, "python_version") or _member(process, "python"),
        "python_executable": _member(process, "executable"),
        "cpu_count": _member(process, "cpu_count"),
        "logical_cpu_count": _member(process, "cpu_count_logical"),
        "cpu_model": _member(_member(process, "cpu"), "model"),
        # A number, or its digits.
        "memory_bytes": int(memory) if isinstance(memory, str) and memory.isdecimal() and len(memory) < 20 else memory,
        "gpu_type": _member(process, "gpu"),
        "gpu_count": _member(process, "gpu_count"),
        "git_remote": _member(_member(process, "git"), "remote"),
        "git_commit": _member(_member(process, "git"), "commit"),
        "sdk_version": _member(internal, "cli_version"),
    }
    return {name: value for name, value in told.items() if value is not None}


def _command(process: Any) -> str | None:
    program, arguments = _member(process, "program"), _member(process, "args")
    if not isinstance(program, str):
        return None
    words = arguments if isinstance(arguments, list) else []
    return shlex.join([program, *(word for word in words if isinstance(word, str))])


def _member(found: Any, name: str) -> Any:
    return found.get(name) if isinstance(found, dict) else None


def _time(text: Any) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
