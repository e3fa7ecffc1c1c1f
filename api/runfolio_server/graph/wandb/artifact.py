"""Wire names of Artifact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from runfolio_server.graph.artifacts.file import artifact_file_page, files_cost
from runfolio_server.graph.artifacts.manifest import ArtifactManifest
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import Cost, costs
from runfolio_server.graph.relay.connections import Connection
from runfolio_server.graph.relay.scalars import Int64
from runfolio_server.graph.runs.file import File
from runfolio_server.graph.wandb.artifact_input import ArtifactDigestAlgorithm, optional
from runfolio_server.graph.wandb.deprecation import ONLY_WIRE, instead
from runfolio_server.sql.artifacts.artifacts import ArtifactRow


@strawberry.input(description="An entry of a manifest, as the SDK read it there.")
class ArtifactManifestEntryInput:
    """One entry."""

    name: str = strawberry.field(description="Its path.")
    digest: str = strawberry.field(description="Its digest.")
    birth_artifact_id: str | None = optional("The artifact that first brought it.", "birthArtifactID")
    ref: str | None = optional("Where it is, of a reference.")
    size: Int64 | None = optional("Its size in bytes.")


def entries_cost(arguments: Mapping[str, Any]) -> Cost:
    """The cost of the files of these entries."""
    return files_cost({"first": len(arguments.get("entries") or []) or None})


@strawberry.type
class ArtifactWireNames:
    """Wire names of Artifact."""

    row: strawberry.Private[ArtifactRow]
    if TYPE_CHECKING:

        async def manifest(self, info: RequestInfo) -> ArtifactManifest | None:
            """The canonical field, which Artifact has."""

    @strawberry.field(deprecation_reason=instead("manifest"), description="The list of all its files, as a file.")
    async def current_manifest(self, info: RequestInfo) -> ArtifactManifest | None:
        """Asked when an artifact is read."""
        return await self.manifest(info)

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always null.")
    def commit_hash(self) -> str | None:
        """Asked with every artifact."""
        return None

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="How the digest is made: always in the same way.")
    def digest_algorithm(self) -> ArtifactDigestAlgorithm | None:
        """Asked by 0.31."""
        return ArtifactDigestAlgorithm.MANIFEST_MD5

    @strawberry.field(
        deprecation_reason=instead("files"), description="The files of these entries.", metadata=costs(entries_cost)
    )
    async def files_by_manifest_entries(
        self,
        info: RequestInfo,
        storage_layout: Annotated[str, strawberry.argument(description="Ignored.")],  # noqa: ARG002
        manifest_version: Annotated[str, strawberry.argument(description="Ignored.")],  # noqa: ARG002
        entries: Annotated[
            list[ArtifactManifestEntryInput] | None, strawberry.argument(description="Which; null: all.")
        ] = strawberry.UNSET,
        storage_region: Annotated[str | None, strawberry.argument(description="Ignored.")] = strawberry.UNSET,  # noqa: ARG002
    ) -> Connection[File] | None:
        """Asked by the SDK's core when it downloads."""
        names = [entry.name for entry in entries or []]
        return await artifact_file_page(info, self.row, names, len(names) or None, None)
