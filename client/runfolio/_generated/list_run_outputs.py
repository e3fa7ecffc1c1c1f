from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import ArtifactFields, PageFields


class ListRunOutputs(BaseModel):
    project: Optional["ListRunOutputsProject"]


class ListRunOutputsProject(BaseModel):
    run: Optional["ListRunOutputsProjectRun"]


class ListRunOutputsProjectRun(BaseModel):
    outputs: "ListRunOutputsProjectRunOutputs"


class ListRunOutputsProjectRunOutputs(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount", default=None)
    edges: list["ListRunOutputsProjectRunOutputsEdges"]
    page_info: "ListRunOutputsProjectRunOutputsPageInfo" = Field(alias="pageInfo")


class ListRunOutputsProjectRunOutputsEdges(BaseModel):
    node: "ListRunOutputsProjectRunOutputsEdgesNode"


class ListRunOutputsProjectRunOutputsEdgesNode(BaseModel):
    artifact: "ListRunOutputsProjectRunOutputsEdgesNodeArtifact"


ListRunOutputsProjectRunOutputsEdgesNodeArtifact = ArtifactFields
ListRunOutputsProjectRunOutputsPageInfo = PageFields
