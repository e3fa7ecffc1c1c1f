"""Null in an answer → NotFoundError that says what is missing. Used wherever something is looked up by name."""

from __future__ import annotations

from typing import TypeVar

from runfolio._core.errors import NotFoundError
from runfolio._core.paths import RunPath

T = TypeVar("T")


def present(thing: T | None, what: str, where: str) -> T:
    """The thing. Raises NotFoundError when it is None.

    >>> present(None, "run 'x'", "in project 'acme/demo'")
    Traceback (most recent call last):
        ...
    runfolio._core.errors.NotFoundError: There is no run 'x' in project 'acme/demo', or you may not see it.
    """
    if thing is None:
        raise NotFoundError(f"There is no {what} {where}, or you may not see it.", code="NOT_FOUND")
    return thing


def present_entity(entity: object | None, name: str, base_url: str) -> None:
    """Raise NotFoundError when there is no such entity."""
    present(entity, f"entity {name!r}", f"on {base_url}")


def present_project(project: T | None, entity: str, name: str) -> T:
    """The project. Raises NotFoundError."""
    return present(project, f"project {name!r}", f"in entity {entity!r}")


def present_run(run: T | None, path: RunPath) -> T:
    """The run. Raises NotFoundError."""
    return present(run, f"run {path.run!r}", f"in project '{path.entity}/{path.project}'")


def present_branch(branch: T | None, path: RunPath, number: int) -> T:
    """The branch. Raises NotFoundError."""
    return present(branch, f"branch {number}", f"of run '{path.entity}/{path.project}/{path.run}'")
