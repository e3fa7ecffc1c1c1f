from pydantic import Field

from .base_model import BaseModel


class RemoveArtifact(BaseModel):
    remove_artifact: "RemoveArtifactRemoveArtifact" = Field(alias="removeArtifact")


class RemoveArtifactRemoveArtifact(BaseModel):
    success: bool
