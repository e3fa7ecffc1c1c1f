"""Changes of a run: the statement that writes every attribute that may be changed, and what to bind for each.

Called by actions/runs/lifecycle.py. Fixed text made once of the table of attributes; every value is bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from runfolio_server.domain import json_text
from runfolio_server.domain.run_attribute import ValueKind
from runfolio_server.domain.run_attributes import CHANGEABLE
from runfolio_server.sql.named import Query
from runfolio_server.sql.runs.runs import RunRow

_FIRST_VALUE: Final = 3


def _written_columns() -> list[tuple[str, str, str]]:
    """Each column that a change writes: its attribute's column, its own name, and the type that its value is cast to.

    >>> [own for attribute, own, cast in _written_columns() if attribute in ("host", "config")]
    ['host', 'config_text', 'config']
    """
    found = []
    for attribute in CHANGEABLE:
        column = attribute.column
        if attribute.kind is ValueKind.DOCUMENT:
            found += [(column, attribute.row_field, "text"), (column, column, "text::jsonb")]
        else:
            found.append((column, column, "text[]" if attribute.kind is ValueKind.TEXTS else "text"))
    return found


def _update_run() -> str:
    """As a reader would write it.

    >>> print(_update_run())
    -- update_run: $1 run id, $2 the columns of the attributes to change, $3 … their new values → RunRow
    UPDATE runs AS r
    SET display_name = CASE WHEN 'display_name' = ANY ($2::text[]) THEN $3::text ELSE r.display_name END,
        state = CASE WHEN 'state' = ANY ($2::text[]) THEN $4::text ELSE r.state END,
    ...
        updated_at = now()
    WHERE r.run_id = $1 AND r.deleted_at IS NULL
    RETURNING r.run_id, r.project_id, ...
    """
    changes = [
        f"{own} = CASE WHEN '{attribute}' = ANY ($2::text[]) THEN ${number}::{cast} ELSE r.{own} END"
        for number, (attribute, own, cast) in enumerate(_written_columns(), _FIRST_VALUE)
    ]
    assignments = ",\n    ".join([*changes, "updated_at = now()"])
    returned = ", ".join(f"r.{name}" for name in RunRow.__struct_fields__)
    return (
        "-- update_run: $1 run id, $2 the columns of the attributes to change, $3 … their new values → RunRow\n"
        f"UPDATE runs AS r\nSET {assignments}\n"
        "WHERE r.run_id = $1 AND r.deleted_at IS NULL\n"
        f"RETURNING {returned}"
    )


UPDATE_RUN: Final = Query("update_run", _update_run(), RunRow)


def change_values(columns: Mapping[str, object]) -> list[object]:
    """What to write, one value for each parameter of UPDATE_RUN from $3 on; None where nothing is changed.

    `columns` are those that check_change gives: the jsonb of a document is under `<column>_jsonb`.
    """
    return [
        columns.get(f"{attribute}_jsonb" if cast == "text::jsonb" else attribute)
        for attribute, _, cast in _written_columns()
    ]


def start_values(columns: Mapping[str, object]) -> list[object]:
    """What START_RUN writes, likewise: a JSON object of columns, then text and jsonb of each document.

    A text that is cleared is an empty one in the object, which holds no null.
    """
    documents = [attribute for attribute in CHANGEABLE if attribute.kind is ValueKind.DOCUMENT]
    texts = [columns.get(column) for document in documents for column in (document.column, f"{document.column}_jsonb")]
    others = [attribute.column for attribute in CHANGEABLE if attribute not in documents]
    given = {column: "" if columns[column] is None else columns[column] for column in others if column in columns}
    if columns.get("environment"):
        given["environment"] = columns["environment"]
    return [json_text.dump(given), *texts]
