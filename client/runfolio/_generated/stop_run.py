from pydantic import Field

from .base_model import BaseModel
from .fragments import RunFields


class StopRun(BaseModel):
    stop_run: "StopRunStopRun" = Field(alias="stopRun")


class StopRunStopRun(BaseModel):
    is_asked: bool = Field(alias="isAsked")
    run: "StopRunStopRunRun"


StopRunStopRunRun = RunFields
