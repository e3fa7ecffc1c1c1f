"""Permission as SQL: the one condition of every statement that finds something by what a caller names.

A statement in a .sql file says what it asks for as `{{may PERMISSION KIND ALIAS $NUMBER}}`, for example
`{{may edit project p $3}}`: whether the viewer, who is passed as argument 3, may edit the project `p`. A permission `?`
stands for each of them: see QueryFile.queries. Of a run `{{may edit run r in p $2}}`: `p` is its project, and whoever
made it may do more with it. `{{may log argument $27}}` hands what is compared to a function of the
database, which compares it itself. SQL that is put together in Python calls `condition` and gives its query
what it asks for: its text is never searched for placeholders, because keys of users may be in there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from runfolio_server.domain.hidden import HIDDEN_ARTIFACT_TYPES
from runfolio_server.domain.permission import Permission, Visibility, entity_ids, may_as_maker, visibilities
from runfolio_server.domain.viewer import Viewer

PLACEHOLDER: Final = re.compile(
    r"\{\{may (?P<permission>\w+|\?) (?P<kind>\w+)(?: (?P<alias>\w+))?(?: in (?P<project>\w+))? \$(?P<number>\d+)\}\}"
)
ANY: Final = "?"


class Kind(StrEnum):
    """The table whose row `ALIAS` is."""

    ENTITY = "entity"
    PROJECT = "project"
    """One that is deleted is nobody's."""
    CONTENT = "content"
    """A project, for what is in it and belongs to all of its members: what others make there is theirs alone."""
    OWN_PROJECT = "own_project"
    """One in whose entity the viewer is something, whatever others may see."""
    DELETED_PROJECT = "deleted_project"
    """What only those who restore it ask for."""
    RUN = "run"
    """`run r in p`: a run and its project, because in an open one whoever made a run may do more with it."""
    ARTIFACT = "artifact"
    """`artifact s in p`: a collection, or a type of artifacts, and its project. Those who are nobody there do not see
    the types that domain/hidden.py hides."""
    ARGUMENT = "argument"
    """No table: an argument of a function, of type bigint[], for a run."""


_OPEN_TO_ALL: Final = (
    frozenset[Visibility](),
    frozenset({Visibility.OPEN}),
    frozenset({Visibility.PUBLIC, Visibility.OPEN}),
)
"""How far a project must be open: the place is what is bound."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a statement asks for: whether the viewer, its argument of this number from 1, has the permission.

    `of_project`: with the project itself, and not with something in it; `of_entity`: with an entity.
    """

    permission: Permission
    number: int
    of_project: bool = False
    of_entity: bool = False

    def bind(self, arguments: tuple[object, ...]) -> tuple[object, ...]:
        """The arguments with what `condition` compares instead of the viewer. Raises TypeError where there is none."""
        at = self.number - 1
        viewer = arguments[at] if at < len(arguments) else None
        if not isinstance(viewer, Viewer):
            raise TypeError(f"argument {self.number} must be the viewer, not {type(viewer).__name__}")
        bound = bound_access(viewer, self.permission, of_project=self.of_project)
        if self.of_entity and viewer.key_project_id is not None and self.permission is not Permission.READ:
            # A key for one project makes none.
            bound = bound[:3]
        return (*arguments[:at], bound, *arguments[at + 1 :])


def bound_access(viewer: Viewer, permission: Permission, *, of_project: bool) -> list[int]:
    """What is bound for a viewer, four things in one array.

    The project that their key leads to (0: all), how far a project must be open to everybody (an index of
    _OPEN_TO_ALL), the user whose own runs count in an open one (0: nobody's), and from the fourth on the entities in
    which the viewer is somebody who may do this.
    """
    is_open = _OPEN_TO_ALL.index(visibilities(viewer, permission, of_what_is_in_it=not of_project))
    maker = viewer.user_id if may_as_maker(viewer, permission) else 0
    return [viewer.key_project_id or 0, is_open, maker, *entity_ids(viewer, permission)]


def condition(alias: str, number: int, kind: Kind, project: str | None = None) -> str:
    """Whether the viewer, the parameter of this number, has the permission for the row.

    One for all permissions, which choose what is bound: see bound_access. `project` is the alias of a run's project.
    """
    bound = f"(${number:d}::bigint[])"
    of = project or alias
    is_member = f"{of}.entity_id = ANY ({bound}[4:])"
    is_key = f"{bound}[1] IN (0, {of}.project_id)"
    if kind is Kind.ENTITY:
        return is_member
    if kind is Kind.OWN_PROJECT:
        return f"({is_member} AND {is_key} AND {of}.deleted_at IS NULL)"
    if kind is Kind.DELETED_PROJECT:
        return f"{is_member} AND {is_key} AND {of}.deleted_at IS NOT NULL"
    is_open = f"{of}.visibility <> 'private' AND {bound}[2] >= CASE {of}.visibility WHEN 'open' THEN 1 ELSE 2 END"
    if kind is Kind.ARTIFACT:
        is_open += f" AND {alias}.type_id NOT IN ({_HIDDEN_TYPES})"
    is_own = f" OR {of}.visibility = 'open' AND {alias}.created_by = {bound}[3]" if kind is Kind.RUN else ""
    return f"({is_member} OR {is_open}{is_own}) AND {is_key} AND {of}.deleted_at IS NULL"


_HIDDEN_NAMES: Final = ", ".join(f"'{name}'" for name in HIDDEN_ARTIFACT_TYPES)
_HIDDEN_TYPES: Final = f"SELECT h.type_id FROM artifact_type AS h WHERE h.name IN ({_HIDDEN_NAMES})"  # noqa: S608 - constants


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
        permission, number, kind = Permission(name), int(found["number"]), Kind(found["kind"])
        asked.add(
            Asked(
                permission, number, of_project=kind in (Kind.PROJECT, Kind.OWN_PROJECT), of_entity=kind is Kind.ENTITY
            )
        )
        if (kind is Kind.ARGUMENT) != (found["alias"] is None):
            raise LookupError(f"{found[0]}: an alias stands with each kind but {Kind.ARGUMENT}")
        if (kind in (Kind.RUN, Kind.ARTIFACT)) != (found["project"] is not None):
            raise LookupError(
                f"{found[0]}: `in` and the alias of a project stand with {Kind.RUN} and {Kind.ARTIFACT} only"
            )
        if found["alias"] is None:
            return f"${number:d}::bigint[]"
        return condition(found["alias"], number, kind, found["project"])

    expanded = PLACEHOLDER.sub(written, sql)
    if "{{" in expanded or len(asked) > 1:
        raise LookupError(f"not one thing that is asked for: {PLACEHOLDER.findall(sql)}")
    return expanded, next(iter(asked), None)
