from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import (
    RunFields,
    RunFieldsUser,  # noqa: F401
)


class RewindHistory(BaseModel):
    rewind_history: "RewindHistoryRewindHistory" = Field(alias="rewindHistory")


class RewindHistoryRewindHistory(BaseModel):
    is_cut: bool = Field(alias="isCut")
    run: "RewindHistoryRewindHistoryRun"


class RewindHistoryRewindHistoryRun(RunFields):
    last_step: Optional[float] = Field(alias="lastStep")
