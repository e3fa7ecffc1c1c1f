from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import PageFields, RunStateChangeFields


class ListStateChanges(BaseModel):
    project: Optional["ListStateChangesProject"]


class ListStateChangesProject(BaseModel):
    run: Optional["ListStateChangesProjectRun"]


class ListStateChangesProjectRun(BaseModel):
    state_changes: "ListStateChangesProjectRunStateChanges" = Field(
        alias="stateChanges"
    )


class ListStateChangesProjectRunStateChanges(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount", default=None)
    edges: list["ListStateChangesProjectRunStateChangesEdges"]
    page_info: "ListStateChangesProjectRunStateChangesPageInfo" = Field(
        alias="pageInfo"
    )


class ListStateChangesProjectRunStateChangesEdges(BaseModel):
    node: "ListStateChangesProjectRunStateChangesEdgesNode"


ListStateChangesProjectRunStateChangesEdgesNode = RunStateChangeFields
ListStateChangesProjectRunStateChangesPageInfo = PageFields
