"""Places of artifacts in collections, and the aliases there. Called by loaders and actions; see memberships.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import QueryFile


class MembershipRow(msgspec.Struct, frozen=True):
    """An artifact's place in a collection: in its sequence, or in a portfolio that it is linked to."""

    membership_id: int
    collection_id: int
    artifact_id: int
    version_index: int
    created_at: datetime
    created_by: int


class AliasRow(msgspec.Struct, frozen=True):
    """A movable name of one version of a collection; created_at is when it came to this version."""

    alias_id: int
    collection_id: int
    membership_id: int
    alias: str
    created_at: datetime


_FILE = QueryFile("artifacts/memberships.sql")

SELECT_MEMBERSHIP_BY_VERSION: Final = _FILE.query("select_membership_by_version", MembershipRow)
SELECT_MEMBERSHIP_BY_ALIAS: Final = _FILE.query("select_membership_by_alias", MembershipRow)
SELECT_NEWEST_MEMBERSHIPS_PAGE: Final = _FILE.query("select_newest_memberships_page", MembershipRow)
SELECT_OLDEST_MEMBERSHIPS_PAGE: Final = _FILE.query("select_oldest_memberships_page", MembershipRow)
COUNT_MEMBERSHIPS: Final = _FILE.query("count_memberships", CountRow)
SELECT_NEWEST_MEMBERSHIPS: Final = _FILE.query("select_newest_memberships", MembershipRow)
SELECT_MEMBERSHIPS_OF_ARTIFACTS: Final = _FILE.query("select_memberships_of_artifacts", MembershipRow)
SELECT_ALIASES: Final = _FILE.query("select_aliases", AliasRow)
SELECT_COLLECTION_ALIASES_PAGE: Final = _FILE.query("select_collection_aliases_page", AliasRow)
COUNT_COLLECTION_ALIASES: Final = _FILE.query("count_collection_aliases", CountRow)
