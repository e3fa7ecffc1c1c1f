from pydantic import Field

from .base_model import BaseModel
from .fragments import ArtifactUploadFields


class UploadArtifactFiles(BaseModel):
    upload_artifact_files: "UploadArtifactFilesUploadArtifactFiles" = Field(
        alias="uploadArtifactFiles"
    )


class UploadArtifactFilesUploadArtifactFiles(BaseModel):
    files: list["UploadArtifactFilesUploadArtifactFilesFiles"]


UploadArtifactFilesUploadArtifactFilesFiles = ArtifactUploadFields
