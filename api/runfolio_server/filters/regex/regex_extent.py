"""How large the automaton of a pattern is: what PostgreSQL needs to compile it and to match. Used by regex.py.

A state for each character to match, and a way for each pair of characters that may follow each other. A row of n
characters that may all be absent has n² / 2 ways, and compiling takes more than their number: four times `(.?){255}`
took 17 s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Extent:
    """Of a piece with its bounded repetitions written out.

    `size`: characters; `ways`: pairs of them that may follow each other; `firsts` and `lasts`: those that a match may
    begin and end with; `is_optional`: it matches the empty text.
    """

    size: int
    ways: int = 0
    firsts: int = 0
    lasts: int = 0
    is_optional: bool = True


POSITION = Extent(1)
NOTHING = Extent(0)
CHARACTER = Extent(1, firsts=1, lasts=1, is_optional=False)


def in_a_row(count: int) -> Extent:
    """So many characters, one after the other."""
    return Extent(count, count - 1, 1, 1, is_optional=False) if count else NOTHING


def both(left: Extent, right: Extent) -> Extent:
    """One after the other."""
    return Extent(
        left.size + right.size,
        left.ways + right.ways + left.lasts * right.firsts,
        left.firsts + (right.firsts if left.is_optional else 0),
        right.lasts + (left.lasts if right.is_optional else 0),
        left.is_optional and right.is_optional,
    )


def either(branches: Sequence[Extent]) -> Extent:
    """One of them."""
    return Extent(
        sum(branch.size for branch in branches),
        sum(branch.ways for branch in branches),
        sum(branch.firsts for branch in branches),
        sum(branch.lasts for branch in branches),
        any(branch.is_optional for branch in branches),
    )


def repeated(piece: Extent, least: int, most: int | None) -> Extent:
    """From `least` to `most` times, None: without end."""
    joint = piece.lasts * piece.firsts
    if most is None:
        once = replace(piece, ways=piece.ways + joint, is_optional=piece.is_optional or least == 0)
        return both(repeated(piece, least - 1, least - 1), once) if least > 1 else once
    if most == 0:
        return replace(NOTHING, size=piece.size)
    # PostgreSQL nests what may be absent, x{0,3} as ((x?x)?x)?, so only what is empty itself can be passed over inside.
    joints = most * (most - 1) // 2 if piece.is_optional else most - 1
    return Extent(
        piece.size * most,
        piece.ways * most + joint * joints,
        piece.firsts * (most if piece.is_optional else most - least + 1 if least else most),
        piece.lasts * (most if piece.is_optional else 1),
        piece.is_optional or least == 0,
    )
