from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class SampleHistory(BaseModel):
    project: Optional["SampleHistoryProject"]


class SampleHistoryProject(BaseModel):
    run: Optional["SampleHistoryProjectRun"]


class SampleHistoryProjectRun(BaseModel):
    history_sample: list[str] = Field(alias="historySample")
