from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import PageFields, RunFields


class ListRuns(BaseModel):
    entity: Optional["ListRunsEntity"]
    project: Optional["ListRunsProject"]


class ListRunsEntity(BaseModel):
    name: str


class ListRunsProject(BaseModel):
    runs: "ListRunsProjectRuns"


class ListRunsProjectRuns(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount", default=None)
    missing_order_keys: Optional[list[str]] = Field(
        alias="missingOrderKeys", default=None
    )
    edges: list["ListRunsProjectRunsEdges"]
    page_info: "ListRunsProjectRunsPageInfo" = Field(alias="pageInfo")


class ListRunsProjectRunsEdges(BaseModel):
    node: "ListRunsProjectRunsEdgesNode"


ListRunsProjectRunsEdgesNode = RunFields
ListRunsProjectRunsPageInfo = PageFields
