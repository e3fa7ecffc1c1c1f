from pydantic import Field

from .base_model import BaseModel


class LeaveTeam(BaseModel):
    leave_team: "LeaveTeamLeaveTeam" = Field(alias="leaveTeam")


class LeaveTeamLeaveTeam(BaseModel):
    success: bool
