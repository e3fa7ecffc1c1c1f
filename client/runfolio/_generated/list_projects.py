from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import PageFields, ProjectFields


class ListProjects(BaseModel):
    projects: "ListProjectsProjects"


class ListProjectsProjects(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount", default=None)
    edges: list["ListProjectsProjectsEdges"]
    page_info: "ListProjectsProjectsPageInfo" = Field(alias="pageInfo")


class ListProjectsProjectsEdges(BaseModel):
    node: "ListProjectsProjectsEdgesNode"


ListProjectsProjectsEdgesNode = ProjectFields
ListProjectsProjectsPageInfo = PageFields
