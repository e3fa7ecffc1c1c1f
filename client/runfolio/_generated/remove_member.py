from pydantic import Field

from .base_model import BaseModel


class RemoveMember(BaseModel):
    remove_member: "RemoveMemberRemoveMember" = Field(alias="removeMember")


class RemoveMemberRemoveMember(BaseModel):
    success: bool
