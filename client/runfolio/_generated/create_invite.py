from pydantic import Field

from .base_model import BaseModel
from .fragments import InviteFields


class CreateInvite(BaseModel):
    create_invite: "CreateInviteCreateInvite" = Field(alias="createInvite")


class CreateInviteCreateInvite(BaseModel):
    invite: "CreateInviteCreateInviteInvite"
    token: str


CreateInviteCreateInviteInvite = InviteFields
