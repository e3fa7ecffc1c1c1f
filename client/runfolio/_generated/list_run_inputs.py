from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import ArtifactFields, PageFields


class ListRunInputs(BaseModel):
    project: Optional["ListRunInputsProject"]


class ListRunInputsProject(BaseModel):
    run: Optional["ListRunInputsProjectRun"]


class ListRunInputsProjectRun(BaseModel):
    inputs: "ListRunInputsProjectRunInputs"


class ListRunInputsProjectRunInputs(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount", default=None)
    edges: list["ListRunInputsProjectRunInputsEdges"]
    page_info: "ListRunInputsProjectRunInputsPageInfo" = Field(alias="pageInfo")


class ListRunInputsProjectRunInputsEdges(BaseModel):
    node: "ListRunInputsProjectRunInputsEdgesNode"


class ListRunInputsProjectRunInputsEdgesNode(BaseModel):
    artifact: "ListRunInputsProjectRunInputsEdgesNodeArtifact"


ListRunInputsProjectRunInputsEdgesNodeArtifact = ArtifactFields
ListRunInputsProjectRunInputsPageInfo = PageFields
