"""References of artifacts: what their addresses mean, and whether bytes are still those that were referred to.

Used by _async/references.py. The digest of a reference is what its client took for it: an ETag, an MD5 in base64 or
hexadecimal, or the address itself where nothing tells the content.
"""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from runfolio._core.errors import DownloadError

HTTP_SCHEMES = frozenset({"http", "https"})
CLOUD_SCHEMES = frozenset({"s3", "gs"})
FILE_SCHEME = "file"
ARTIFACT_SCHEME = "wandb-artifact"
CLIENT_SCHEME = "wandb-client-artifact"
HOPS_MAX = 20
"""Artifacts that refer to each other's files in a circle come to an end here."""


@dataclass(frozen=True, slots=True)
class ArtifactEntryAddress:
    """A file of an artifact: by the artifact's opaque id, or by the id that its client invented for it."""

    artifact_id: str | None
    client_id: str | None
    name: str


def entry_address(url: str) -> ArtifactEntryAddress | None:
    """What `wandb-artifact://HEX/path` and `wandb-client-artifact://ID/path` mean; None for any other address.

    The hexadecimal digits are the id without its base64.

    >>> entry_address("wandb-artifact://41727469666163743a37/a/b.txt")
    ArtifactEntryAddress(artifact_id='QXJ0aWZhY3Q6Nw==', client_id=None, name='a/b.txt')
    """
    scheme, mark, rest = url.partition("://")
    owner, _, name = rest.partition("/")
    if not mark or not owner or not name:
        return None
    if scheme == CLIENT_SCHEME:
        return ArtifactEntryAddress(None, owner, name)
    if scheme != ARTIFACT_SCHEME:
        return None
    try:
        artifact_id = base64.b64encode(bytes.fromhex(owner)).decode("ascii")
    except ValueError:
        return None
    return ArtifactEntryAddress(artifact_id, None, name)


def scheme_of(url: str) -> str:
    """The scheme, in small letters."""
    return url.partition(":")[0].lower()


def local_path(url: str) -> Path:
    """The file of a `file:` address. Raises DownloadError for one of another machine."""
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise DownloadError(f"{url!r} is a file of the machine {parts.netloc!r}.")
    return Path(url2pathname(parts.path) if os.name == "nt" else unquote(parts.path))


class ReferenceCheck:
    """Takes the bytes of a reference, and compares them with its digest."""

    def __init__(self, name: str, url: str, digest: str | None) -> None:
        self._name = name
        self._url = url
        self._digest = digest
        self._md5 = hashlib.md5(usedforsecurity=False)
        self.size = 0

    def restart(self) -> None:
        """Forget what came so far."""
        self._md5 = hashlib.md5(usedforsecurity=False)
        self.size = 0

    def take(self, data: bytes) -> None:
        """Take the next bytes."""
        self._md5.update(data)
        self.size += len(data)

    def check(self, etag: str | None) -> None:
        """Raise DownloadError when the bytes are others than were referred to."""
        if self._digest is None or self._digest == self._url:
            return
        told = None if etag is None else etag.removeprefix("W/").strip('"')
        content = self._md5.digest()
        found = {told, content.hex(), base64.b64encode(content).decode()}
        if scheme_of(self._url) == FILE_SCHEME:
            # A client that was told to compare no content has taken the size for it.
            size = hashlib.md5(str(self.size).encode(), usedforsecurity=False).digest()
            found.add(base64.b64encode(size).decode())
        if self._digest not in found and _unquoted(self._digest) not in found:
            raise DownloadError(
                f"What {self._url!r} has now is not what {self._name!r} refers to: its digest was {self._digest!r}, "
                f"now it has {'no ETag' if told is None else f'ETag {told!r}'} and MD5 {content.hex()}."
            )


def _unquoted(digest: str) -> str:
    return digest.removeprefix("W/").strip('"')
