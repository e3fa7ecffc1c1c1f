from pydantic import Field

from .base_model import BaseModel
from .fragments import ManyRunsFields


class DeleteRuns(BaseModel):
    delete_runs: "DeleteRunsDeleteRuns" = Field(alias="deleteRuns")


DeleteRunsDeleteRuns = ManyRunsFields
