from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import ArtifactCollectionFields, PageFields


class ListArtifactCollections(BaseModel):
    project: Optional["ListArtifactCollectionsProject"]


class ListArtifactCollectionsProject(BaseModel):
    artifact_collections: "ListArtifactCollectionsProjectArtifactCollections" = Field(
        alias="artifactCollections"
    )


class ListArtifactCollectionsProjectArtifactCollections(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount", default=None)
    edges: list["ListArtifactCollectionsProjectArtifactCollectionsEdges"]
    page_info: "ListArtifactCollectionsProjectArtifactCollectionsPageInfo" = Field(
        alias="pageInfo"
    )


class ListArtifactCollectionsProjectArtifactCollectionsEdges(BaseModel):
    node: "ListArtifactCollectionsProjectArtifactCollectionsEdgesNode"


ListArtifactCollectionsProjectArtifactCollectionsEdgesNode = ArtifactCollectionFields
ListArtifactCollectionsProjectArtifactCollectionsPageInfo = PageFields
