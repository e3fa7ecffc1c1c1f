from pydantic import Field

from .base_model import BaseModel
from .fragments import ApiKeyFields


class ResetApiKeys(BaseModel):
    reset_api_keys: "ResetApiKeysResetApiKeys" = Field(alias="resetApiKeys")


class ResetApiKeysResetApiKeys(BaseModel):
    api_key: "ResetApiKeysResetApiKeysApiKey" = Field(alias="apiKey")


ResetApiKeysResetApiKeysApiKey = ApiKeyFields
