from pydantic import Field

from .base_model import BaseModel
from .fragments import RunFields


class CopyRun(BaseModel):
    copy_run: "CopyRunCopyRun" = Field(alias="copyRun")


class CopyRunCopyRun(BaseModel):
    run: "CopyRunCopyRunRun"


CopyRunCopyRunRun = RunFields
