"""Rows of who is in which team, and of teams. Called by loaders, actions and lists; see members.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from runfolio_server.sql.identity.users import CountRow, EntityRow
from runfolio_server.sql.named import QueryFile


class TeamMemberRow(msgspec.Struct, frozen=True):
    """Somebody in a team; `kind` is that of the account: `person` or `service`."""

    entity_id: int
    user_id: int
    role: str
    created_at: datetime
    kind: str


_FILE = QueryFile("identity/members.sql")

SELECT_TEAM_MEMBERS_PAGE: Final = _FILE.query("select_team_members_page", TeamMemberRow)
SELECT_TEAMS_OF_USER: Final = _FILE.query("select_teams_of_user", TeamMemberRow)
SELECT_TEAM_MEMBER: Final = _FILE.query("select_team_member", TeamMemberRow)
COUNT_TEAM_MEMBERS: Final = _FILE.query("count_team_members", CountRow)
COUNT_TEAMS_OF_USER: Final = _FILE.query("count_teams_of_user", CountRow)
COUNT_OTHER_TEAM_ADMINS: Final = _FILE.query("count_other_team_admins", CountRow)
INSERT_TEAM_MEMBER: Final = _FILE.command("insert_team_member")
UPDATE_TEAM_ROLE: Final = _FILE.command("update_team_role")
DELETE_TEAM_MEMBER: Final = _FILE.command("delete_team_member")
LOCK_TEAM: Final = _FILE.query("lock_team", EntityRow)
SELECT_TEAM: Final = _FILE.query("select_team", EntityRow)
SELECT_TEAMS: Final = _FILE.query("select_teams", EntityRow)
