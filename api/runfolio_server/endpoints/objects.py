"""The bytes of stored objects, behind signed URLs: PUT stores and registers them, GET and HEAD answer them.

Mounted by app.py, which puts `object_store`, `url_signer`, `settings` and `register_upload` into the app's state.
The URL is all the permission that is needed: uploaders and downloaders send no key.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runfolio_server.client_address import share_key
from runfolio_server.domain.object_key import ObjectKey
from runfolio_server.endpoints.answers import answering_errors, json_response
from runfolio_server.endpoints.object_response import object_response
from runfolio_server.errors import AppError, TooLarge, Unavailable
from runfolio_server.held_bytes import HeldBytes
from runfolio_server.objects.signing import DOWNLOAD_PATH, UPLOAD_PATH, UploadGrant, UrlSigner
from runfolio_server.objects.store import ObjectStore, StoredObject
from runfolio_server.settings import Settings

MD5_BYTES = 16

# Gives the stored bytes to what the grant is for, such as a run's file of that name. Called after the bytes are on
# disk, once for each upload. What it raises is answered.
RegisterUpload: TypeAlias = Callable[[UploadGrant, StoredObject], Awaitable[None]]


UPLOADS_MAX = 128
UPLOAD_BYTES = 1024 * 1024
"""What an upload waits with in memory: the part of the file that is not written yet. Its key is its URL, so uploads
are shared by address."""


def room_for_uploads() -> HeldBytes:
    """The room of one process; one address has half of it."""
    return HeldBytes(UPLOADS_MAX * UPLOAD_BYTES, UPLOADS_MAX * UPLOAD_BYTES // 2)


async def upload_object(request: Request) -> Response:
    """`PUT /objects/upload/{token}`: store the body and register it; of several the last whole one is the file.

    200 with `{}`; 400 for a wrong Content-Length, Content-MD5 or body, 403 for the token, 413 over `max_file_bytes`,
    503 when it may pass later. Nothing is stored but by a whole body.
    """
    state = request.app.state
    signer: UrlSigner = state.url_signer
    settings: Settings = state.settings
    store: ObjectStore = state.object_store
    register_upload: RegisterUpload = state.register_upload

    grant = signer.verify_upload(request.path_params["token"])
    _check_length(request, settings.max_file_bytes)
    # A key of its own for each request: the row that is written last leads to bytes that nobody else has written.
    grant = replace(grant, object_key=ObjectKey.fresh(grant.object_key.owner))
    key = str(grant.object_key)
    held: HeldBytes = state.held_uploads
    room = await held.take(share_key(request.client.host if request.client else ""), UPLOAD_BYTES)
    try:
        stored = await store.put(key, request.stream(), settings.max_file_bytes, expected_md5=_expected_md5(request))
    finally:
        room.shrink(0)
    try:
        await register_upload(grant, stored)
    except Unavailable:
        # The row may be there all the same. If not, the worker sweeps the object up.
        raise
    except AppError:
        await store.delete(key)
        raise
    return json_response({})


async def download_object(request: Request) -> Response:
    """`GET | HEAD /objects/download/{token}/{name}`: the object, or one range of it.

    The name in the path is for people: it is not looked at. 403 for the token, 404 when the bytes are gone.
    """
    state = request.app.state
    signer: UrlSigner = state.url_signer
    store: ObjectStore = state.object_store

    grant = signer.verify_download(request.path_params["token"])
    return await object_response(request, store, str(grant.object_key), grant.file_name)


def _check_length(request: Request, max_bytes: int) -> None:
    """Refuse a body by its headers, before a byte of it is read; one without a length is counted as it comes."""
    if "Content-Range" in request.headers:
        # RFC 9110 section 14.4: a part must not be taken for the whole.
        raise AppError("Content-Range is not allowed; allowed: the whole file in one request.")
    length = request.headers.get("Content-Length")
    if length is None:
        return
    if not (length.isascii() and length.isdigit()):
        raise AppError(f"Content-Length is {length!r}; allowed: a number of bytes.")
    if len(length) > 18 or int(length) > max_bytes:
        raise TooLarge(f"The file has {length} bytes; allowed: at most {max_bytes}.")


def _expected_md5(request: Request) -> str | None:
    given = request.headers.get("Content-MD5")
    if given is None:
        return None
    try:
        digest = base64.b64decode(given.strip(), validate=True)
    except binascii.Error:
        digest = b""
    if len(digest) != MD5_BYTES:
        raise AppError(f"Content-MD5 is {given!r}; allowed: the base64 of {MD5_BYTES} bytes.")
    return base64.b64encode(digest).decode("ascii")


object_routes: list[Route] = [
    Route(UPLOAD_PATH + "/{token}", answering_errors(upload_object), methods=["PUT"]),
    Route(DOWNLOAD_PATH + "/{token}/{name:path}", answering_errors(download_object), methods=["GET"]),
]
