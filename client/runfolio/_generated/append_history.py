from pydantic import Field

from .base_model import BaseModel


class AppendHistory(BaseModel):
    append_history: "AppendHistoryAppendHistory" = Field(alias="appendHistory")


class AppendHistoryAppendHistory(BaseModel):
    rejected: list["AppendHistoryAppendHistoryRejected"]
    rejected_count: int = Field(alias="rejectedCount")
    stop_requested: bool = Field(alias="stopRequested")


class AppendHistoryAppendHistoryRejected(BaseModel):
    line: int
    message: str
