from pydantic import Field

from .base_model import BaseModel
from .fragments import ProjectFields


class RestoreProject(BaseModel):
    restore_project: "RestoreProjectRestoreProject" = Field(alias="restoreProject")


class RestoreProjectRestoreProject(BaseModel):
    project: "RestoreProjectRestoreProjectProject"


RestoreProjectRestoreProjectProject = ProjectFields
