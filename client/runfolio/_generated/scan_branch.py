from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import PageFields


class ScanBranch(BaseModel):
    project: Optional["ScanBranchProject"]


class ScanBranchProject(BaseModel):
    run: Optional["ScanBranchProjectRun"]


class ScanBranchProjectRun(BaseModel):
    branch: Optional["ScanBranchProjectRunBranch"]


class ScanBranchProjectRunBranch(BaseModel):
    history_rows: "ScanBranchProjectRunBranchHistoryRows" = Field(alias="historyRows")


class ScanBranchProjectRunBranchHistoryRows(BaseModel):
    rows: list[str]
    page_info: "ScanBranchProjectRunBranchHistoryRowsPageInfo" = Field(alias="pageInfo")


ScanBranchProjectRunBranchHistoryRowsPageInfo = PageFields
