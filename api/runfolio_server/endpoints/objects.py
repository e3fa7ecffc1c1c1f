"""The bytes of stored objects, behind signed URLs: PUT stores and registers them, GET and HEAD answer them.

Mounted by app.py, which puts `object_store`, `url_signer`, `settings`, and what the owners of objects say
(`check_upload`, `register_upload`, `check_download`) into the app's state.
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
from runfolio_server.errors import AppError, Forbidden, NotFound, TooLarge, Unavailable
from runfolio_server.held_bytes import HeldBytes
from runfolio_server.objects.signing import DOWNLOAD_PATH, UPLOAD_PATH, DownloadGrant, UploadGrant, UrlSigner
from runfolio_server.objects.store import ObjectStore, StoredObject
from runfolio_server.settings import Settings

MD5_BYTES = 16

# Gives the stored bytes to what the grant is for, such as a run's file of that name. Called after the bytes are on
# disk, once for each upload. What it raises is answered.
RegisterUpload: TypeAlias = Callable[[UploadGrant, StoredObject], Awaitable[None]]
# Raise Forbidden when the URL does not count any more, such as that of a deleted run.
CheckUpload: TypeAlias = Callable[[UploadGrant], Awaitable[None]]
CheckDownload: TypeAlias = Callable[[DownloadGrant], Awaitable[None]]


UPLOADS_MAX = 128
UPLOAD_BYTES = 1024 * 1024
"""What an upload waits with in memory: the part of the file that is not written yet. Its key is its URL, so uploads
are shared by address."""


def room_for_uploads() -> HeldBytes:
    """The room of one process; one address has half of it."""
    return HeldBytes(UPLOADS_MAX * UPLOAD_BYTES, UPLOADS_MAX * UPLOAD_BYTES // 2)


async def upload_object(request: Request) -> Response:
    """`PUT /objects/upload/{token}`: store the body and register it; of several the last whole one is the file.

    200 with `{}` and the MD5 as `ETag`; 400 for a wrong Content-Length, Content-MD5 or body, 403 for the token and when
    its owner is gone, 413 over `max_file_bytes`, 503 when it may pass later. Nothing is stored but by a whole body.
    """
    state = request.app.state
    signer: UrlSigner = state.url_signer
    settings: Settings = state.settings
    store: ObjectStore = state.object_store
    register_upload: RegisterUpload = state.register_upload
    check_upload: CheckUpload = state.check_upload

    grant = signer.verify_upload(request.path_params["token"])
    length = _checked_length(request, grant, settings.max_file_bytes)
    expected_md5 = _expected_md5(request, grant)
    if length is None or length > UPLOAD_BYTES:
        # Of a small body the registering tells it as soon.
        await check_upload(grant)
    # A key of its own for each request: the row that is written last leads to bytes that nobody else has written.
    grant = replace(grant, object_key=ObjectKey.fresh(grant.object_key.owner))
    key = str(grant.object_key)
    held: HeldBytes = state.held_uploads
    room = await held.take(share_key(request.client.host if request.client else ""), UPLOAD_BYTES)
    try:
        most = settings.max_file_bytes if grant.size is None else grant.size
        stored = await store.put(key, request.stream(), most, expected_md5=expected_md5)
    finally:
        room.shrink(0)
    try:
        if grant.size not in (None, stored.size):
            raise Forbidden(_other_size(stored.size, grant.size))
        await register_upload(grant, stored)
    except Unavailable:
        # The row may be there all the same. If not, the worker sweeps the object up.
        raise
    except AppError:
        await store.delete(key)
        raise
    answer = json_response({})
    answer.headers["ETag"] = f'"{base64.b64decode(stored.md5_base64).hex()}"'
    return answer


async def download_object(request: Request) -> Response:
    """`GET | HEAD /objects/download/{token}/{name}`: the object, or one range of it.

    The name in the path is for people: it is not looked at. 403 for the token, and when what it is for is gone: SDKs
    then ask for a new URL.
    """
    state = request.app.state
    signer: UrlSigner = state.url_signer
    check_download: CheckDownload = state.check_download

    grant = signer.verify_download(request.path_params["token"])
    await check_download(grant)
    try:
        response = await object_response(request, state.object_store, str(grant.object_key), grant.file_name)
    except NotFound as gone:
        raise Forbidden(f"{gone.message} Ask for a new URL.") from gone
    # A page of another origin may show it, as an image: it has the URL, and no key or cookie goes along.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _checked_length(request: Request, grant: UploadGrant, max_bytes: int) -> int | None:
    """The length that the headers tell, refused before a byte is read; None: the body is counted as it comes."""
    if "Content-Range" in request.headers:
        # RFC 9110 section 14.4: a part must not be taken for the whole.
        raise AppError("Content-Range is not allowed; allowed: the whole file in one request.")
    length = request.headers.get("Content-Length")
    if length is None:
        return None
    if not (length.isascii() and length.isdigit()):
        raise AppError(f"Content-Length is {length!r}; allowed: a number of bytes.")
    if len(length) > 18 or int(length) > max_bytes:
        raise TooLarge(f"The file has {length} bytes; allowed: at most {max_bytes}.")
    if grant.size not in (None, int(length)):
        raise Forbidden(_other_size(int(length), grant.size))
    return int(length)


def _other_size(size: int, signed: int | None) -> str:
    return f"The file has {size} bytes; this upload URL is for one of {signed}."


def _expected_md5(request: Request, grant: UploadGrant) -> str | None:
    """The MD5 that the body must have, base64: as the header says, and as the URL was signed for."""
    given = request.headers.get("Content-MD5")
    if given is None:
        return grant.md5
    try:
        digest = base64.b64decode(given.strip(), validate=True)
    except binascii.Error:
        digest = b""
    if len(digest) != MD5_BYTES:
        raise AppError(f"Content-MD5 is {given!r}; allowed: the base64 of {MD5_BYTES} bytes.")
    expected = base64.b64encode(digest).decode("ascii")
    if grant.md5 not in (None, expected):
        raise Forbidden(f"Content-MD5 is {expected}; this upload URL is for a file with MD5 {grant.md5}.")
    return expected


object_routes: list[Route] = [
    Route(UPLOAD_PATH + "/{token}", answering_errors(upload_object), methods=["PUT"]),
    Route(DOWNLOAD_PATH + "/{token}/{name:path}", answering_errors(download_object), methods=["GET"]),
]
