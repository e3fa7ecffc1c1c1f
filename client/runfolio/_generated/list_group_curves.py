from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import PageFields


class ListGroupCurves(BaseModel):
    entity: Optional["ListGroupCurvesEntity"]
    project: Optional["ListGroupCurvesProject"]


class ListGroupCurvesEntity(BaseModel):
    name: str


class ListGroupCurvesProject(BaseModel):
    run_groups: "ListGroupCurvesProjectRunGroups" = Field(alias="runGroups")


class ListGroupCurvesProjectRunGroups(BaseModel):
    groups: list["ListGroupCurvesProjectRunGroupsGroups"]
    page_info: "ListGroupCurvesProjectRunGroupsPageInfo" = Field(alias="pageInfo")


class ListGroupCurvesProjectRunGroupsGroups(BaseModel):
    values: list[Optional[str]]
    run_count: int = Field(alias="runCount")
    history: "ListGroupCurvesProjectRunGroupsGroupsHistory"


class ListGroupCurvesProjectRunGroupsGroupsHistory(BaseModel):
    x: list[float]
    mean: list[float]
    std: list[Optional[float]]
    min: list[float]
    max: list[float]
    count: list[int]


ListGroupCurvesProjectRunGroupsPageInfo = PageFields
