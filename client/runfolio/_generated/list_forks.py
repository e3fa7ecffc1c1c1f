from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import PageFields


class ListForks(BaseModel):
    project: Optional["ListForksProject"]


class ListForksProject(BaseModel):
    run: Optional["ListForksProjectRun"]


class ListForksProjectRun(BaseModel):
    forks: "ListForksProjectRunForks"


class ListForksProjectRunForks(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount", default=None)
    edges: list["ListForksProjectRunForksEdges"]
    page_info: "ListForksProjectRunForksPageInfo" = Field(alias="pageInfo")


class ListForksProjectRunForksEdges(BaseModel):
    node: "ListForksProjectRunForksEdgesNode"


class ListForksProjectRunForksEdgesNode(BaseModel):
    run_name: str = Field(alias="runName")
    step: float
    row_count: int = Field(alias="rowCount")


ListForksProjectRunForksPageInfo = PageFields
