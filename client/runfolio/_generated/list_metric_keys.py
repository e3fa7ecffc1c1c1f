from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import MetricKeyFields


class ListMetricKeys(BaseModel):
    project: Optional["ListMetricKeysProject"]


class ListMetricKeysProject(BaseModel):
    run: Optional["ListMetricKeysProjectRun"]


class ListMetricKeysProjectRun(BaseModel):
    metric_keys: list["ListMetricKeysProjectRunMetricKeys"] = Field(alias="metricKeys")


ListMetricKeysProjectRunMetricKeys = MetricKeyFields
