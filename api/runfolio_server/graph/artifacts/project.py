"""Artifacts of a project: its types, its collections, and versions by name."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.actions.artifacts.found import visible_version
from runfolio_server.graph.artifacts.artifact import Artifact
from runfolio_server.graph.artifacts.artifact_type import ArtifactType, artifact_type_page, find_artifact_type
from runfolio_server.graph.artifacts.chosen import ProjectArtifactList, chosen_collection_page, chosen_page
from runfolio_server.graph.artifacts.collection import ArtifactCollection, find_collection
from runfolio_server.graph.artifacts.membership import ArtifactCollectionMembership
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import costs
from runfolio_server.graph.relay.connections import After, Connection, First
from runfolio_server.graph.runs.arguments import Filters
from runfolio_server.graph.runs.shown import project_sight
from runfolio_server.graph.wandb.artifact_type import CollectionName, CollectionOrder
from runfolio_server.graph.wandb.deprecation import ONLY_WIRE
from runfolio_server.sql.artifacts.memberships import MembershipRow
from runfolio_server.sql.projects.projects import ProjectRow

IgnoredFlag = Annotated[bool | None, strawberry.argument(deprecation_reason=ONLY_WIRE, description="Ignored.")]
VersionName = Annotated[
    str, strawberry.argument(description="`name:v3`, `name:alias`, or `name` for its alias `latest`.")
]


@strawberry.type
class ProjectArtifacts(ProjectArtifactList):
    """The fields of Project that find artifacts."""

    row: strawberry.Private[ProjectRow]

    @strawberry.field(description="Its type of artifacts of this name; null: none.")
    async def artifact_type(
        self, info: RequestInfo, name: Annotated[str, strawberry.argument(description="The type's name.")]
    ) -> ArtifactType | None:
        """One type."""
        return await find_artifact_type(info, self.row, name)

    @strawberry.field(description="Its types of artifacts, by name.")
    async def artifact_types(
        self, info: RequestInfo, first: First = strawberry.UNSET, after: After = strawberry.UNSET
    ) -> Connection[ArtifactType]:
        """A page of types."""
        return await artifact_type_page(info, self.row, first, after or None)

    @strawberry.field(description="Its collection of this name; null: none.")
    async def artifact_collection(self, info: RequestInfo, name: CollectionName) -> ArtifactCollection | None:
        """One collection."""
        hidden = project_sight(info.context.viewer, self.row).hidden_types
        return await find_collection(info, self.row.project_id, name, hidden_types=hidden)

    @strawberry.field(description="Its collections, the newest first unless told.", metadata=costs(chosen_page))
    async def artifact_collections(
        self,
        info: RequestInfo,
        filters: Filters = strawberry.UNSET,
        order: CollectionOrder = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
    ) -> Connection[ArtifactCollection]:
        """A page of collections."""
        hidden = project_sight(info.context.viewer, self.row).hidden_types
        return await chosen_collection_page(
            info, self.row.project_id, None, filters or None, order or None, first, after or None, hidden
        )

    @strawberry.field(description="Where a name leads in its collections; null: nowhere.")
    async def artifact_collection_membership(
        self, info: RequestInfo, name: VersionName
    ) -> ArtifactCollectionMembership | None:
        """One version and its place."""
        row = await find_version(info, self.row.project_id, name)
        return None if row is None else ArtifactCollectionMembership.of(row)

    @strawberry.field(description="The artifact to which a name leads in its collections; null: none.")
    async def artifact(
        self,
        info: RequestInfo,
        name: VersionName,
        enable_tracking: IgnoredFlag = None,  # noqa: ARG002
    ) -> Artifact | None:
        """One version."""
        found = await find_version(info, self.row.project_id, name)
        row = None if found is None else await info.context.loaders.artifacts.artifact.load(found.artifact_id)
        return None if row is None else Artifact.of(row, found)


async def find_version(
    info: RequestInfo, project_id: int, name: str, type_id: int | None = None
) -> MembershipRow | None:
    """Where `name:alias` leads in a project that the viewer may see; in a collection of this type, if one is given."""
    async with info.context.database.connection() as connection:
        found = await visible_version(connection, info.context.viewer, project_id, name)
    return None if found is None or type_id not in (None, found.collection.type_id) else found.membership
