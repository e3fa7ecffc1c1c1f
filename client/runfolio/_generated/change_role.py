from pydantic import Field

from .base_model import BaseModel
from .fragments import TeamMemberFields


class ChangeRole(BaseModel):
    change_role: "ChangeRoleChangeRole" = Field(alias="changeRole")


class ChangeRoleChangeRole(BaseModel):
    team_member: "ChangeRoleChangeRoleTeamMember" = Field(alias="teamMember")


ChangeRoleChangeRoleTeamMember = TeamMemberFields
