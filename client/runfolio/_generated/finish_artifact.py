from pydantic import Field

from .base_model import BaseModel
from .fragments import ArtifactFields


class FinishArtifact(BaseModel):
    finish_artifact: "FinishArtifactFinishArtifact" = Field(alias="finishArtifact")


class FinishArtifactFinishArtifact(BaseModel):
    artifact: "FinishArtifactFinishArtifactArtifact"


FinishArtifactFinishArtifactArtifact = ArtifactFields
