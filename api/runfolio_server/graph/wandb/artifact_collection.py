"""Wire names of ArtifactCollection and ArtifactSequence."""

from __future__ import annotations

from enum import Enum

import strawberry

from runfolio_server.graph.artifacts.alias import ArtifactTag
from runfolio_server.graph.wandb.artifact_input import ArtifactDigestAlgorithm
from runfolio_server.graph.wandb.deprecation import ONLY_WIRE
from runfolio_server.sql.artifacts.collections import CollectionRow


@strawberry.enum(description="Whether a collection is there.")
class ArtifactCollectionState(Enum):
    """Told of one that was deleted just now, too."""

    READY = strawberry.enum_value("READY", description="It is there.")
    DELETED = strawberry.enum_value("DELETED", description="It is gone.")


@strawberry.type(description="A tag in a list.")
class TagEdge:
    """One tag."""

    node: ArtifactTag = strawberry.field(description="The tag.")


@strawberry.type(description="The tags of a collection.")
class TagConnection:
    """All of them: they are few."""

    edges: list[TagEdge] = strawberry.field(description="The tags.")


@strawberry.type
class CollectionWireNames:
    """Wire names of ArtifactCollection."""

    row: strawberry.Private[CollectionRow]
    is_deleted: strawberry.Private[bool] = False

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Its labels.")
    def tags(self) -> TagConnection:
        """Asked with every collection."""
        row = self.row
        return TagConnection(edges=[TagEdge(node=ArtifactTag.of(row.collection_id, name)) for name in row.tags])

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Whether it is there.")
    def state(self) -> ArtifactCollectionState | None:
        """Asked when it was deleted."""
        return ArtifactCollectionState.DELETED if self.is_deleted else ArtifactCollectionState.READY


@strawberry.type
class SequenceWireNames:
    """Wire names of ArtifactSequence."""

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="How the digests of its versions are made.")
    def digest_algorithm(self) -> ArtifactDigestAlgorithm | None:
        """Asked by 0.31 when digests can be made in several ways."""
        return ArtifactDigestAlgorithm.MANIFEST_MD5
