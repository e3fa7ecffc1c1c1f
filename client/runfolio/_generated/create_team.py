from pydantic import Field

from .base_model import BaseModel
from .fragments import EntityFields


class CreateTeam(BaseModel):
    create_team: "CreateTeamCreateTeam" = Field(alias="createTeam")


class CreateTeamCreateTeam(BaseModel):
    entity: "CreateTeamCreateTeamEntity"


CreateTeamCreateTeamEntity = EntityFields
