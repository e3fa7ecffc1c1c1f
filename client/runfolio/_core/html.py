"""Small tables for notebooks. Everything in them is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

LONGEST_CELL = 120


def definition_table(title: str, entries: Mapping[str, object]) -> str:
    """A title and one row for each entry."""
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{_cell(value)}</td></tr>" for name, value in entries.items())
    return f"<table><caption>{escape(title)}</caption>{rows}</table>"


def list_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A title, a head and the rows."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{_cell(value)}</td>' for value in row)}</tr>" for row in rows)
    return f"<table><caption>{escape(title)}</caption><tr>{head}</tr>{body}</table>"


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return escape(text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…")
