from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import DocumentKeyFields


class ListRunKeys(BaseModel):
    project: Optional["ListRunKeysProject"]


class ListRunKeysProject(BaseModel):
    run_keys: list["ListRunKeysProjectRunKeys"] = Field(alias="runKeys")


ListRunKeysProjectRunKeys = DocumentKeyFields
