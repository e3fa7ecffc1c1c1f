from pydantic import Field

from .base_model import BaseModel


class RevokeInvite(BaseModel):
    revoke_invite: "RevokeInviteRevokeInvite" = Field(alias="revokeInvite")


class RevokeInviteRevokeInvite(BaseModel):
    success: bool
