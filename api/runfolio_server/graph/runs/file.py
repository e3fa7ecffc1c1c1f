"""Files of a run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from runfolio_server.context import Context
from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.domain.hidden import hidden_files
from runfolio_server.domain.names import asked_file_name
from runfolio_server.errors import AppError
from runfolio_server.filters.error_excerpt import value_excerpt
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.connections import After, Connection, First, build_connection, page_size
from runfolio_server.graph.relay.node import Node
from runfolio_server.graph.relay.node_ids import encode_member_id
from runfolio_server.graph.relay.scalars import Int64
from runfolio_server.graph.wandb.file import FileWireNames
from runfolio_server.sql.objects.files import COUNT_RUN_FILES, SELECT_RUN_FILES_PAGE, FileRow
from runfolio_server.sql.runs.runs import RunRow

FileAddress: TypeAlias = Callable[[Context], str]
"""Where to GET a file, for whoever asks."""


@strawberry.type(description="A file that belongs to a run or an artifact.")
class File(FileWireNames, Node):
    """One file."""

    address: strawberry.Private[FileAddress]
    name: str = strawberry.field(
        description="Its path as the run gave it, with forward slashes; control characters are spelled `%XX`."
    )
    size_bytes: Int64 = strawberry.field(description="Its size in bytes.")
    mimetype: str | None = strawberry.field(description="Guessed from the name; null: unknown.")
    md5: str | None = strawberry.field(description="MD5 of its bytes, base64.")
    updated_at: datetime = strawberry.field(description="When these bytes arrived, UTC.")
    digest: str | None = strawberry.field(
        default=None,
        description="Of a file of an artifact, as its manifest has it: the MD5, or of a reference whatever tells its "
        "content, such as an ETag.",
    )

    @strawberry.field(description="Where to GET it: absolute and signed, without any other credential, for a day.")
    def direct_url(self, info: RequestInfo) -> str:
        """A signed URL."""
        return self.address(info.context)

    @classmethod
    def of(cls, row: FileRow) -> File:
        """The file of a row."""
        return cls(
            id=encode_member_id("File", row.run_id, row.file_id),
            address=lambda context: context.download_url(row.object_key, row.name),
            name=row.name,
            size_bytes=Int64(row.size),
            mimetype=row.mimetype,
            md5=row.md5,
            updated_at=row.uploaded_at,
        )


def _checked_pattern(pattern: str) -> str:
    """The pattern of LIKE. Raises AppError where a backslash at its end escapes nothing.

    PostgreSQL refuses it only when there is a name to compare, and where runs are distributed not even then.
    """
    if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
        raise AppError(
            f"pattern ends in a backslash that escapes nothing: {value_excerpt(pattern)}; write \\\\ for a backslash",
            path="pattern",
        )
    return pattern


@strawberry.type
class RunFiles:
    """The fields of Run that list its files."""

    row: strawberry.Private[RunRow]
    sees_all: strawberry.Private[bool]

    @strawberry.field(description="Its files, by name.")
    async def files(
        self,
        info: RequestInfo,
        names: Annotated[
            list[str | None] | None,
            strawberry.argument(
                description="Only these, by the names that they are listed by or were uploaded by; null or empty: all."
            ),
        ] = strawberry.UNSET,
        pattern: Annotated[
            str | None,
            strawberry.argument(description="Only names like this: `%` is any text, `_` any character; null: all."),
        ] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        prefix: Annotated[
            str | None, strawberry.argument(description="Only names that begin with this, as it stands; null: all.")
        ] = strawberry.UNSET,
    ) -> Connection[File]:
        """A page of the run's files."""
        size = page_size(first)
        # A program looks for its file by the name that it gave, which its history has too.
        chosen = [asked_file_name(name) for name in names or [] if name is not None] or None
        like = _checked_pattern(pattern) if pattern else None
        begin = prefix or None
        after_name = decode_cursor("files", after, [str])[0] if after else None
        run_id, hidden = self.row.run_id, hidden_files(sees_all=self.sees_all)
        async with info.context.database.connection() as connection:
            rows = await connection.rows(
                SELECT_RUN_FILES_PAGE, run_id, chosen, like, begin, after_name, size + 1, hidden
            )

        async def count() -> int:
            async with info.context.database.connection() as connection:
                row = await connection.row(COUNT_RUN_FILES, run_id, chosen, like, begin, hidden)
            return row.count if row else 0

        return build_connection(rows, size, File.of, lambda row: encode_cursor("files", [row.name]), count)
