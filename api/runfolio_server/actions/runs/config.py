"""A config that comes for a run that has one: put in its place, or joined to it. Used by lifecycle.py.

The SDK keeps entries of its own in a config, by which it knows a run again. Whoever sends a config without any of them
knows nothing of them: the run keeps those that it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from runfolio_server.actions.runs.change import checked_change
from runfolio_server.domain import json_text
from runfolio_server.domain.document_columns import INTERNAL_KEYS
from runfolio_server.heavy_threads import HEAVY_BYTES, in_thread_if
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.runs.runs import LOCK_CONFIG


def needs_the_old(columns: Mapping[str, object], *, joins: bool) -> bool:
    """Whether what to write depends on the config that is there; `columns` are those of check_change."""
    return "config" in columns and (joins or not columns["config_has_internal"])


async def with_the_old(
    connection: Connection,
    run_id: UUID,
    columns: Mapping[str, object],
    field_by_column: Mapping[str, str],
    *,
    joins: bool,
) -> dict[str, object]:
    """The columns with a config that keeps what it should of the one that is there.

    With `joins` all entries that `columns` does not name, else those of the SDK. Call it in the transaction that writes
    them: it locks the run. Raises TooLarge when both together are.
    """
    row = await connection.row(LOCK_CONFIG, run_id)
    given = str(columns["config"])
    if row is None or row.config_text == "{}":
        return dict(columns)
    is_heavy = len(row.config_text) + len(given) > HEAVY_BYTES
    joined = await in_thread_if(is_heavy, _joined, row.config_text, given, joins=joins)
    return {**columns, **await checked_change({"config": joined}, field_by_column)} if joined else dict(columns)


def _joined(old_text: str, new_text: str, *, joins: bool) -> str | None:
    """Both as one text; None when the new one can stay as it is."""
    old, new = json_text.parse(old_text.encode()), json_text.parse(new_text.encode())
    kept = {key: entry for key, entry in old.items() if key not in new and (joins or key in INTERNAL_KEYS)}
    if not kept:
        return None
    # In the order in which they came.
    return json_text.dump(
        {**{key: new.get(key, entry) for key, entry in old.items() if key in kept or key in new}, **new}
    )
