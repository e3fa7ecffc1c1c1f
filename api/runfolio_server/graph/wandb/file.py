"""Wire names of File."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import strawberry

from runfolio_server.context import Context
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.scalars import Int64
from runfolio_server.graph.wandb.deprecation import ONLY_WIRE, instead


@strawberry.type(description="The artifact that first brought the bytes of a file.")
class FileOrigin:
    """It may be pending, or gone."""

    id: strawberry.ID = strawberry.field(description="Its node id.")


@strawberry.type(description="Where to send a part of a large file.")
class UploadUrlPart:
    """One part."""

    part_number: Int64 = strawberry.field(description="Its place, from 1.")
    upload_url: str = strawberry.field(description="PUT the bytes there.")


@strawberry.type(description="Where to send a large file in parts.")
class UploadMultipartUrls:
    """All parts."""

    upload_id: str = strawberry.field(name="uploadID", description="What the upload is called.")
    upload_url_parts: list[UploadUrlPart] = strawberry.field(description="Each part.")


@strawberry.type
class FileWireNames:
    """Wire names of File. What is about uploads is told of files that are about to be uploaded alone."""

    address: strawberry.Private[Callable[[Context], str]]
    name: strawberry.Private[str]
    artifact: FileOrigin | None = strawberry.field(
        default=None, deprecation_reason=ONLY_WIRE, description="The artifact that first brought its bytes."
    )
    storage_path: str | None = strawberry.field(
        default=None, deprecation_reason=ONLY_WIRE, description="What a file of an artifact is called in the store."
    )
    upload_url: str | None = strawberry.field(
        default=None, deprecation_reason=ONLY_WIRE, description="Where to PUT it; null: its bytes are there."
    )
    upload_headers: list[str] = strawberry.field(
        default_factory=list, deprecation_reason=ONLY_WIRE, description="Headers of the PUT, as `Name:value`."
    )
    upload_multipart_urls: UploadMultipartUrls | None = strawberry.field(
        default=None, deprecation_reason=ONLY_WIRE, description="Always null: a file comes in one PUT."
    )

    @strawberry.field(deprecation_reason=instead("name"), description="The name.")
    def display_name(self) -> str:
        """Asked with lists of files."""
        return self.name

    @strawberry.field(deprecation_reason=instead("directUrl"), description="Where to GET it.")
    def url(
        self,
        info: RequestInfo,
        upload: Annotated[bool | None, strawberry.argument(description="Ignored: use createRunFiles.")] = False,  # noqa: ARG002
    ) -> str | None:
        """Asked by run.files() and file.download()."""
        return self.address(info.context)
