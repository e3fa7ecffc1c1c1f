"""Who asks. Made by actions/identity/sign_in.py, passed to every loader and action."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Viewer(msgspec.Struct, frozen=True):
    """The owner of the API key that came with a request; the columns of select_viewer.

    What a viewer may do is not told here: see domain/permission.py.
    """

    user_id: int
    entity_id: int
    username: str
    email: str | None
    is_admin: bool
    created_at: datetime
