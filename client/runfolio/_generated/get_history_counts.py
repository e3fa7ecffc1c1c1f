from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class GetHistoryCounts(BaseModel):
    project: Optional["GetHistoryCountsProject"]


class GetHistoryCountsProject(BaseModel):
    run: Optional["GetHistoryCountsProjectRun"]


class GetHistoryCountsProjectRun(BaseModel):
    last_step: Optional[float] = Field(alias="lastStep")
    rejected_line_count: int = Field(alias="rejectedLineCount")
