from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import ApiKeyFields, PageFields


class ListApiKeysOf(BaseModel):
    user: Optional["ListApiKeysOfUser"]


class ListApiKeysOfUser(BaseModel):
    api_keys: Optional["ListApiKeysOfUserApiKeys"] = Field(alias="apiKeys")


class ListApiKeysOfUserApiKeys(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount", default=None)
    edges: list["ListApiKeysOfUserApiKeysEdges"]
    page_info: "ListApiKeysOfUserApiKeysPageInfo" = Field(alias="pageInfo")


class ListApiKeysOfUserApiKeysEdges(BaseModel):
    node: "ListApiKeysOfUserApiKeysEdgesNode"


ListApiKeysOfUserApiKeysEdgesNode = ApiKeyFields
ListApiKeysOfUserApiKeysPageInfo = PageFields
