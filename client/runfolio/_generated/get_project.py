from typing import Optional

from .base_model import BaseModel
from .fragments import ProjectFields


class GetProject(BaseModel):
    entity: Optional["GetProjectEntity"]
    project: Optional["GetProjectProject"]


class GetProjectEntity(BaseModel):
    name: str


GetProjectProject = ProjectFields
