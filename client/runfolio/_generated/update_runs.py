from pydantic import Field

from .base_model import BaseModel
from .fragments import ManyRunsFields


class UpdateRuns(BaseModel):
    update_runs: "UpdateRunsUpdateRuns" = Field(alias="updateRuns")


UpdateRunsUpdateRuns = ManyRunsFields
