"""A small app with the object routes alone, for tests of uploads and downloads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
from starlette.applications import Starlette
from starlette.types import Scope

from runfolio_server.domain.object_key import ObjectKey
from runfolio_server.domain.owner import Owner, OwnerKind
from runfolio_server.endpoints.objects import object_routes, room_for_uploads
from runfolio_server.errors import Forbidden
from runfolio_server.objects.open_store import open_store
from runfolio_server.objects.signing import DownloadGrant, UploadGrant, UrlSigner
from runfolio_server.objects.store import ObjectStore, StoredObject
from runfolio_server.settings import read_settings

MEBIBYTE = 1024 * 1024
LIFETIME_S = 24 * 3600
MAX_FILE_BYTES = 64 * MEBIBYTE
BASE_URL = "http://runs.test"
OWNER = Owner(OwnerKind.RUN, UUID("6f9619ff-8b86-d011-b42d-00c04fc964ff"))
OBJECT_KEY = ObjectKey(OWNER, UUID("0a1b2c3d-4e5f-4a6b-8c7d-9e8f00112233"))
KEY = str(OBJECT_KEY)
CONTENT = bytes(range(256)) * 4


@dataclass
class Clock:
    """Unix seconds that the test sets."""

    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class ObjectServer:
    """A small app with the object routes, and all that they use."""

    app: Starlette
    http: httpx.AsyncClient
    store: ObjectStore
    signer: UrlSigner
    clock: Clock
    directory: Path
    registered: list[tuple[UploadGrant, StoredObject]] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    """Names of files that their owner no longer has."""

    def upload_url(self, name: str = "a.txt", key: ObjectKey = OBJECT_KEY) -> str:
        return self.signer.upload_url(BASE_URL, UploadGrant(key, name, datetime(2026, 1, 1, tzinfo=UTC)))

    def download_url(self, name: str = "a.txt", key: ObjectKey | None = None) -> str:
        """Of this object; else of the last upload, or of OBJECT_KEY when there was none."""
        last = self.registered[-1][0].object_key if self.registered else OBJECT_KEY
        key = key or last
        return self.signer.download_url(BASE_URL, DownloadGrant(key, name))

    async def put(self, content: bytes) -> None:
        """Put these bytes under OBJECT_KEY, as no upload does that has been there before."""

        async def chunks() -> AsyncIterator[bytes]:
            yield content

        await self.store.put(KEY, chunks(), MAX_FILE_BYTES)

    async def files(self) -> list[str]:
        """The keys of all objects; of a directory all files, so that nothing lies beside them."""
        if self.directory.exists():
            return sorted(str(path.relative_to(self.directory)) for path in self.directory.rglob("*") if path.is_file())
        return sorted([found.key async for page in self.store.pages(OWNER.kind) for found in page])


@asynccontextmanager
async def open_object_server(data_dir: Path, place: str = "", **more: str) -> AsyncIterator[ObjectServer]:
    """The app over a store in `data_dir`, or at this place; what is registered is kept in a list.

    `more` are further settings.
    """
    app = Starlette(routes=object_routes)
    directory = data_dir / "objects"
    clock = Clock()
    signer = UrlSigner(b"s" * 32, LIFETIME_S, clock)
    store = open_store(place or directory)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL) as http:
        server = ObjectServer(app, http, store, signer, clock, directory)

        async def register_upload(grant: UploadGrant, stored: StoredObject) -> None:
            server.registered.append((grant, stored))

        async def check(grant: UploadGrant | DownloadGrant) -> None:
            if grant.file_name in server.gone:
                raise Forbidden(f"{grant.file_name} is gone.")

        app.state.object_store = store
        app.state.held_uploads = room_for_uploads()
        app.state.url_signer = signer
        app.state.settings = read_settings({}, data_dir=str(data_dir), max_file_bytes=str(MAX_FILE_BYTES), **more)
        app.state.register_upload = register_upload
        app.state.check_upload = app.state.check_download = check
        yield server


def message_of(response: httpx.Response) -> str:
    """The one message of an answer that is an error."""
    (error,) = response.json()["errors"]
    message = error["message"]
    assert isinstance(message, str)
    return message


def scope_of(method: str, url: str) -> Scope:
    """The ASGI scope of a request, for a test that plays the web server itself."""
    path = httpx.URL(url).path
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
        "server": ("runs.test", 80),
        "client": ("127.0.0.1", 1),
    }
