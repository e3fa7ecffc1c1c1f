from pydantic import Field

from .base_model import BaseModel
from .fragments import RunFields


class MoveRun(BaseModel):
    move_run: "MoveRunMoveRun" = Field(alias="moveRun")


class MoveRunMoveRun(BaseModel):
    run: "MoveRunMoveRunRun"


MoveRunMoveRunRun = RunFields
