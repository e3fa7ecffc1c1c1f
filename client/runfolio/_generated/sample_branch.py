from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class SampleBranch(BaseModel):
    project: Optional["SampleBranchProject"]


class SampleBranchProject(BaseModel):
    run: Optional["SampleBranchProjectRun"]


class SampleBranchProjectRun(BaseModel):
    branch: Optional["SampleBranchProjectRunBranch"]


class SampleBranchProjectRunBranch(BaseModel):
    history_sample: list[str] = Field(alias="historySample")
