"""What is hidden of a project from those who see it only because it is public or open: the one table, and who they are.

Used by every door: GraphQL, files, exports, filters, orders and groups. tests/contract/test_hidden.py fails for an
attribute, a field of a run, a column or a door to files that no row of this table tells about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, TypeVar

import msgspec

from runfolio_server.domain import json_text
from runfolio_server.domain.document_columns import INTERNAL_KEYS
from runfolio_server.domain.permission import Permission, Visibility, may_as_maker, may_with_all
from runfolio_server.domain.viewer import Viewer

R = TypeVar("R", bound=msgspec.Struct)


class Audience(Enum):
    """Who sees something of a run that is public."""

    EVERYBODY = "everybody"
    MEMBERS = "members of its entity and, in an open project, who made the run"
    IN_PART = "everybody, without what is for members in it"


EVERYBODY, MEMBERS, IN_PART = Audience

ATTRIBUTES: Final[Mapping[str, Audience]] = {
    **dict.fromkeys(
        (
            *("name", "display_name", "state", "tags", "group_name", "job_type", "notes", "description", "sweep_name"),
            *("username", "entity_name", "project_name", "created_at", "updated_at", "heartbeat_at", "finished_at"),
            *("started_at", "duration", "exit_code", "stop_requested", "summary", "system"),
        ),
        EVERYBODY,
    ),
    **dict.fromkeys(("host", "program", "commit_hash", "repository"), MEMBERS),
    "config": IN_PART,
}
"""By the column of domain/run_attributes.py. Of a config INTERNAL_KEYS are hidden: they tell the process and its
machine."""

DOCUMENTS: Final[Mapping[str, Audience]] = {"config": IN_PART, "summary": EVERYBODY, "environment": MEMBERS}
"""What filters name keys of."""

EDGE_FIELDS: Final[Mapping[str, Audience]] = {
    f"{name}{part}": MEMBERS for name in ("input_artifacts", "output_artifacts") for part in ("", ".name", ".type")
}
"""Fields of filters that ask for artifacts: these may be of another project, or of a type that is hidden."""

HIDDEN_FILES: Final = (
    *("output.log", "logs/%", "diff.patch", "%.patch", "requirements.txt", "config.yaml"),
    *("conda-environment.yaml", "wandb-metadata.json", "code/%", "%debug.log", "%debug-internal.log"),
)
"""Patterns of LIKE for names of files of runs: console, saved code, and what the SDK tells of process and machine."""

HIDDEN_ARTIFACT_TYPES: Final = ("code", "job")
"""Types of the artifacts that the SDK makes of the source of a run."""

REFUSAL: Final = "is for members: what a run tells of its process and machine is hidden from others"


@dataclass(frozen=True, slots=True)
class Sight:
    """What a viewer sees of a project that they have been shown: all of every run, or just of their own.

    `own`: the user whose runs these are, None: nobody.
    """

    sees_all: bool
    own: Viewer | None = None

    def of_run(self, created_by: int) -> bool:
        """Whether the viewer sees all of a run that this user made."""
        return self.sees_all or (self.own is not None and self.own.user_id == created_by)

    def of_run_by(self, username: str) -> bool:
        """The same by the name of the user."""
        return self.sees_all or (self.own is not None and self.own.username == username)

    @property
    def hidden_types(self) -> list[str]:
        """Types of artifacts that the viewer does not see."""
        return [] if self.sees_all else list(HIDDEN_ARTIFACT_TYPES)


SEES_ALL: Final = Sight(sees_all=True)


def sight_of(viewer: Viewer, entity_id: int, visibility: str) -> Sight:
    """The sight of a viewer in a project of this entity."""
    if may_with_all(viewer, Permission.READ, entity_id):
        return SEES_ALL
    is_open = visibility == Visibility.OPEN
    return Sight(sees_all=False, own=viewer if is_open and may_as_maker(viewer, Permission.READ) else None)


def hidden_files(*, sees_all: bool) -> list[str]:
    """The patterns of names of files that are left out of a list of a run's files."""
    return [] if sees_all else list(HIDDEN_FILES)


def is_hidden_file(name: str) -> bool:
    """Whether a file of a run is left out of such a list."""
    return any(pattern.fullmatch(name) for pattern in _HIDDEN_NAMES)


def without_hidden(row: R) -> R:
    """A row of a run as strangers see it: without the attributes for members, and the config without its hidden keys.

    Takes a moment for a megabyte of config: see in_thread_if.
    """
    changes: dict[str, Any] = {name: None for name in _HIDDEN_FIELDS if name in row.__struct_fields__}
    if "environment" in row.__struct_fields__:
        changes["environment"] = "{}"
    config = getattr(row, "config_text", None)
    if config:
        changes["config_text"] = _shown_config(config)
    return msgspec.structs.replace(row, **changes)


def _shown_config(text: str) -> str:
    config = json_text.parse(text.encode())
    if not isinstance(config, dict) or not INTERNAL_KEYS & config.keys():
        return text
    return json_text.dump({key: value for key, value in config.items() if key not in INTERNAL_KEYS})


# What LIKE takes them for; none has another wildcard than `%`.
_HIDDEN_NAMES: Final = tuple(
    re.compile(".*".join(map(re.escape, pattern.split("%"))), re.DOTALL) for pattern in HIDDEN_FILES
)
_HIDDEN_FIELDS: Final = tuple(name for name, audience in ATTRIBUTES.items() if audience is MEMBERS)
