from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import DeletedProjectFields, PageFields


class ListDeletedProjects(BaseModel):
    deleted_projects: "ListDeletedProjectsDeletedProjects" = Field(
        alias="deletedProjects"
    )


class ListDeletedProjectsDeletedProjects(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount", default=None)
    edges: list["ListDeletedProjectsDeletedProjectsEdges"]
    page_info: "ListDeletedProjectsDeletedProjectsPageInfo" = Field(alias="pageInfo")


class ListDeletedProjectsDeletedProjectsEdges(BaseModel):
    node: "ListDeletedProjectsDeletedProjectsEdgesNode"


ListDeletedProjectsDeletedProjectsEdgesNode = DeletedProjectFields
ListDeletedProjectsDeletedProjectsPageInfo = PageFields
