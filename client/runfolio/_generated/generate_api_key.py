from pydantic import Field

from .base_model import BaseModel
from .fragments import ApiKeyFields


class GenerateApiKey(BaseModel):
    generate_api_key: "GenerateApiKeyGenerateApiKey" = Field(alias="generateApiKey")


class GenerateApiKeyGenerateApiKey(BaseModel):
    api_key: "GenerateApiKeyGenerateApiKeyApiKey" = Field(alias="apiKey")


GenerateApiKeyGenerateApiKeyApiKey = ApiKeyFields
