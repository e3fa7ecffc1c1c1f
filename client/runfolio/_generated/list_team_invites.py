from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import InviteFields, PageFields


class ListTeamInvites(BaseModel):
    entity: Optional["ListTeamInvitesEntity"]


class ListTeamInvitesEntity(BaseModel):
    invites: Optional["ListTeamInvitesEntityInvites"]


class ListTeamInvitesEntityInvites(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount", default=None)
    edges: list["ListTeamInvitesEntityInvitesEdges"]
    page_info: "ListTeamInvitesEntityInvitesPageInfo" = Field(alias="pageInfo")


class ListTeamInvitesEntityInvitesEdges(BaseModel):
    node: "ListTeamInvitesEntityInvitesEdgesNode"


ListTeamInvitesEntityInvitesEdgesNode = InviteFields
ListTeamInvitesEntityInvitesPageInfo = PageFields
