"""One attribute of a run: what there is to know about it. The table of all of them is run_attributes.py."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from enum import Enum, StrEnum


class ValueKind(StrEnum):
    """What the values of an attribute are."""

    TEXT = "text"
    TEXTS = "list of text"
    TIME = "time"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DOCUMENT = "JSON document"


class RunInput(Enum):
    """The inputs that say what a run is to be, each by its name in GraphQL."""

    CREATE = "CreateRunInput"
    UPDATE = "UpdateRunInput"
    UPDATE_MANY = "UpdateRunsInput"


@dataclass(frozen=True, slots=True)
class RunAttribute:
    """One attribute of a run, and everything that holds for it wherever it is named."""

    column: str
    """Its column in `runs`. A document is the text `<column>_text` and, where filters read it, the jsonb `<column>`."""
    kind: ValueKind
    meaning: str
    """One sentence, with the unit and with what null means: the description of the field of GraphQL's Run."""
    _: KW_ONLY
    field: str
    """What GraphQL's Run calls it, in snake_case."""
    filter_names: tuple[str, ...] = ()
    """What filters and orders call it, the name before its aliases; none: they cannot name it."""
    export_names: tuple[str, ...] = ()
    """What exports of runs call it, likewise."""
    inputs: frozenset[RunInput] = frozenset()
    """The inputs that have it as a field of the same name and take its whole value."""
    is_changeable: bool = False
    """Whether a start or a change of a run may write it, at least one that the SDK sends."""
    characters_max: int | None = None
    """Of a text, or of each text in a list; None: something else than its length bounds it."""
    items_max: int | None = None
    is_nullable: bool = False
    blank_is_none: bool = False
    """Whether a text without a letter means that there is none, wherever it is given or asked for."""
    is_short: bool = False
    """Whether every text has at most 128 characters: it is sorted whole."""
    values: tuple[str, ...] = ()
    """Of a text that is one of a few, which these are; none: any text."""
    is_stored: bool = True
    """Whether it is a column of `runs`; else it is made of others, or is found in other tables."""

    @property
    def row_field(self) -> str:
        """The field of a row that has its value."""
        return f"{self.column}_text" if self.kind is ValueKind.DOCUMENT else self.column
