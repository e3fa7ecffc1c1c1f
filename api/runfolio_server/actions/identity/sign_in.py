"""API key → Viewer, and the viewer's share of the database. Called once for each request, before anything else."""

from __future__ import annotations

import base64
from collections.abc import Hashable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from runfolio_server.domain.api_keys import hash_api_key
from runfolio_server.domain.viewer import ANONYMOUS, Viewer
from runfolio_server.errors import KeyIsSpent, Unauthenticated, Unavailable, WrongKey
from runfolio_server.key_requests import KeyRequests
from runfolio_server.remembered import RememberedAccess
from runfolio_server.request_note import current_request
from runfolio_server.sql.identity.users import SELECT_VIEWER, TOUCH_API_KEY, KeyOwnerRow
from runfolio_server.sql.pool import Database
from runfolio_server.sql.turns import Purpose

HOW_TO = "Send it as `Authorization: Bearer KEY`, or Basic with user `api`."

SIGNING_IN: Hashable = "signing in"


class SignIn:
    """Signs in by the Authorization header; remembers the viewers of valid keys for a few seconds.

    `key_requests` counts what each key asks for; None: nothing is counted.
    """

    def __init__(
        self, database: Database, remembered: RememberedAccess, key_requests: KeyRequests | None = None
    ) -> None:
        self._database = database
        self._key_requests = key_requests or KeyRequests(0)
        self._viewers = remembered.viewers
        self._viewers_of_ids = remembered.viewers_of_ids

    async def viewer(self, authorization: str | None) -> Viewer:
        """Who sent this header. Raises Unauthenticated when nobody did, WrongKey when the key is nobody's."""
        return (await self.caller(authorization))[0]

    async def caller(self, authorization: str | None, purpose: Purpose = Purpose.READ) -> tuple[Viewer, Database]:
        """Who sent this header, and the database for this one request of theirs.

        Raises Unauthenticated when nobody did, WrongKey when the key is nobody's, KeyIsSpent when it has had all of its
        requests of this minute.
        """
        if not authorization:
            raise no_key()
        return await self.caller_of_hash(hash_api_key(read_key(authorization)), purpose)

    async def caller_of_hash(self, key_hash: bytes, purpose: Purpose = Purpose.READ) -> tuple[Viewer, Database]:
        """Whose key has this hash, and the database for this one request of theirs. Raises WrongKey."""
        viewer = _valid(self._viewers.get(key_hash)) or await self._find(key_hash)
        self._count(key_hash, viewer)
        return viewer, self._database.asked_by(viewer.user_id, key_hash, purpose)

    def _count(self, key_hash: bytes, viewer: Viewer) -> None:
        use = self._key_requests.take(key_hash)
        note = current_request()
        if note is not None:
            note.user_id = viewer.user_id
            note.key_use = use
        if use is not None and not use.is_allowed:
            raise KeyIsSpent(
                f"This API key has had its {use.limit} requests of this minute; the next one begins in"
                f" {use.whole_reset_s} seconds.",
                use.whole_reset_s,
            )

    def anybody(self, address: str) -> tuple[Viewer, Database]:
        """Whoever sends no key, from this address, and the database for this one request of theirs.

        All of them together have the share of one user, and an address that of one key.
        """
        return ANONYMOUS, self._database.asked_by(ANONYMOUS.user_id, address)

    async def owner_of(self, key_id: UUID | None) -> Viewer | None:
        """Whose key this is, of which only the id is known, as long as it is valid; without one anybody."""
        if key_id is None:
            return ANONYMOUS
        viewer = _valid(self._viewers_of_ids.get(key_id))
        if viewer is None:
            database = self._database.asked_by(None, SIGNING_IN, Purpose.WRITE)
            async with database.connection() as connection:
                row = await connection.row(SELECT_VIEWER, None, key_id)
            if row is None:
                return None
            viewer = _viewer_of(row)
            self._viewers_of_ids.put(key_id, viewer)
        return viewer

    async def _find(self, key_hash: bytes) -> Viewer:
        # Whose share that is, nobody knows yet.
        database = self._database.asked_by(None, SIGNING_IN, Purpose.WRITE)
        async with database.connection() as connection:
            row = await connection.row(SELECT_VIEWER, key_hash, None)
        if row is None:
            raise WrongKey(
                "This API key is not valid: it was never issued here, it has expired, or it has been revoked."
            )
        viewer = _viewer_of(row)
        # Where nothing can be written, there is still much to read.
        with suppress(Unavailable):
            async with database.connection() as connection:
                await connection.execute(TOUCH_API_KEY, key_hash)
        self._viewers.put(key_hash, viewer)
        return viewer


def no_key() -> Unauthenticated:
    """What to raise for a request that needs a key and has none."""
    return Unauthenticated(f"This request has no API key. {HOW_TO}")


def _valid(viewer: Viewer | None) -> Viewer | None:
    """The viewer who is remembered, unless their key has expired meanwhile."""
    if viewer is not None and viewer.key_expires_at is not None and viewer.key_expires_at <= datetime.now(UTC):
        return None
    return viewer


def _viewer_of(row: KeyOwnerRow) -> Viewer:
    return Viewer(
        row.user_id,
        row.entity_id,
        row.username,
        row.email,
        row.is_admin,
        row.created_at,
        is_service=row.kind == "service",
        team_roles=dict(zip(row.team_ids, row.roles, strict=True)),
        team_id=row.team_id,
        display_name=row.display_name,
        default_name=row.team_name,
        key_id=row.api_key_id,
        key_scope=row.scope,
        key_project_id=row.project_id,
        key_expires_at=row.expires_at,
    )


def read_key(authorization: str) -> str:
    """The key in `Basic base64(user:KEY)` or `Bearer KEY`. Raises Unauthenticated for another form."""
    scheme, _, rest = authorization.partition(" ")
    rest = rest.strip()
    if scheme.lower() == "bearer" and rest:
        return rest
    if scheme.lower() == "basic":
        try:
            _, _, key = base64.b64decode(rest, validate=True).decode().partition(":")
        except ValueError:  # not ASCII, not base64, or not UTF-8 inside
            key = ""
        if key:
            return key
    raise Unauthenticated(f"The Authorization header is not readable. {HOW_TO}")
