from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import (
    RunFields,
    RunFieldsUser,  # noqa: F401
)


class CreateRun(BaseModel):
    create_run: "CreateRunCreateRun" = Field(alias="createRun")


class CreateRunCreateRun(BaseModel):
    inserted: bool
    run: "CreateRunCreateRunRun"


class CreateRunCreateRunRun(RunFields):
    last_step: Optional[float] = Field(alias="lastStep")
