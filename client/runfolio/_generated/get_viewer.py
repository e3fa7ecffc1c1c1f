from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import EntityFields, UserFields


class GetViewer(BaseModel):
    viewer: Optional["GetViewerViewer"]


class GetViewerViewer(UserFields):
    email: Optional[str]
    admin: Optional[bool]
    default_entity: Optional["GetViewerViewerDefaultEntity"] = Field(
        alias="defaultEntity"
    )


GetViewerViewerDefaultEntity = EntityFields
