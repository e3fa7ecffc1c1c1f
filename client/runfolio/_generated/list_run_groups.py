from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import PageFields


class ListRunGroups(BaseModel):
    entity: Optional["ListRunGroupsEntity"]
    project: Optional["ListRunGroupsProject"]


class ListRunGroupsEntity(BaseModel):
    name: str


class ListRunGroupsProject(BaseModel):
    run_groups: "ListRunGroupsProjectRunGroups" = Field(alias="runGroups")


class ListRunGroupsProjectRunGroups(BaseModel):
    groups: list["ListRunGroupsProjectRunGroupsGroups"]
    page_info: "ListRunGroupsProjectRunGroupsPageInfo" = Field(alias="pageInfo")


class ListRunGroupsProjectRunGroupsGroups(BaseModel):
    values: list[Optional[str]]
    run_count: int = Field(alias="runCount")
    metrics: list["ListRunGroupsProjectRunGroupsGroupsMetrics"]


class ListRunGroupsProjectRunGroupsGroupsMetrics(BaseModel):
    count: int
    mean: Optional[float]
    std: Optional[float]
    min: Optional[float]
    max: Optional[float]
    median: Optional[float]
    bins: list["ListRunGroupsProjectRunGroupsGroupsMetricsBins"]


class ListRunGroupsProjectRunGroupsGroupsMetricsBins(BaseModel):
    low: float
    high: float
    run_count: int = Field(alias="runCount")


ListRunGroupsProjectRunGroupsPageInfo = PageFields
