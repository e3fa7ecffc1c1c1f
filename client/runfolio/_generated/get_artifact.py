from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import ArtifactFields


class GetArtifact(BaseModel):
    entity: Optional["GetArtifactEntity"]
    project: Optional["GetArtifactProject"]


class GetArtifactEntity(BaseModel):
    name: str


class GetArtifactProject(BaseModel):
    artifact: Optional["GetArtifactProjectArtifact"]
    artifact_collection: Optional["GetArtifactProjectArtifactCollection"] = Field(
        alias="artifactCollection"
    )


GetArtifactProjectArtifact = ArtifactFields


class GetArtifactProjectArtifactCollection(BaseModel):
    aliases: "GetArtifactProjectArtifactCollectionAliases"
    artifacts: "GetArtifactProjectArtifactCollectionArtifacts"


class GetArtifactProjectArtifactCollectionAliases(BaseModel):
    edges: list["GetArtifactProjectArtifactCollectionAliasesEdges"]


class GetArtifactProjectArtifactCollectionAliasesEdges(BaseModel):
    node: "GetArtifactProjectArtifactCollectionAliasesEdgesNode"


class GetArtifactProjectArtifactCollectionAliasesEdgesNode(BaseModel):
    alias: str


class GetArtifactProjectArtifactCollectionArtifacts(BaseModel):
    edges: list["GetArtifactProjectArtifactCollectionArtifactsEdges"]


class GetArtifactProjectArtifactCollectionArtifactsEdges(BaseModel):
    version: str
