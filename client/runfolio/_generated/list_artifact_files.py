from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import FileFields, PageFields


class ListArtifactFiles(BaseModel):
    artifact: Optional["ListArtifactFilesArtifact"]


class ListArtifactFilesArtifact(BaseModel):
    files: Optional["ListArtifactFilesArtifactFiles"]


class ListArtifactFilesArtifactFiles(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount", default=None)
    edges: list["ListArtifactFilesArtifactFilesEdges"]
    page_info: "ListArtifactFilesArtifactFilesPageInfo" = Field(alias="pageInfo")


class ListArtifactFilesArtifactFilesEdges(BaseModel):
    node: "ListArtifactFilesArtifactFilesEdgesNode"


ListArtifactFilesArtifactFilesEdgesNode = FileFields
ListArtifactFilesArtifactFilesPageInfo = PageFields
