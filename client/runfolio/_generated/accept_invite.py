from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import EntityFields


class AcceptInvite(BaseModel):
    accept_invite: "AcceptInviteAcceptInvite" = Field(alias="acceptInvite")


class AcceptInviteAcceptInvite(BaseModel):
    team_member: "AcceptInviteAcceptInviteTeamMember" = Field(alias="teamMember")


class AcceptInviteAcceptInviteTeamMember(BaseModel):
    role: str
    team: Optional["AcceptInviteAcceptInviteTeamMemberTeam"]


AcceptInviteAcceptInviteTeamMemberTeam = EntityFields
