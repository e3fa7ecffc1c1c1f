"""Artifact: one immutable version of a set of files."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import strawberry

from runfolio_server.domain.cursor import encode_cursor
from runfolio_server.graph.artifacts.alias import ArtifactAlias, ArtifactTag, names_of
from runfolio_server.graph.artifacts.artifact_type import ArtifactType
from runfolio_server.graph.artifacts.collection import ArtifactSequence
from runfolio_server.graph.artifacts.file import FileNames, artifact_file_page, files_cost
from runfolio_server.graph.artifacts.lineage import ArtifactCreator, creator_of
from runfolio_server.graph.artifacts.lineage_graph import ArtifactLineageField
from runfolio_server.graph.artifacts.manifest import ArtifactManifest
from runfolio_server.graph.artifacts.membership import ArtifactCollectionMembership
from runfolio_server.graph.execution.row_fields import column, node_id
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import costs
from runfolio_server.graph.relay.connections import After, Connection, First, build_connection
from runfolio_server.graph.relay.node import Node
from runfolio_server.graph.relay.scalars import Int64, JSONString
from runfolio_server.graph.runs.file import File
from runfolio_server.graph.wandb.artifact import ArtifactWireNames
from runfolio_server.graph.wandb.artifact_ttl import told_ttl
from runfolio_server.sql.artifacts.artifacts import ArtifactRow
from runfolio_server.sql.artifacts.memberships import MembershipRow

if TYPE_CHECKING:
    from runfolio_server.graph.artifacts.run_connection import ArtifactUserConnection

LazyUserConnection = Annotated[
    "ArtifactUserConnection", strawberry.lazy("runfolio_server.graph.artifacts.run_connection")
]


@strawberry.enum(name="ArtifactState", description="Where an artifact is in its life; readers see committed ones.")
class ArtifactStateName(Enum):
    """The values are those of the database."""

    PENDING = strawberry.enum_value("PENDING", description="A client has announced it and uploads.")
    COMMITTED = strawberry.enum_value("COMMITTED", description="It has its version, and its content stays.")
    DELETED = strawberry.enum_value("DELETED", description="It is gone.")


@strawberry.type(description="One immutable version of a set of files.")
class Artifact(ArtifactLineageField, ArtifactWireNames, Node):
    """One version; found through a link it is still that of its sequence."""

    row: strawberry.Private[ArtifactRow]
    reached: strawberry.Private[MembershipRow | None] = None
    id: strawberry.ID = node_id("Artifact", "artifact_id")
    digest: str = column("digest", "MD5 of its manifest, in hex: the same content has the same one.")
    version_index: int | None = column("version_index", "The number of its version in its sequence: 3 of `v3`.")
    description: str | None = column("description", "Text for people; null: none.")
    metadata: JSONString | None = column("metadata_text", "A JSON object; null: none.")
    size: Int64 = column("size", "What its files have together, in bytes, references included.")
    file_count: Int64 = column("file_count", "How many files it has, references included.")
    history_step: Int64 | None = column("history_step", "The number of the history row that its run was to log next.")
    created_at: datetime = column("created_at", "When it was announced, UTC.")
    updated_at: datetime = column("updated_at", "When it was changed last, UTC.")

    @strawberry.field(description="PENDING until it is committed.")
    def state(self) -> ArtifactStateName:
        """Where it is in its life."""
        return ArtifactStateName(self.row.state)

    @strawberry.field(description="The sequence that it is a version of.")
    async def artifact_sequence(self, info: RequestInfo) -> ArtifactSequence:
        """The sequence."""
        row = await info.context.loaders.artifacts.collection.load(self.row.collection_id)
        if row is None:
            raise LookupError(f"artifact {self.row.artifact_id} has no sequence")
        return ArtifactSequence(row=row)

    @strawberry.field(description="What it is.")
    async def artifact_type(self, info: RequestInfo) -> ArtifactType:
        """The type."""
        row = await info.context.loaders.artifacts.type.load(self.row.type_id)
        if row is None:
            raise LookupError(f"artifact {self.row.artifact_id} has no type")
        return ArtifactType.of(row)

    @strawberry.field(description="Its labels.")
    def tags(self) -> list[ArtifactTag]:
        """Labels."""
        return [ArtifactTag.of(self.row.artifact_id, name) for name in self.row.tags]

    @strawberry.field(description="How long it is kept from its making on, in seconds; -2: for good.")
    def ttl_duration_seconds(self) -> Int64:
        """A number, because SDKs refuse null."""
        return Int64(told_ttl(self.row.ttl_seconds))

    @strawberry.field(description="Whether nobody has said how long it is kept.")
    def ttl_is_inherited(self) -> bool:
        """Nothing was told of this version."""
        return self.row.ttl_seconds is None

    @strawberry.field(description="The names that lead to it, in every collection where it is: versions and aliases.")
    async def aliases(self, info: RequestInfo) -> list[ArtifactAlias]:
        """Names."""
        context = info.context
        places = await context.loaders.artifacts.memberships.load(self.row.artifact_id)
        return [name for place in places for name in await names_of(place, context)]

    @strawberry.field(description="Its places: its sequence first, then what it is linked to.")
    async def artifact_memberships(self, info: RequestInfo) -> Connection[ArtifactCollectionMembership]:
        """All places that the viewer may see."""
        places = await info.context.loaders.artifacts.memberships.load(self.row.artifact_id)

        async def count() -> int:
            return len(places)

        return build_connection(
            places,
            len(places),
            ArtifactCollectionMembership.of,
            lambda place: encode_cursor("artifact memberships", [place.membership_id]),
            count,
        )

    @strawberry.field(description="Its files, by name.", metadata=costs(files_cost))
    async def files(
        self,
        info: RequestInfo,
        names: FileNames = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
    ) -> Connection[File] | None:
        """A page of its files."""
        return await artifact_file_page(info, self.row, names, first, after or None)

    @strawberry.field(description="The list of all its files, as a file; null before it is committed.")
    async def manifest(self, info: RequestInfo) -> ArtifactManifest | None:
        """The manifest."""
        row = await info.context.loaders.artifacts.manifest.load(self.row.artifact_id)
        return None if row is None else ArtifactManifest.of(row)

    @strawberry.field(description="The run that logged it first, or who made it without a run; null: not yours to see.")
    async def created_by(self, info: RequestInfo) -> ArtifactCreator | None:
        """The maker."""
        return await creator_of(info, self.row)

    @strawberry.field(description="The runs that used it, also through links, in the order of time.")
    async def used_by(
        self, info: RequestInfo, first: First = strawberry.UNSET, after: After = strawberry.UNSET
    ) -> LazyUserConnection:
        """Runs."""
        from runfolio_server.graph.artifacts.run_connection import users_page

        return await users_page(info, self.row.artifact_id, first, after or None)

    @strawberry.field(
        description="Its place in the collection through which it was found, by name or in a list of that; else in its "
        "sequence. Null: not committed."
    )
    async def membership(self, info: RequestInfo) -> ArtifactCollectionMembership | None:
        """The place by which somebody came here."""
        places = (
            [self.reached]
            if self.reached
            else await info.context.loaders.artifacts.memberships.load(self.row.artifact_id)
        )
        return ArtifactCollectionMembership.of(places[0]) if places else None

    @classmethod
    def of(cls, row: ArtifactRow, reached: MembershipRow | None = None) -> Artifact:
        """The artifact of a row; `reached` is the place through which it was found."""
        return cls(row=row, reached=reached)
