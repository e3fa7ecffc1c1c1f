from pydantic import Field

from .base_model import BaseModel
from .fragments import ArtifactFields


class RecordArtifactUse(BaseModel):
    record_artifact_use: "RecordArtifactUseRecordArtifactUse" = Field(
        alias="recordArtifactUse"
    )


class RecordArtifactUseRecordArtifactUse(BaseModel):
    artifact: "RecordArtifactUseRecordArtifactUseArtifact"


RecordArtifactUseRecordArtifactUseArtifact = ArtifactFields
