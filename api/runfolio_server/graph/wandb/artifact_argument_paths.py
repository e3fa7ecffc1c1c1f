"""What the W&B SDK's mutations of artifacts call their arguments, for errors that tell them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from runfolio_server.actions.artifacts.argument_paths import ArgumentPaths

WIRE: Final = ArgumentPaths(
    artifact="input.artifactID",
    collection="input.artifactPortfolioID",
    collection_name="input.artifactCollectionName",
    portfolio_name="input.artifactPortfolioName",
    type_name="input.artifactTypeName",
    client_id="input.clientID",
    sequence_client_id="input.sequenceClientID",
    distributed_id="input.distributedID",
    ttl="input.ttlDurationSeconds",
    added_aliases="input.aliases",
    removed_aliases="input.aliases",
    added_tags="input.tagsToAdd",
    with_aliases="input.deleteAliases",
    files="input.artifactFiles",
    file_artifact="input.artifactFiles.artifactID",
    manifest="input.artifactManifestID",
    manifest_digest="input.digest",
    base_artifact="input.baseArtifactID",
)
SEQUENCE: Final = replace(WIRE, collection="input.artifactSequenceID", type_name="input.destinationArtifactTypeName")
PORTFOLIO: Final = WIRE
TAGGED: Final = replace(WIRE, collection="input.artifactCollectionName")
