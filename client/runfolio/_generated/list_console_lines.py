from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import ConsoleLineFields, PageFields


class ListConsoleLines(BaseModel):
    project: Optional["ListConsoleLinesProject"]


class ListConsoleLinesProject(BaseModel):
    run: Optional["ListConsoleLinesProjectRun"]


class ListConsoleLinesProjectRun(BaseModel):
    console_lines: "ListConsoleLinesProjectRunConsoleLines" = Field(
        alias="consoleLines"
    )


class ListConsoleLinesProjectRunConsoleLines(BaseModel):
    lines: list["ListConsoleLinesProjectRunConsoleLinesLines"]
    page_info: "ListConsoleLinesProjectRunConsoleLinesPageInfo" = Field(
        alias="pageInfo"
    )
    has_previous_page: bool = Field(alias="hasPreviousPage")
    start_cursor: Optional[str] = Field(alias="startCursor")


ListConsoleLinesProjectRunConsoleLinesLines = ConsoleLineFields
ListConsoleLinesProjectRunConsoleLinesPageInfo = PageFields
