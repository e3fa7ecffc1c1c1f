from pydantic import Field

from .base_model import BaseModel
from .fragments import ArtifactFields


class ChangeArtifact(BaseModel):
    change_artifact: "ChangeArtifactChangeArtifact" = Field(alias="changeArtifact")


class ChangeArtifactChangeArtifact(BaseModel):
    artifact: "ChangeArtifactChangeArtifactArtifact"


ChangeArtifactChangeArtifactArtifact = ArtifactFields
