"""ArtifactAlias and ArtifactTag: what a version of a collection is called, and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from runfolio_server.context import Context
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.node import Node
from runfolio_server.graph.relay.node_ids import derived_node_id, encode_node_id
from runfolio_server.graph.wandb.deprecation import ONLY_WIRE
from runfolio_server.sql.artifacts.memberships import AliasRow, MembershipRow

if TYPE_CHECKING:
    from runfolio_server.graph.artifacts.collection import ArtifactCollection

LazyCollection = Annotated["ArtifactCollection", strawberry.lazy("runfolio_server.graph.artifacts.collection")]


@strawberry.type(name="Tag", description="A label.")
class ArtifactTag(Node):
    """One tag of an artifact or a collection."""

    name: str = strawberry.field(description="The label.")
    tag_category_name: str | None = strawberry.field(
        default=None, deprecation_reason=ONLY_WIRE, description="Always null."
    )

    @classmethod
    def of(cls, owner: int, name: str) -> ArtifactTag:
        """The tag of this name of the artifact or collection with this key."""
        return cls(id=derived_node_id("Tag", owner, name), name=name)


@strawberry.type(description="A name that leads to one version of a collection.")
class ArtifactAlias(Node):
    """One name: an alias, which moves, or the version, which stays."""

    collection_id: strawberry.Private[int]
    alias: str = strawberry.field(description="The name: `latest`, `best`, or the version: `v3`.")

    @strawberry.field(description="Where it leads to that version; null: not yours to see.")
    async def artifact_collection(self, info: RequestInfo) -> LazyCollection | None:
        """The collection."""
        from runfolio_server.graph.artifacts.collection import collection_of

        row = await info.context.loaders.artifacts.collection.load(self.collection_id)
        return None if row is None else collection_of(row)

    @classmethod
    def of(cls, row: AliasRow) -> ArtifactAlias:
        """The alias of a row."""
        return cls(id=encode_node_id("ArtifactAlias", row.alias_id), collection_id=row.collection_id, alias=row.alias)

    @classmethod
    def of_version(cls, row: MembershipRow) -> ArtifactAlias:
        """The name that a version has for good."""
        return cls(
            id=encode_node_id("ArtifactVersion", row.membership_id),
            collection_id=row.collection_id,
            alias=f"v{row.version_index}",
        )


async def names_of(membership: MembershipRow, context: Context) -> list[ArtifactAlias]:
    """All names of a version in its collection: the version first, then aliases, oldest first."""
    rows = await context.loaders.artifacts.aliases.load(membership.membership_id)
    return [ArtifactAlias.of_version(membership), *map(ArtifactAlias.of, rows)]
