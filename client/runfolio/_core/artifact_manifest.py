"""The manifest of an artifact: the list of its entries as the server stores it, and the digest of what they hold."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping

from runfolio._core.artifact_sources import ArtifactSource

MANIFEST_NAME = "wandb_manifest.json"


def content_digest(digests: Mapping[str, str]) -> str:
    """What tells one content from another: hexadecimal MD5 over the entries' names and digests, in order of names.

    >>> content_digest({})
    '64e7c61456b10382e2f3b571ac24b659'
    """
    found = hashlib.md5(b"wandb-artifact-manifest-v1\n", usedforsecurity=False)
    for name, digest in sorted(digests.items()):
        found.update(f"{name}:{digest}\n".encode())
    return found.hexdigest()


def manifest_bytes(sources: Iterable[ArtifactSource], birth_ids: Mapping[str, str]) -> bytes:
    """The manifest; `birth_ids` says by name which artifact has brought an entry's bytes first."""
    contents = {
        source.name: {"digest": source.md5, "birthArtifactID": birth_ids[source.name], "size": source.size}
        for source in sources
    }
    manifest = {
        "version": 1,
        "storagePolicy": "wandb-storage-policy-v1",
        "storagePolicyConfig": {"storageLayout": "V2"},
        "contents": contents,
    }
    return json.dumps(manifest).encode()


def md5_base64(data: bytes) -> str:
    """The MD5 of these bytes, base64."""
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
