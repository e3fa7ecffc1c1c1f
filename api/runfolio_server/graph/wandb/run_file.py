"""Wire names of File."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.wandb.deprecation import instead
from runfolio_server.sql.objects.files import FileRow


@strawberry.type
class FileWireNames:
    """Wire names of File."""

    row: strawberry.Private[FileRow]

    @strawberry.field(deprecation_reason=instead("name"), description="The name.")
    def display_name(self) -> str:
        """Asked with lists of files."""
        return self.row.name

    @strawberry.field(deprecation_reason=instead("directUrl"), description="Where to GET it.")
    def url(
        self,
        info: RequestInfo,
        upload: Annotated[bool | None, strawberry.argument(description="Ignored: use createRunFiles.")] = False,  # noqa: ARG002
    ) -> str | None:
        """Asked by run.files() and file.download()."""
        return info.context.download_url(self.row.object_key, self.row.name)
