from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import EntityFields


class GetTeam(BaseModel):
    entity: Optional["GetTeamEntity"]


class GetTeamEntity(EntityFields):
    viewer_membership: Optional["GetTeamEntityViewerMembership"] = Field(
        alias="viewerMembership"
    )


class GetTeamEntityViewerMembership(BaseModel):
    role: str
