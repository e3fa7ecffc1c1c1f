from typing import Optional

from .base_model import BaseModel


class FindArtifact(BaseModel):
    artifact: Optional["FindArtifactArtifact"]


class FindArtifactArtifact(BaseModel):
    id: str
