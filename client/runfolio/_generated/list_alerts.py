from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import PageFields, RunAlertFields


class ListAlerts(BaseModel):
    project: Optional["ListAlertsProject"]


class ListAlertsProject(BaseModel):
    run: Optional["ListAlertsProjectRun"]


class ListAlertsProjectRun(BaseModel):
    alerts: "ListAlertsProjectRunAlerts"


class ListAlertsProjectRunAlerts(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount", default=None)
    edges: list["ListAlertsProjectRunAlertsEdges"]
    page_info: "ListAlertsProjectRunAlertsPageInfo" = Field(alias="pageInfo")


class ListAlertsProjectRunAlertsEdges(BaseModel):
    node: "ListAlertsProjectRunAlertsEdgesNode"


ListAlertsProjectRunAlertsEdgesNode = RunAlertFields
ListAlertsProjectRunAlertsPageInfo = PageFields
