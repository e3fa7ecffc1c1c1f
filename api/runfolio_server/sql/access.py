"""Permission as SQL: the one condition of every statement that finds something by what a caller names.

A statement in a .sql file says what it asks for as `{{may PERMISSION KIND ALIAS $NUMBER}}`, for example
`{{may edit project p $3}}`: whether the viewer, who is passed as argument 3, may edit the project `p`. A permission `?`
stands for each of them: see QueryFile.queries. `{{may log argument $27}}` hands what is compared to a function of the
database, which compares it itself. SQL that is put together in Python calls `condition` and gives its query
what it asks for: its text is never searched for placeholders, because keys of users may be in there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from runfolio_server.domain.permission import Permission, entity_ids
from runfolio_server.domain.viewer import Viewer

PLACEHOLDER: Final = re.compile(
    r"\{\{may (?P<permission>\w+|\?) (?P<kind>\w+)(?: (?P<alias>\w+))? \$(?P<number>\d+)\}\}"
)
ANY: Final = "?"


class Kind(StrEnum):
    """The table whose row `ALIAS` is."""

    ENTITY = "entity"
    PROJECT = "project"
    """One that is deleted is nobody's."""
    DELETED_PROJECT = "deleted_project"
    """What only those who restore it ask for."""
    ARGUMENT = "argument"
    """No table: an argument of a function, of type bigint[]."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a statement asks for: whether the viewer, its argument of this number from 1, has the permission."""

    permission: Permission
    number: int

    def bind(self, arguments: tuple[object, ...]) -> tuple[object, ...]:
        """The arguments with what `condition` compares instead of the viewer. Raises TypeError where there is none."""
        at = self.number - 1
        viewer = arguments[at] if at < len(arguments) else None
        if not isinstance(viewer, Viewer):
            raise TypeError(f"argument {self.number} must be the viewer, not {type(viewer).__name__}")
        return (*arguments[:at], entity_ids(viewer, self.permission), *arguments[at + 1 :])


_ALIVE: Final = {
    Kind.PROJECT: " AND {alias}.deleted_at IS NULL",
    Kind.DELETED_PROJECT: " AND {alias}.deleted_at IS NOT NULL",
}


def condition(alias: str, number: int, kind: Kind) -> str:
    """Whether the row belongs to an entity for which the viewer, the parameter of this number, has the permission.

    One for all permissions, which choose what is bound.
    """
    return f"{alias}.entity_id = ANY (${number:d}::bigint[]){_ALIVE.get(kind, '').format(alias=alias)}"


def expand(sql: str, any_permission: Permission | None = None) -> tuple[str, Asked | None]:
    """The statement with each placeholder as a condition, and what it asks for; None: it has no placeholder.

    `any_permission` is what `?` stands for. Raises LookupError for a permission or kind that is none, and for a
    statement that asks for two things.
    """
    asked: set[Asked] = set()

    def written(found: re.Match[str]) -> str:
        name = any_permission if found["permission"] == ANY else found["permission"]
        if name not in set(Permission) or found["kind"] not in set(Kind):
            raise LookupError(f"{found[0]}: allowed: {', '.join(Permission)} of {', '.join(Kind)}")
        permission, number = Permission(name), int(found["number"])
        asked.add(Asked(permission, number))
        if (found["kind"] == Kind.ARGUMENT) != (found["alias"] is None):
            raise LookupError(f"{found[0]}: an alias stands with each kind but {Kind.ARGUMENT}")
        return (
            f"${number:d}::bigint[]"
            if found["alias"] is None
            else condition(found["alias"], number, Kind(found["kind"]))
        )

    expanded = PLACEHOLDER.sub(written, sql)
    if "{{" in expanded or len(asked) > 1:
        raise LookupError(f"not one thing that is asked for: {PLACEHOLDER.findall(sql)}")
    return expanded, next(iter(asked), None)
