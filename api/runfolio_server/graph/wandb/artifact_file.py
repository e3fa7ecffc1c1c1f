"""What the W&B SDK takes files of artifacts to be called."""

from __future__ import annotations

from typing import Final

from runfolio_server.sql.artifacts.entries import EntryRow

MANIFEST_NAME: Final = "wandb_manifest.json"
"""Of every manifest that is read, however it was uploaded; the SDK knows its address by it."""
FOLDER: Final = "wandb_artifacts/"
"""The SDK knows by it what is stored for an artifact."""


def storage_path(entry: EntryRow) -> str | None:
    """The path of stored bytes; None for a reference."""
    return None if entry.object_key is None else f"{FOLDER}{entry.object_key}"
