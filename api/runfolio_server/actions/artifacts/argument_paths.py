"""Where the caller of an action finds each argument: errors tell it as the caller's own door spells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ArgumentPaths:
    """The path of each argument in what was sent; the defaults are those of the canonical mutations."""

    artifact: str = "input.artifactId"
    collection: str = "input.collectionId"
    collection_name: str = "input.collection"
    portfolio_name: str = "input.portfolio"
    type_name: str = "input.type"
    digest: str = "input.digest"
    client_id: str = "input.clientId"
    sequence_client_id: str = "input.sequenceClientId"
    distributed_id: str = "input.distributedId"
    storage_region: str = "input.storageRegion"
    history_step: str = "input.historyStep"
    ttl: str = "input.ttlSeconds"
    description: str = "input.description"
    metadata: str = "input.metadata"
    aliases: str = "input.aliases"
    added_aliases: str = "input.addAliases"
    removed_aliases: str = "input.removeAliases"
    tags: str = "input.tags"
    added_tags: str = "input.addTags"
    with_aliases: str = "input.withAliases"
    used_as: str = "input.usedAs"
    files: str = "input.files"
    file_artifact: str = "input.artifactId"
    manifest: str = "input.manifestId"
    manifest_name: str = "input.name"
    manifest_digest: str = "input.md5"
    base_artifact: str = "input.baseArtifactId"


CANONICAL: Final = ArgumentPaths()
