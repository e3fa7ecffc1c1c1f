"""Who sees a project, in the schema."""

from __future__ import annotations

from enum import Enum

import strawberry

from runfolio_server.domain.permission import Visibility


@strawberry.enum(description="Who sees a project and what is in it, beside those who are something in its entity.")
class ProjectVisibility(Enum):
    """The visibilities of domain/permission.py, and a test compares."""

    PRIVATE = strawberry.enum_value("private", description="Nobody.")
    PUBLIC = strawberry.enum_value("public", description="Everybody, also without a key.")
    OPEN = strawberry.enum_value(
        "open",
        description="Everybody; and whoever is signed in logs runs, and changes and deletes those that they made.",
    )


def visibility_of(given: ProjectVisibility | None) -> Visibility | None:
    """What was given; None for null and for what is absent."""
    return Visibility[given.name] if isinstance(given, ProjectVisibility) else None
