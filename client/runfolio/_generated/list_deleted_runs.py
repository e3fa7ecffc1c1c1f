from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import DeletedRunFields, PageFields


class ListDeletedRuns(BaseModel):
    entity: Optional["ListDeletedRunsEntity"]
    project: Optional["ListDeletedRunsProject"]


class ListDeletedRunsEntity(BaseModel):
    name: str


class ListDeletedRunsProject(BaseModel):
    deleted_runs: "ListDeletedRunsProjectDeletedRuns" = Field(alias="deletedRuns")


class ListDeletedRunsProjectDeletedRuns(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount", default=None)
    edges: list["ListDeletedRunsProjectDeletedRunsEdges"]
    page_info: "ListDeletedRunsProjectDeletedRunsPageInfo" = Field(alias="pageInfo")


class ListDeletedRunsProjectDeletedRunsEdges(BaseModel):
    node: "ListDeletedRunsProjectDeletedRunsEdgesNode"


ListDeletedRunsProjectDeletedRunsEdgesNode = DeletedRunFields
ListDeletedRunsProjectDeletedRunsPageInfo = PageFields
