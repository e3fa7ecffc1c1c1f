"""Rows that a commit writes, and what it must hold. Called by actions/artifacts/; see committing.sql."""

from __future__ import annotations

from typing import Final

import msgspec

from runfolio_server.sql.artifacts.making import ArtifactIdRow
from runfolio_server.sql.artifacts.memberships import MembershipRow
from runfolio_server.sql.artifacts.uploading import HeldArtifactRow
from runfolio_server.sql.named import QueryFile


class UploadedManifestRow(msgspec.Struct, frozen=True):
    """A manifest whose digest was told; object_key None: its bytes have not come yet."""

    manifest_id: int
    name: str
    type: str
    digest: str
    base_artifact_id: int | None
    object_key: str | None


class CurrentObjectRow(msgspec.Struct, frozen=True):
    """The manifest whose entries have been written."""

    manifest_id: int


class VersionIndexRow(msgspec.Struct, frozen=True):
    """The number that the next version gets."""

    version_index: int


class WantedLinkRow(msgspec.Struct, frozen=True):
    """A link that the commit makes: into which portfolio, with which aliases, and who asked for it."""

    collection_id: int
    aliases: list[str]
    created_by: int


_FILE = QueryFile("artifacts/committing.sql")

SELECT_UPLOADED_MANIFESTS: Final = _FILE.query("select_uploaded_manifests", UploadedManifestRow)
LOCK_ARTIFACTS: Final = _FILE.query("lock_artifacts", HeldArtifactRow)
DELETE_ENTRIES: Final = _FILE.command("delete_entries")
INSERT_ENTRIES: Final = _FILE.command("insert_entries")
SET_CONTENT: Final = _FILE.command("set_content")
SELECT_CURRENT_OBJECT: Final = _FILE.query("select_current_object", CurrentObjectRow)
TAKE_VERSION_INDEX: Final = _FILE.query("take_version_index", VersionIndexRow)
INSERT_MEMBERSHIP: Final = _FILE.query("insert_membership", MembershipRow)
SELECT_MEMBERSHIP_OF_ARTIFACT: Final = _FILE.query("select_membership_of_artifact", MembershipRow)
UPSERT_ALIASES: Final = _FILE.command("upsert_aliases")
SET_COMMITTED: Final = _FILE.command("set_committed")
SELECT_SAME_AS: Final = _FILE.query("select_same_as", ArtifactIdRow)
SET_SAME_AS: Final = _FILE.command("set_same_as")
SELECT_WANTED_LINKS: Final = _FILE.query("select_wanted_links", WantedLinkRow)
INSERT_WANTED_LINK: Final = _FILE.command("insert_wanted_link")
DELETE_WANTED_LINKS: Final = _FILE.command("delete_wanted_links")
DELETE_OTHER_MANIFESTS: Final = _FILE.command("delete_other_manifests")
DELETE_UPLOADS: Final = _FILE.command("delete_uploads")
