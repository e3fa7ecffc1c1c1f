"""Changes of many runs at once: what to send, and what was done. Used by _async/runs.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Literal

from runfolio._core import json_text
from runfolio._generated import ManyRunsFields

NAMES_SHOWN = 5


class Keep(Enum):
    """What an argument is that was not given, where None means something."""

    KEEP = "keep"

    def __repr__(self) -> str:
        return "<as it is>"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True, repr=False)
class ChangedRuns:
    """How many runs were changed, or with `is_dry_run` would be; `ids` are those of the first 1,000 of them.

    `refused` has the first 1,000 of the runs that stayed as they are, by id, and why, such as too many tags.
    """

    action: Literal["update", "delete"]
    count: int
    ids: tuple[str, ...]
    is_dry_run: bool
    refused: Mapping[str, str] = field(default_factory=dict)
    refused_count: int = 0

    def __repr__(self) -> str:
        runs = "1 run" if self.count == 1 else f"{self.count} runs"
        done = f"{self.action}d"
        shown = ", ".join(self.ids[:NAMES_SHOWN])
        which = f": {shown}{', …' if self.count > NAMES_SHOWN else ''}" if shown else ""
        if self.refused_count:
            which += f"; {self.refused_count} not: see refused"
        if self.is_dry_run:
            return f"<{runs} would be {done}{which}; nothing was, since dry_run=True>"
        return f"<{runs} {done}{which}>"

    @classmethod
    def of(cls, action: Literal["update", "delete"], fields: ManyRunsFields, *, is_dry_run: bool) -> ChangedRuns:
        """What an answer tells."""
        refused = {run.name: run.message for run in fields.refused}
        return cls(action, fields.count, tuple(fields.names), is_dry_run, refused, fields.refused_count)


def change_of_many(
    *,
    tags: Iterable[str] | None,
    add_tags: Iterable[str],
    remove_tags: Iterable[str],
    config: Mapping[str, Any] | None,
    **texts: str | Keep | None,
) -> dict[str, Any]:
    """The fields of `UpdateRunsInput` that say what to do. Raises ValueError when that is nothing, TypeError."""
    lists = {"tags": tags, "addTags": add_tags, "removeTags": remove_tags}
    for name, value in lists.items():
        if isinstance(value, str):
            raise TypeError(f"{name} must be a list of str, not the str {value!r}")
    change: dict[str, Any] = {name: list(value) for name, value in lists.items() if value is not None}
    change = {name: value for name, value in change.items() if value or name == "tags"}
    change |= {name: text for name, text in texts.items() if text is not KEEP}
    if config:
        change["config"] = json_text.dump(dict(config), "config")
    if not change:
        raise ValueError(
            "Nothing to change; give add_tags, remove_tags, tags, group, job_type, notes, display_name or config."
        )
    return change
