from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import RunFieldFields


class ListRunFields(BaseModel):
    project: Optional["ListRunFieldsProject"]


class ListRunFieldsProject(BaseModel):
    run_fields: list["ListRunFieldsProjectRunFields"] = Field(alias="runFields")


ListRunFieldsProjectRunFields = RunFieldFields
