from typing import Optional

from .base_model import BaseModel
from .fragments import InviteFields


class ListInvites(BaseModel):
    viewer: Optional["ListInvitesViewer"]


class ListInvitesViewer(BaseModel):
    invites: Optional[list["ListInvitesViewerInvites"]]


ListInvitesViewerInvites = InviteFields
