"""Who asks. Made by actions/sign_in.py, passed to every loader and action."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Viewer(msgspec.Struct, frozen=True):
    """The owner of the API key that came with a request; the columns of select_viewer, which are UserRow's."""

    user_id: int
    entity_id: int
    username: str
    email: str | None
    is_admin: bool
    created_at: datetime

    @property
    def entity_ids(self) -> list[int]:
        """The entities whose projects this viewer may see and change: the personal one."""
        return [self.entity_id]
