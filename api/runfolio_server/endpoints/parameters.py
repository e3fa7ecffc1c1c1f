"""What the exports may be asked: names that they do not know are refused, for they would choose something else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from runfolio_server.errors import AppError


def check_names(names: Iterable[str], allowed: Sequence[str]) -> None:
    """Raises AppError for the first name that is not allowed."""
    for name in names:
        check_one_of("parameter", name, allowed)


def check_one_of(what: str, text: str, allowed: Sequence[str]) -> None:
    """Raises AppError, with what is allowed, for another text."""
    if text not in allowed:
        shown = ", ".join(allowed) or "none"
        raise AppError(f"{what} is {text[:100]!r}; allowed: {shown}", path=what, allowed=tuple(allowed))
