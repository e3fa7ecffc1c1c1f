"""Config and summary of a run that several write: processes, and people who edit them. Used by lifecycle.py.

A process sends its whole document again and again, and knows nothing of what others put there. So while there are
others, what it sends is the difference to what it sent before; a process that is alone replaces the document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from runfolio_server.actions.runs.change import checked_change
from runfolio_server.domain import json_text
from runfolio_server.domain.document_merge import merged_texts
from runfolio_server.domain.run_attribute import ValueKind
from runfolio_server.domain.run_attributes import CHANGEABLE
from runfolio_server.heavy_threads import HEAVY_BYTES, in_thread_if
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.runs.documents import REMEMBER_DOCUMENT, SHARE_DOCUMENT

DOCUMENTS: Final = tuple(attribute.column for attribute in CHANGEABLE if attribute.kind is ValueKind.DOCUMENT)


def of_documents(columns: Mapping[str, object], documents: Sequence[str]) -> dict[str, object]:
    """Those of the columns of check_change that belong to these documents."""
    return {name: value for name, value in columns.items() if name.startswith(tuple(documents))}


async def keep_from_processes(connection: Connection, run_id: UUID, columns: Mapping[str, object]) -> None:
    """Somebody edits the documents among these columns: the run's processes shall not undo it.

    Call it in the transaction that writes them: it locks the run.
    """
    for document in DOCUMENTS:
        if document in columns:
            await connection.row(SHARE_DOCUMENT, run_id, document, None)


async def joined_documents(
    connection: Connection, run_id: UUID, columns: Mapping[str, object], field_by_column: Mapping[str, str], writer: str
) -> dict[str, object]:
    """The columns with each document of a process as it is to be stored: joined to what others have written.

    Call it in the transaction that writes them: it locks the run. Raises TooLarge when all together are.
    """
    joined = dict(columns)
    for document in DOCUMENTS:
        if document not in columns:
            continue
        shared = await connection.row(SHARE_DOCUMENT, run_id, document, writer)
        if shared is None or not shared.is_shared:
            continue
        sent = str(columns[document])
        texts = (shared.stored_text, shared.previous_text, sent)
        text = await in_thread_if(shared.size + len(sent) > HEAVY_BYTES, _joined_text, *texts)
        joined |= await checked_change({document: text}, field_by_column)
        await connection.execute(REMEMBER_DOCUMENT, run_id, document, writer, sent)
    return joined


def _joined_text(stored: str, previous: str | None, sent: str) -> str:
    return json_text.dump(merged_texts(stored, previous, sent))
