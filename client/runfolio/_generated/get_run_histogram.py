from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import HistogramBinFields


class GetRunHistogram(BaseModel):
    project: Optional["GetRunHistogramProject"]


class GetRunHistogramProject(BaseModel):
    run_histogram: list["GetRunHistogramProjectRunHistogram"] = Field(
        alias="runHistogram"
    )


GetRunHistogramProjectRunHistogram = HistogramBinFields
