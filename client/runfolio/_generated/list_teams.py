from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import EntityFields, PageFields


class ListTeams(BaseModel):
    viewer: Optional["ListTeamsViewer"]


class ListTeamsViewer(BaseModel):
    team_memberships: Optional["ListTeamsViewerTeamMemberships"] = Field(
        alias="teamMemberships"
    )


class ListTeamsViewerTeamMemberships(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount", default=None)
    edges: list["ListTeamsViewerTeamMembershipsEdges"]
    page_info: "ListTeamsViewerTeamMembershipsPageInfo" = Field(alias="pageInfo")


class ListTeamsViewerTeamMembershipsEdges(BaseModel):
    node: "ListTeamsViewerTeamMembershipsEdgesNode"


class ListTeamsViewerTeamMembershipsEdgesNode(BaseModel):
    role: str
    team: Optional["ListTeamsViewerTeamMembershipsEdgesNodeTeam"]


ListTeamsViewerTeamMembershipsEdgesNodeTeam = EntityFields
ListTeamsViewerTeamMembershipsPageInfo = PageFields
