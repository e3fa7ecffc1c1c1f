from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class GetMetric(BaseModel):
    project: Optional["GetMetricProject"]


class GetMetricProject(BaseModel):
    run: Optional["GetMetricProjectRun"]


class GetMetricProjectRun(BaseModel):
    metric: Optional["GetMetricProjectRunMetric"]


class GetMetricProjectRunMetric(BaseModel):
    count: int
    min: Optional[float]
    max: Optional[float]
    mean: Optional[float]
    argmin: Optional[float]
    argmax: Optional[float]
    last: str
    last_step: Optional[float] = Field(alias="lastStep")
    at: Optional[str] = None
