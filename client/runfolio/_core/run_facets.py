"""What the runs of a project hold, counted: keys, values, bins. Made by _async/project.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from runfolio._core.missing_value import value_of
from runfolio._generated import DocumentKeyFields, FieldValueFields, HistogramBinFields, RunFieldFields

DOCUMENTS = {"config": "CONFIG", "summary": "SUMMARY"}


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """A key of config or summary and a type that its values have: `type` is JSON's word for it.

    `run_count` runs have it so; a key with values of two types appears twice. `field` is its name in filters, orders,
    groups and columns, such as `config.lr`.
    """

    key: str
    type: str
    run_count: int
    field: str

    @classmethod
    def of(cls, fields: DocumentKeyFields) -> DocumentKey:
        """The key of an answer."""
        return cls(fields.key, fields.type_, fields.run_count, fields.field)


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A distinct value of a field, and how many runs have it; MISSING: those that have none, which is not None."""

    value: Any
    run_count: int

    @classmethod
    def of(cls, fields: FieldValueFields) -> FieldValue:
        """The value of an answer."""
        return cls(value_of(fields.value), fields.run_count)


@dataclass(frozen=True, slots=True)
class HistogramBin:
    """A bin from `low`, inclusive, to `high`, inclusive for the last bin only."""

    low: float
    high: float
    run_count: int

    @classmethod
    def of(cls, fields: HistogramBinFields) -> HistogramBin:
        """The bin of an answer."""
        return cls(fields.low, fields.high, fields.run_count)


@dataclass(frozen=True, slots=True)
class RunField:
    """What a filter of runs may name: `config.<key>` and the like stand for one field of each key.

    `type` says what its values are: `TEXT`, `TAGS`, `TIME`, `NUMBER`, `BOOLEAN`, `JSON`, or `PRESENCE` where a filter
    asks only whether it is there. `operators` are those that it takes, `values` the only ones that there are, empty
    where any may be. `is_sortable`: orders and groups may name it as well.
    """

    name: str
    aliases: tuple[str, ...]
    type: str
    operators: tuple[str, ...]
    values: tuple[str, ...]
    is_sortable: bool

    @classmethod
    def of(cls, fields: RunFieldFields) -> RunField:
        """The field of an answer."""
        return cls(
            fields.name,
            tuple(fields.aliases),
            fields.type_,
            tuple(fields.operators),
            tuple(fields.values),
            fields.is_sortable,
        )


def document_of(document: Literal["config", "summary"]) -> str:
    """The schema's word for a document. Raises ValueError for an unknown one."""
    if document not in DOCUMENTS:
        raise ValueError(f"document is {document!r}; allowed: {', '.join(DOCUMENTS)}")
    return DOCUMENTS[document]
