from pydantic import Field

from .base_model import BaseModel


class DeleteArtifactVersion(BaseModel):
    delete_artifact_version: "DeleteArtifactVersionDeleteArtifactVersion" = Field(
        alias="deleteArtifactVersion"
    )


class DeleteArtifactVersionDeleteArtifactVersion(BaseModel):
    success: bool
