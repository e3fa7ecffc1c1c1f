"""Files of artifacts: entries of a manifest, each with where to GET its bytes."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from typing import Annotated, Any

import strawberry

from runfolio_server.context import Context
from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import Cost, number
from runfolio_server.graph.relay.connections import PAGE_SIZE_DEFAULT, Connection, build_connection, page_size
from runfolio_server.graph.relay.node_ids import derived_node_id
from runfolio_server.graph.relay.scalars import Int64
from runfolio_server.graph.runs.file import File
from runfolio_server.graph.wandb.artifact_file import storage_path
from runfolio_server.sql.artifacts.artifacts import ArtifactRow
from runfolio_server.sql.artifacts.entries import COUNT_ENTRIES, SELECT_ENTRIES_PAGE, EntryRow

FILES_PAGE_MAX = 5_000
"""As many as a client that downloads an artifact asks for at once; each has an address of a few hundred bytes."""
SIGNING = 10
"""What a signed address costs, in fields."""

FileNames = Annotated[
    list[str] | None, strawberry.argument(description="Only these, by their paths in the artifact; null or empty: all.")
]


def files_cost(arguments: Mapping[str, Any]) -> Cost:
    """The cost of a page of files with their addresses."""
    count = min(number(arguments, "first", PAGE_SIZE_DEFAULT), FILES_PAGE_MAX)
    return Cost(1 + count * SIGNING, items=max(1, count))


async def artifact_file_page(
    info: RequestInfo, artifact: ArtifactRow, names: list[str] | None, first: int | None, after: str | None
) -> Connection[File]:
    """A page of the files of an artifact that the viewer may see, by the bytes of their names."""
    size = page_size(first, FILES_PAGE_MAX)
    chosen = names or None
    after_path = decode_cursor("artifact files", after, [str])[0] if after else None
    artifact_id = artifact.artifact_id
    async with info.context.database.connection() as connection:
        rows = await connection.rows(SELECT_ENTRIES_PAGE, artifact_id, chosen, None, after_path, size + 1)

    async def count() -> int:
        async with info.context.database.connection() as connection:
            row = await connection.row(COUNT_ENTRIES, artifact_id, chosen, None)
        return row.count if row else 0

    return build_connection(
        rows,
        size,
        lambda row: file_of_entry(artifact, row),
        lambda row: encode_cursor("artifact files", [row.path]),
        count,
    )


def file_of_entry(artifact: ArtifactRow, entry: EntryRow) -> File:
    """The file of an entry: a reference has its address elsewhere, and a digest that need not be an MD5."""
    return File(
        id=derived_node_id("ArtifactFile", entry.artifact_id, entry.path),
        address=lambda context: _address(context, entry),
        name=entry.path,
        size_bytes=Int64(entry.size or 0),
        mimetype=mimetypes.guess_type(entry.path)[0],
        md5=None if entry.ref else entry.digest,
        updated_at=entry.stored_at or artifact.created_at,
        digest=entry.digest,
        storage_path=storage_path(entry),
    )


def _address(context: Context, entry: EntryRow) -> str:
    if entry.object_key is None:
        return entry.ref or ""
    return context.download_url(entry.object_key, entry.path, entry.artifact_id)
