"""Filters as a tree: what parse.py makes and compile.py reads. Every name is known and every operand checked."""

from __future__ import annotations

from dataclasses import dataclass

from runfolio_server.filters.language.fields import Field
from runfolio_server.filters.language.operands import Operand
from runfolio_server.filters.language.operators import OperatorName


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one field."""

    field: Field
    operator: OperatorName
    operand: Operand


@dataclass(frozen=True, slots=True)
class And:
    """All of them; of none: true."""

    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of them; never empty."""

    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True where the other is not."""

    filter: Filter


Filter = Condition | And | Or | Not

EVERYTHING = And(())
