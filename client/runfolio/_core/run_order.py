"""The order of runs, which may come as text or as fields. Used by _async/runs.py."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from runfolio._core.filters import Field

Order: TypeAlias = Field | str | Iterable[Field | str]
"""Fields to sort by: `"-summary.loss"` descends, and so does `-Summary("loss")`."""


def order_text(order: Order) -> str:
    """What to send as `order`: one text with commas. Raises TypeError for what is neither a text nor a field.

    >>> from runfolio import Config, Summary
    >>> order_text([-Summary("loss"), Config("lr"), "+created_at"])
    '-summary.loss,config.lr,+created_at'
    """
    parts = [order] if isinstance(order, str | Field) or not isinstance(order, Iterable) else list(order)
    for part in parts:
        if not isinstance(part, str | Field):
            raise TypeError(f"order must be a str, a Field or a list of them, not {type(part).__name__}")
    return ",".join(part.name_in_order if isinstance(part, Field) else part for part in parts)


class OrderWarning(UserWarning):
    """The order has a key that no run has, so the runs are not in order of it."""


def warn_of_missing_keys(names: Sequence[str] | None, project: str) -> None:
    """Warn of the keys of an order that the server says no run has; None: it was not asked."""
    for name in names or ():
        warnings.warn(
            f"No run that was asked for in {project!r} has {name}, so they are not in order of it.",
            OrderWarning,
            stacklevel=2,
        )
