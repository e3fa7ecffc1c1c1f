from typing import Any, Optional

from pydantic import Field

from .base_model import BaseModel


class ListModelGraphs(BaseModel):
    project: Optional["ListModelGraphsProject"]


class ListModelGraphsProject(BaseModel):
    run: Optional["ListModelGraphsProjectRun"]


class ListModelGraphsProjectRun(BaseModel):
    model_graphs: list["ListModelGraphsProjectRunModelGraphs"] = Field(
        alias="modelGraphs"
    )


class ListModelGraphsProjectRunModelGraphs(BaseModel):
    key: str
    layer_count: int = Field(alias="layerCount")
    layers: list["ListModelGraphsProjectRunModelGraphsLayers"]


class ListModelGraphsProjectRunModelGraphsLayers(BaseModel):
    name: str
    type_: str = Field(alias="type")
    parameter_count: Optional[int] = Field(alias="parameterCount")
    output_shape: Optional[Any] = Field(alias="outputShape")
