"""The fields of one table, by name: what makes the filter language that of runs, or of anything else that is listed.

An argument of parse.py, of order.py and of the queries made with them (list_query.py); run_fields.py is that of runs.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from runfolio_server.domain.json_text import storable_text
from runfolio_server.errors import AppError, Forbidden
from runfolio_server.filters.error_excerpt import name_excerpt
from runfolio_server.filters.language.fields import Column, Document, Field, JsonField, Presence, Tag
from runfolio_server.filters.language.json_key import parse_json_key
from runfolio_server.filters.language.operators import FieldKind


@dataclass(frozen=True, slots=True)
class UniqueKey:
    """What no two rows share: an expression that is never NULL, and its type."""

    sql: str
    type_name: str


@dataclass(frozen=True, eq=False)
class FieldTable:
    """Columns and documents whose SQL is for the table alias `r`; names may be spelled in camelCase too.

    `default` is what a list goes by unless told, ascending; it and then `key` settle the order of rows that are equal
    in all else, so it is a column that is never NULL.

    >>> from runfolio_server.filters.run_fields import RUN_FIELDS
    >>> RUN_FIELDS.find("displayName", "filters.displayName").sql
    'r.display_name'
    """

    columns: tuple[Column, ...]
    documents: tuple[Document, ...]
    default: Column
    key: UniqueKey
    is_hidden: Callable[[Field], bool] = lambda _: False
    """Whether a field is one that whoever asks does not see: naming it would tell its values."""
    refusal: str = ""
    """Why: completes "The field host …"."""

    @cached_property
    def allowed(self) -> tuple[str, ...]:
        """What to say when a field is unknown."""
        columns = [column for column in self.columns if not self.is_hidden(column)]
        documents = [each for each in self.documents if not self.is_hidden(JsonField(each, (("<key>",),)))]
        return (
            *(column.name for column in columns),
            *(f"{document.spellings[0]}.<key>" for document in documents),
            *(key for document in documents for key in document.bare_keys),
            *(f"{column.name}.<tag>" for column in columns if column.kind is FieldKind.TAGS),
            *(f"{document.key_lists[0]}.<key>" for document in documents if document.key_lists),
        )

    @cached_property
    def document_by_spelling(self) -> Mapping[str, Document]:
        """The documents by what may stand before a key."""
        return {spelling: document for document in self.documents for spelling in document.spellings}

    def find(self, name: str, path: str) -> Field:
        """The field of this name; `path` says where it stands.

        Raises AppError with what is allowed, Forbidden for a field that is hidden.
        """
        field = self._find(name, path)
        if self.is_hidden(field):
            raise Forbidden(f"The field {name_excerpt(name)} {self.refusal}, at {path}", path=path)
        return field

    def _find(self, name: str, path: str) -> Field:
        column = self._column_by_name.get(name)
        if column is not None:
            return column
        bare = self._document_by_bare_key.get(name)
        if bare is not None:
            return JsonField(bare, ((name,),))
        match = self._with_key.fullmatch(name)
        if match:
            root, key = match.groups()
            document = self.document_by_spelling.get(root)
            if document is not None:
                return JsonField.of(document, parse_json_key(key, path, is_wrapped=document.is_wrapped))
            listed = self._document_by_key_list[root]
            return Presence.of_key(listed, parse_json_key(key, path, is_wrapped=False))
        root, dot, tag = name.partition(".")
        tags = self._column_by_name.get(root)
        if tags is not None and tags.kind is FieldKind.TAGS and dot and tag:
            return Presence(Tag(tags, storable_text(tag)))
        raise self._unknown(name, path)

    def find_value(self, name: str, path: str) -> Field:
        """The field of this name, of which each row has one value at most: for orders and groups.

        Raises AppError with what is allowed.
        """
        field = self.find(name, path)
        if isinstance(field, Column) and not field.is_value:
            raise AppError(
                f"{name_excerpt(name)} is a field of filters only, at {path}: one row may have many of them",
                path=path,
                allowed=self.values_allowed,
            )
        return field

    @cached_property
    def values_allowed(self) -> tuple[str, ...]:
        """What to say when a field has no one value."""
        others = {column.name for column in self.columns if not column.is_value}
        return tuple(name for name in self.allowed if name not in others)

    @cached_property
    def _column_by_name(self) -> Mapping[str, Column]:
        return {
            spelling: column
            for column in self.columns
            for name in (column.name, *column.aliases)
            for spelling in (name, camel_case(name))
        }

    @cached_property
    def _document_by_bare_key(self) -> Mapping[str, Document]:
        return {key: document for document in self.documents for key in document.bare_keys}

    @cached_property
    def _document_by_key_list(self) -> Mapping[str, Document]:
        return {spelling: document for document in self.documents for spelling in document.key_lists}

    @cached_property
    def _with_key(self) -> re.Pattern[str]:
        roots = "|".join(map(re.escape, [*self.document_by_spelling, *self._document_by_key_list]))
        return re.compile(rf"({roots})([.\[].*)", re.DOTALL)

    def _unknown(self, name: str, path: str) -> AppError:
        near = difflib.get_close_matches(name[:100], [*self._column_by_name, *self.document_by_spelling], n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        if name in self.document_by_spelling:
            hint = f" (name a key of it: {name}.<key>)"
        return AppError(
            f"Unknown field {name_excerpt(name)!r}{hint} at {path}; allowed: {', '.join(self.allowed)}",
            path=path,
            allowed=self.allowed,
        )


def camel_case(name: str) -> str:
    """`display_name` → `displayName`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
