from pydantic import Field

from .base_model import BaseModel
from .fragments import ArtifactUploadFields


class UploadArtifactManifest(BaseModel):
    upload_artifact_manifest: "UploadArtifactManifestUploadArtifactManifest" = Field(
        alias="uploadArtifactManifest"
    )


class UploadArtifactManifestUploadArtifactManifest(BaseModel):
    upload: "UploadArtifactManifestUploadArtifactManifestUpload"


UploadArtifactManifestUploadArtifactManifestUpload = ArtifactUploadFields
