"""A whole project as columns: what the server streams, put together. Filled by the transports, read by frames.py."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, MutableSequence, Sequence
from typing import Any, TypeAlias

from pydantic_core import from_json

from runfolio._core.answers import error_of
from runfolio._core.errors import DownloadError

Column: TypeAlias = MutableSequence[Any]
"""A list, or an array of doubles while all its values are floats: a quarter of the memory."""

# The order of a table: attributes first, as they come.
PREFIXES = (("config.", "config["), ("summary.", "summary["))


class RunTable:
    """Takes the pieces of an export, from the start again after `restart`; `columns` are all of one length, `count`.

    `missing_order_keys` are those that the server names at the end: no run has them.
    """

    position = 0

    def __init__(self, url: str) -> None:
        self._url = url
        self.restart()

    def restart(self) -> None:
        """Forget what came so far."""
        self.columns: dict[str, Column] = {}
        self.count = 0
        self.missing_order_keys: list[str] = []
        self._pending: list[bytes] = []
        self._announced: int | None = None
        self._refusal: bytes | None = None

    def write(self, data: bytes) -> None:
        """Take the next bytes; each whole line is read at once, so that no more than a page waits."""
        head, newline, rest = data.rpartition(b"\n")
        if not newline:
            self._pending.append(data)
            return
        lines = b"".join([*self._pending, head]).split(b"\n")
        self._pending = [rest] if rest else []
        for line in lines:
            self._read(line)

    def check(self) -> None:
        """Raise DownloadError when the end is missing, and the ApiError that the server told instead of it."""
        if self._refusal is not None:
            raise error_of(self._url, 200, self._refusal)
        if self._announced != self.count or self._pending:
            raise DownloadError(
                f"{self._url} broke off after {self.count} runs, without saying that these are all; ask again."
            )

    def sorted_columns(self) -> dict[str, Column]:
        """The columns as a table shows them: attributes, config, summary, each in order of appearance."""
        return {name: self.columns[name] for name in sorted(self.columns, key=_rank)}

    def _read(self, line: bytes) -> None:
        if not line:
            return
        content = _parse(line)
        if "errors" in content:
            self._refusal = line
        elif "end" in content:
            self._announced = content["end"]["runs"]
            self.missing_order_keys = content["end"].get("missing_order_keys", [])
        elif "columns" in content:
            self._append(content["runs"], content["columns"])

    def _append(self, count: int, columns: Mapping[str, Sequence[Any]]) -> None:
        before = self.count
        self.count += count
        for name, values in columns.items():
            column = self.columns.get(name)
            if column is None:
                column = [None] * before
            self.columns[name] = _extended(column, values)
        for name, column in self.columns.items():
            if len(column) < self.count:
                self.columns[name] = _extended(column, [None] * (self.count - len(column)))


def _extended(column: Column, values: Sequence[Any]) -> Column:
    are_floats = set(map(type, values)) <= {float}
    if are_floats and not column:
        return array("d", values)
    if isinstance(column, array) and not are_floats:
        column = column.tolist()
    column.extend(values)
    return column


def _rank(name: str) -> int:
    return next((1 + rank for rank, prefix in enumerate(PREFIXES) if name.startswith(prefix)), 0)


def _parse(line: bytes) -> dict[str, Any]:
    try:
        # Eight times faster than the standard library, and as exact: NaN, and integers of any size.
        content = from_json(line)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
