from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import ApiKeyFields, PageFields


class ListApiKeys(BaseModel):
    viewer: Optional["ListApiKeysViewer"]


class ListApiKeysViewer(BaseModel):
    api_keys: Optional["ListApiKeysViewerApiKeys"] = Field(alias="apiKeys")


class ListApiKeysViewerApiKeys(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount", default=None)
    edges: list["ListApiKeysViewerApiKeysEdges"]
    page_info: "ListApiKeysViewerApiKeysPageInfo" = Field(alias="pageInfo")


class ListApiKeysViewerApiKeysEdges(BaseModel):
    node: "ListApiKeysViewerApiKeysEdgesNode"


ListApiKeysViewerApiKeysEdgesNode = ApiKeyFields
ListApiKeysViewerApiKeysPageInfo = PageFields
