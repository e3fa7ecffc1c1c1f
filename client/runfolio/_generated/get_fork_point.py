from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class GetForkPoint(BaseModel):
    project: Optional["GetForkPointProject"]


class GetForkPointProject(BaseModel):
    run: Optional["GetForkPointProjectRun"]


class GetForkPointProjectRun(BaseModel):
    forked_from: Optional["GetForkPointProjectRunForkedFrom"] = Field(
        alias="forkedFrom"
    )


class GetForkPointProjectRunForkedFrom(BaseModel):
    run_name: str = Field(alias="runName")
    step: float
    row_count: int = Field(alias="rowCount")
    run: Optional["GetForkPointProjectRunForkedFromRun"]


class GetForkPointProjectRunForkedFromRun(BaseModel):
    name: str
