from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import PageFields, RunBranchFields


class ListBranches(BaseModel):
    project: Optional["ListBranchesProject"]


class ListBranchesProject(BaseModel):
    run: Optional["ListBranchesProjectRun"]


class ListBranchesProjectRun(BaseModel):
    branches: "ListBranchesProjectRunBranches"


class ListBranchesProjectRunBranches(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount", default=None)
    edges: list["ListBranchesProjectRunBranchesEdges"]
    page_info: "ListBranchesProjectRunBranchesPageInfo" = Field(alias="pageInfo")


class ListBranchesProjectRunBranchesEdges(BaseModel):
    node: "ListBranchesProjectRunBranchesEdgesNode"


ListBranchesProjectRunBranchesEdgesNode = RunBranchFields
ListBranchesProjectRunBranchesPageInfo = PageFields
