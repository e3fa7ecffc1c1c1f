"""Who asks. Made by actions/sign_in.py, passed to every loader and action."""

from __future__ import annotations

import msgspec


class Viewer(msgspec.Struct, frozen=True):
    """The owner of the API key that came with a request; field order is the column order of select_viewer."""

    user_id: int
    entity_id: int
    username: str
    email: str | None
    is_admin: bool

    @property
    def entity_ids(self) -> list[int]:
        """The entities whose projects this viewer may see and change: the personal one."""
        return [self.entity_id]
