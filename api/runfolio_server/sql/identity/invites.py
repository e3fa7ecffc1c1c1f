"""Rows of invites to teams. Called by actions and lists; see invites.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import QueryFile


class InviteRow(msgspec.Struct, frozen=True):
    """An invite, without its token; either `email` or `user_id` says whom it means."""

    invite_id: UUID
    entity_id: int
    email: str | None
    user_id: int | None
    role: str
    invited_by: int
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    revoked_at: datetime | None


_FILE = QueryFile("identity/invites.sql")

INSERT_INVITE: Final = _FILE.query("insert_invite", InviteRow)
SELECT_OPEN_INVITES_PAGE: Final = _FILE.query("select_open_invites_page", InviteRow)
SELECT_OPEN_INVITES_TO: Final = _FILE.query("select_open_invites_to", InviteRow)
SELECT_OPEN_INVITE: Final = _FILE.query("select_open_invite", InviteRow)
COUNT_OPEN_INVITES: Final = _FILE.query("count_open_invites", CountRow)
SELECT_INVITE: Final = _FILE.query("select_invite", InviteRow)
SELECT_INVITE_BY_TOKEN: Final = _FILE.query("select_invite_by_token", InviteRow)
ACCEPT_INVITE: Final = _FILE.command("accept_invite")
REVOKE_INVITE: Final = _FILE.command("revoke_invite")
REVOKE_INVITES_BY: Final = _FILE.command("revoke_invites_by")
DELETE_OLD_INVITES: Final = _FILE.command("delete_old_invites")
