from pydantic import Field

from .base_model import BaseModel
from .fragments import RunFields


class UpdateRunState(BaseModel):
    update_run_state: "UpdateRunStateUpdateRunState" = Field(alias="updateRunState")


class UpdateRunStateUpdateRunState(BaseModel):
    run: "UpdateRunStateUpdateRunStateRun"


UpdateRunStateUpdateRunStateRun = RunFields
