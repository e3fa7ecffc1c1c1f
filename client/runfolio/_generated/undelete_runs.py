from pydantic import Field

from .base_model import BaseModel
from .fragments import ManyRunsFields


class UndeleteRuns(BaseModel):
    undelete_runs: "UndeleteRunsUndeleteRuns" = Field(alias="undeleteRuns")


UndeleteRunsUndeleteRuns = ManyRunsFields
