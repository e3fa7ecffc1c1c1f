from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import PageFields, RunAlertFields


class ListProjectAlerts(BaseModel):
    project: Optional["ListProjectAlertsProject"]


class ListProjectAlertsProject(BaseModel):
    alerts: "ListProjectAlertsProjectAlerts"


class ListProjectAlertsProjectAlerts(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount", default=None)
    edges: list["ListProjectAlertsProjectAlertsEdges"]
    page_info: "ListProjectAlertsProjectAlertsPageInfo" = Field(alias="pageInfo")


class ListProjectAlertsProjectAlertsEdges(BaseModel):
    node: "ListProjectAlertsProjectAlertsEdgesNode"


class ListProjectAlertsProjectAlertsEdgesNode(BaseModel):
    run_name: str = Field(alias="runName")
    alert: "ListProjectAlertsProjectAlertsEdgesNodeAlert"


ListProjectAlertsProjectAlertsEdgesNodeAlert = RunAlertFields
ListProjectAlertsProjectAlertsPageInfo = PageFields
