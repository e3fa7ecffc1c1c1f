from typing import Optional

from .base_model import BaseModel
from .fragments import RunFields


class GetRun(BaseModel):
    entity: Optional["GetRunEntity"]
    project: Optional["GetRunProject"]


class GetRunEntity(BaseModel):
    name: str


class GetRunProject(BaseModel):
    run: Optional["GetRunProjectRun"]


GetRunProjectRun = RunFields
