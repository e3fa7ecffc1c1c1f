from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import PageFields


class ScanHistory(BaseModel):
    project: Optional["ScanHistoryProject"]


class ScanHistoryProject(BaseModel):
    run: Optional["ScanHistoryProjectRun"]


class ScanHistoryProjectRun(BaseModel):
    history_rows: "ScanHistoryProjectRunHistoryRows" = Field(alias="historyRows")


class ScanHistoryProjectRunHistoryRows(BaseModel):
    rows: list[str]
    page_info: "ScanHistoryProjectRunHistoryRowsPageInfo" = Field(alias="pageInfo")


ScanHistoryProjectRunHistoryRowsPageInfo = PageFields
