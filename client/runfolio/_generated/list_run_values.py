from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import FieldValueFields


class ListRunValues(BaseModel):
    project: Optional["ListRunValuesProject"]


class ListRunValuesProject(BaseModel):
    run_values: list["ListRunValuesProjectRunValues"] = Field(alias="runValues")


ListRunValuesProjectRunValues = FieldValueFields
