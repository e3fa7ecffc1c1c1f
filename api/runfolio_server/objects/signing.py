"""Signed, absolute, expiring URLs for the bytes of files: whoever has one may upload or download that one object.

The key of an object names its owner, so a grant is one owner's by what is signed. Pure. Made by actions and graph/,
checked by endpoints/objects.py.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote
from uuid import UUID

from runfolio_server.domain.object_key import ObjectKey
from runfolio_server.errors import Forbidden

UPLOAD_PATH = "/objects/upload"
DOWNLOAD_PATH = "/objects/download"

SECRET_BYTES_MIN = 32
# Download URLs of one object stay the same this long, so that clients can cache by URL.
STABLE_S = 3600
# Signed with every token: a token of another shape, another purpose or another program never fits.
_DOMAIN = b"runfolio signed url 4"
# Proxies refuse some of them in a path, and routes do not match a line break.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

Purpose = Literal["upload", "download"]


@dataclass(frozen=True, slots=True)
class UploadGrant:
    """Leave to store the bytes of one object, once or again. What it is for is the owner's that the key names.

    `file_name` is the user's name for the file and never part of a path. `object_key` says whose it is; where the bytes
    go is decided anew by each request that brings them (endpoints/objects.py).
    `issued_at` (with a time zone) orders uploads: an older one never replaces a newer.
    `md5` (base64) and `size` (bytes) are those that the body must have; None: not known beforehand.
    `key_id` is the API key of whoever got the leave, which ends when they may not log to the owner any more.
    """

    object_key: ObjectKey
    file_name: str
    issued_at: datetime
    md5: str | None = None
    size: int | None = None
    key_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class DownloadGrant:
    """Leave to read one object; `file_name` is what a browser should call it.

    `artifact_id` is the artifact by which an entity's object is read: the leave ends with it, although the bytes may
    be those of another one too. None for objects of other owners.
    `key_id` is the API key of whoever got the leave, which ends when they may not read the owner any more; None:
    whoever has no key got it, and it ends when not everybody may.
    """

    object_key: ObjectKey
    file_name: str
    artifact_id: int | None = None
    key_id: UUID | None = None


class UrlSigner:
    """Signs and checks URLs with one secret, which every server of one database shares.

    `lifetime_s` is how long a URL works; a download URL works up to an hour longer (up to twice as long, when the
    lifetime is less than an hour). `clock` answers Unix seconds.
    """

    def __init__(self, secret: bytes, lifetime_s: int, clock: Callable[[], float] = time.time) -> None:
        if len(secret) < SECRET_BYTES_MIN:
            raise ValueError(f"the secret has {len(secret)} bytes; allowed: at least {SECRET_BYTES_MIN}")
        self._secret = secret
        self._lifetime_s = lifetime_s
        self._clock = clock

    def upload_url(self, base_url: str, grant: UploadGrant) -> str:
        """Where to PUT the bytes: `{base_url}/objects/upload/{token}`. It works for `lifetime_s` from now."""
        if grant.issued_at.tzinfo is None:
            raise ValueError(f"issued_at is {grant.issued_at}; allowed: a time with a zone")
        expires_at = int(self._clock()) + self._lifetime_s
        claims = [
            str(grant.object_key),
            grant.file_name,
            grant.issued_at.isoformat(),
            grant.md5,
            grant.size,
            _text_of(grant.key_id),
        ]
        return f"{base_url.rstrip('/')}{UPLOAD_PATH}/{self._token('upload', expires_at, claims)}"

    def download_url(self, base_url: str, grant: DownloadGrant) -> str:
        """Where to GET the bytes: `{base_url}/objects/download/{token}/{last part of the file name}`.

        The same grant has the same URL within each hour (each lifetime, when that is shorter).
        """
        stable_s = min(STABLE_S, self._lifetime_s)
        expires_at = (int(self._clock()) // stable_s + 1) * stable_s + self._lifetime_s
        claims = [str(grant.object_key), grant.file_name, grant.artifact_id, _text_of(grant.key_id)]
        token = self._token("download", expires_at, claims)
        last_part = quote(last_part_of(grant.file_name), safe="", errors="replace")
        return f"{base_url.rstrip('/')}{DOWNLOAD_PATH}/{token}/{last_part}"

    def verify_upload(self, token: str) -> UploadGrant:
        """The grant that was signed. Raises Forbidden for a token that is damaged, expired or not for uploads."""
        object_key, file_name, issued_at, md5, size, key_id = self._claims("upload", token)
        at = datetime.fromisoformat(issued_at)
        return UploadGrant(_key_of("upload", object_key), file_name, at, md5, size, _uuid_of(key_id))

    def verify_download(self, token: str) -> DownloadGrant:
        """The grant that was signed. Raises Forbidden for a token that is damaged, expired or not for downloads."""
        object_key, file_name, artifact_id, key_id = self._claims("download", token)
        return DownloadGrant(_key_of("download", object_key), file_name, artifact_id, _uuid_of(key_id))

    def _token(self, purpose: Purpose, expires_at: int, claims: list[str | int | None]) -> str:
        # ASCII JSON, because a name may hold what UTF-8 cannot.
        text = json.dumps([expires_at, *claims], separators=(",", ":"))
        payload = _url_safe(text.encode("ascii"))
        return f"{payload}.{self._signature(purpose, payload)}"

    def _claims(self, purpose: Purpose, token: str) -> list[Any]:
        payload, _, signature = token.rpartition(".")
        # Both sides as text: base64 has several spellings of the same bytes, and only ours may pass.
        given = signature.encode("utf-8", "surrogatepass")
        if not hmac.compare_digest(self._signature(purpose, payload).encode("ascii"), given):
            raise Forbidden(f"This {purpose} URL is damaged, or was not made by this server; ask for a new one.")
        claims: list[Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        expires_at = claims[0]
        if self._clock() >= expires_at:
            raise Forbidden(f"This {purpose} URL has expired; ask for a new one.")
        return claims[1:]

    def _signature(self, purpose: Purpose, payload: str) -> str:
        # The parts before the payload have no NUL, so no two (purpose, payload) pairs are signed as the same bytes.
        signed = b"\0".join((_DOMAIN, purpose.encode("ascii"), payload.encode("utf-8", "surrogatepass")))
        return _url_safe(hmac.new(self._secret, signed, hashlib.sha256).digest())


def last_part_of(file_name: str) -> str:
    """What follows the last slash, fit for a segment of a URL: `file` for no name at all, `_` for control characters.

    >>> last_part_of("media/images/cat.png")
    'cat.png'
    >>> last_part_of("media/..")
    'file'
    """
    last_part = _CONTROL.sub("_", file_name.rpartition("/")[2])
    return "file" if last_part in ("", ".", "..") else last_part


def _key_of(purpose: Purpose, text: str) -> ObjectKey:
    try:
        return ObjectKey.parse(text)
    except ValueError:
        # Signed with our secret, so by a newer server, which knows more kinds of owners.
        raise Forbidden(
            f"This {purpose} URL is for an object that this server does not know; ask for a new one."
        ) from None


def _text_of(key_id: UUID | None) -> str | None:
    return None if key_id is None else key_id.hex


def _uuid_of(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


def _url_safe(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")
