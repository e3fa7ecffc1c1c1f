from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import ArtifactFields, ArtifactUseFields, LineageRunFields


class GetArtifactLineage(BaseModel):
    artifact: Optional["GetArtifactLineageArtifact"]


class GetArtifactLineageArtifact(BaseModel):
    lineage: "GetArtifactLineageArtifactLineage"


class GetArtifactLineageArtifactLineage(BaseModel):
    artifacts: list["GetArtifactLineageArtifactLineageArtifacts"]
    runs: list["GetArtifactLineageArtifactLineageRuns"]
    uses: list["GetArtifactLineageArtifactLineageUses"]
    is_cut: bool = Field(alias="isCut")


GetArtifactLineageArtifactLineageArtifacts = ArtifactFields
GetArtifactLineageArtifactLineageRuns = LineageRunFields
GetArtifactLineageArtifactLineageUses = ArtifactUseFields
