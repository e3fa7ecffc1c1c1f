from pydantic import Field

from .base_model import BaseModel
from .fragments import RunFields


class UpdateRun(BaseModel):
    update_run: "UpdateRunUpdateRun" = Field(alias="updateRun")


class UpdateRunUpdateRun(BaseModel):
    run: "UpdateRunUpdateRunRun"


UpdateRunUpdateRunRun = RunFields
