from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import ConsoleLineFields, PageFields


class FollowConsole(BaseModel):
    project: Optional["FollowConsoleProject"]


class FollowConsoleProject(BaseModel):
    run: Optional["FollowConsoleProjectRun"]


class FollowConsoleProjectRun(BaseModel):
    state: str
    console_changes: "FollowConsoleProjectRunConsoleChanges" = Field(
        alias="consoleChanges"
    )


class FollowConsoleProjectRunConsoleChanges(BaseModel):
    lines: list["FollowConsoleProjectRunConsoleChangesLines"]
    page_info: "FollowConsoleProjectRunConsoleChangesPageInfo" = Field(alias="pageInfo")


FollowConsoleProjectRunConsoleChangesLines = ConsoleLineFields
FollowConsoleProjectRunConsoleChangesPageInfo = PageFields
