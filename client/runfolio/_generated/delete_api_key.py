from pydantic import Field

from .base_model import BaseModel


class DeleteApiKey(BaseModel):
    delete_api_key: "DeleteApiKeyDeleteApiKey" = Field(alias="deleteApiKey")


class DeleteApiKeyDeleteApiKey(BaseModel):
    success: bool
