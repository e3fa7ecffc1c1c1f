from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import ArtifactFields, PageFields


class ListArtifacts(BaseModel):
    project: Optional["ListArtifactsProject"]


class ListArtifactsProject(BaseModel):
    artifacts: "ListArtifactsProjectArtifacts"


class ListArtifactsProjectArtifacts(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount", default=None)
    edges: list["ListArtifactsProjectArtifactsEdges"]
    page_info: "ListArtifactsProjectArtifactsPageInfo" = Field(alias="pageInfo")


class ListArtifactsProjectArtifactsEdges(BaseModel):
    node: "ListArtifactsProjectArtifactsEdgesNode"


ListArtifactsProjectArtifactsEdgesNode = ArtifactFields
ListArtifactsProjectArtifactsPageInfo = PageFields
