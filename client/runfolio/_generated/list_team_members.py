from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import PageFields, TeamMemberFields


class ListTeamMembers(BaseModel):
    entity: Optional["ListTeamMembersEntity"]


class ListTeamMembersEntity(BaseModel):
    team_members: Optional["ListTeamMembersEntityTeamMembers"] = Field(
        alias="teamMembers"
    )


class ListTeamMembersEntityTeamMembers(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount", default=None)
    edges: list["ListTeamMembersEntityTeamMembersEdges"]
    page_info: "ListTeamMembersEntityTeamMembersPageInfo" = Field(alias="pageInfo")


class ListTeamMembersEntityTeamMembersEdges(BaseModel):
    node: "ListTeamMembersEntityTeamMembersEdgesNode"


ListTeamMembersEntityTeamMembersEdgesNode = TeamMemberFields
ListTeamMembersEntityTeamMembersPageInfo = PageFields
