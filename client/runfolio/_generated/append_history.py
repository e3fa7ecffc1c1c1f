from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import RunFields


class AppendHistory(BaseModel):
    append_history: "AppendHistoryAppendHistory" = Field(alias="appendHistory")


class AppendHistoryAppendHistory(BaseModel):
    run: Optional["AppendHistoryAppendHistoryRun"] = None
    rejected: list["AppendHistoryAppendHistoryRejected"]
    rejected_count: int = Field(alias="rejectedCount")
    summary_rejected: list["AppendHistoryAppendHistorySummaryRejected"] = Field(
        alias="summaryRejected"
    )
    stop_requested: bool = Field(alias="stopRequested")


AppendHistoryAppendHistoryRun = RunFields


class AppendHistoryAppendHistoryRejected(BaseModel):
    line: int
    key: Optional[str]
    message: str


class AppendHistoryAppendHistorySummaryRejected(BaseModel):
    key: str
    message: str
