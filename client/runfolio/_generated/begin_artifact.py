from pydantic import Field

from .base_model import BaseModel
from .fragments import ArtifactFields


class BeginArtifact(BaseModel):
    begin_artifact: "BeginArtifactBeginArtifact" = Field(alias="beginArtifact")


class BeginArtifactBeginArtifact(BaseModel):
    artifact: "BeginArtifactBeginArtifactArtifact"


BeginArtifactBeginArtifactArtifact = ArtifactFields
