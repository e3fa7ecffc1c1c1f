from pydantic import Field

from .base_model import BaseModel
from .fragments import ArtifactFields


class PlaceArtifact(BaseModel):
    place_artifact: "PlaceArtifactPlaceArtifact" = Field(alias="placeArtifact")


class PlaceArtifactPlaceArtifact(BaseModel):
    artifact: "PlaceArtifactPlaceArtifactArtifact"


PlaceArtifactPlaceArtifactArtifact = ArtifactFields
