"""The values of one key in some rows, as arrays: numbers stay numbers, and what else was logged stands beside them.

Pure. Made by stored_rows.py, joined by table.py, written by arrow.py and graph/.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

MISSING: Final = object()
"""Stands for the value of a row that does not have the key."""


@dataclass(slots=True)
class Cells:
    """One value, or none, for each row."""

    numbers: Floats
    """NaN where there is no number; integers beyond 2**53 are rounded."""
    is_number: Mask
    """Integers of more than 64 bits too, as long as float64 has a finite number for them."""
    is_integer: Mask
    """Which numbers were written as integers and are not among `objects`."""
    exact: Integers | None
    """Integers of 64 bits where `numbers` is rounded; 0: `numbers` is exact. None: it is everywhere."""
    objects: dict[int, Any]
    """By row, the values that are no number, null among them, and integers of more than 64 bits."""

    def __len__(self) -> int:
        return len(self.numbers)

    def put_object(self, index: int, value: Any) -> None:
        """Put a value that belongs among `objects` into a row that has none; large integers are numbers too."""
        self.objects[index] = value
        number = as_float(value)
        if math.isfinite(number):
            self.numbers[index], self.is_number[index] = number, True

    def present(self) -> Mask:
        """Which rows have the key; null is had."""
        if not self.objects:
            return self.is_number
        found = self.is_number.copy()
        found[list(self.objects)] = True
        return found

    def take(self, indices: Indices) -> Cells:
        """The values of these rows, in this order."""
        objects = {}
        if self.objects:
            places = np.isin(indices, list(self.objects))
            objects = {place: self.objects[int(indices[place])] for place in np.flatnonzero(places).tolist()}
        exact = None if self.exact is None else self.exact[indices]
        return Cells(self.numbers[indices], self.is_number[indices], self.is_integer[indices], exact, objects)

    def integers(self) -> Integers:
        """The numbers written as integers, 0 elsewhere; those that do not fit 64 bits are clipped."""
        plain = np.where(self.is_integer, np.clip(self.numbers, -(2.0**63), 2.0**63 - 1024), 0.0).astype(np.int64)
        return plain if self.exact is None else np.where(self.exact != 0, self.exact, plain)

    def fits_int64(self) -> Mask:
        """Which rows hold an integer of 64 bits."""
        bounded = (self.numbers >= -(2.0**63)) & (self.numbers < 2.0**63)
        if self.exact is not None:
            # Rounding may have brought the largest of them to 2**63.
            bounded |= self.exact != 0
        return self.is_integer & bounded

    def values(self) -> list[Any]:
        """The values type for type as they were logged; None where there is none."""
        found: list[Any]
        if bool(self.is_integer.any()):
            found = [
                (integer or int(number)) if is_integer else number
                for number, is_integer, integer in zip(
                    self.numbers.tolist(),
                    self.is_integer.tolist(),
                    [0] * len(self) if self.exact is None else self.exact.tolist(),
                    strict=True,
                )
            ]
        else:
            found = self.numbers.tolist()
        if not bool(self.is_number.all()):
            for index in np.flatnonzero(~self.is_number).tolist():
                found[index] = None
        for index, value in self.objects.items():
            found[index] = value
        return found


def empty_cells(count: int) -> Cells:
    """So many rows without the key."""
    return Cells(np.full(count, np.nan), np.zeros(count, bool), np.zeros(count, bool), None, {})


def cells_of(values: Sequence[Any]) -> Cells:
    """The cells of parsed JSON values, MISSING where the key is."""
    kinds = set(map(type, values))
    if kinds == {float}:
        numbers = np.array(values, dtype=np.float64)
        return Cells(numbers, np.ones(len(values), bool), np.zeros(len(values), bool), None, {})
    cells = empty_cells(len(values))
    for index, value in enumerate(values):
        if type(value) is float or (type(value) is int and -(2**63) <= value < 2**63):
            cells.numbers[index] = value
            cells.is_number[index] = True
            cells.is_integer[index] = type(value) is int
            if type(value) is int and int(cells.numbers[index]) != value:
                if cells.exact is None:
                    cells.exact = np.zeros(len(values), np.int64)
                cells.exact[index] = value
        elif type(value) is int:
            cells.put_object(index, value)
        elif value is not MISSING:
            cells.objects[index] = value
    return cells


def joined_cells(parts: Sequence[Cells]) -> Cells:
    """The rows of all of them, one after the other."""
    if len(parts) == 1:
        return parts[0]
    exact = None
    if any(part.exact is not None for part in parts):
        exact = np.concatenate([np.zeros(len(part), np.int64) if part.exact is None else part.exact for part in parts])
    objects = {}
    offset = 0
    for part in parts:
        for index, value in part.objects.items():
            objects[offset + index] = value
        offset += len(part)
    return Cells(
        np.concatenate([part.numbers for part in parts]),
        np.concatenate([part.is_number for part in parts]),
        np.concatenate([part.is_integer for part in parts]),
        exact,
        objects,
    )


def as_float(value: Any) -> float:
    """An integer of any size as float64, infinite where it is too large; NaN for what is no number."""
    if type(value) is not int and type(value) is not float:
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
