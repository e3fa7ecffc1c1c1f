from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import FileFields, PageFields


class ListFiles(BaseModel):
    project: Optional["ListFilesProject"]


class ListFilesProject(BaseModel):
    run: Optional["ListFilesProjectRun"]


class ListFilesProjectRun(BaseModel):
    files: "ListFilesProjectRunFiles"


class ListFilesProjectRunFiles(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount", default=None)
    edges: list["ListFilesProjectRunFilesEdges"]
    page_info: "ListFilesProjectRunFilesPageInfo" = Field(alias="pageInfo")


class ListFilesProjectRunFilesEdges(BaseModel):
    node: "ListFilesProjectRunFilesEdgesNode"


ListFilesProjectRunFilesEdgesNode = FileFields
ListFilesProjectRunFilesPageInfo = PageFields
