# Made from _async/references.py by client/unasync.py; do not edit.
"""What artifacts refer to and the server does not have: files of other artifacts, and bytes elsewhere.

Called by artifact_files.py.
"""

from __future__ import annotations

from typing import BinaryIO

from runfolio._sync.transport import Transport
from runfolio._core.cloud_object import CloudObject
from runfolio._core.errors import DownloadError, NotFoundError
from runfolio._core.operations import FIND_ARTIFACT
from runfolio._core.reference import (
    CLOUD_SCHEMES,
    FILE_SCHEME,
    HTTP_SCHEMES,
    ArtifactEntryAddress,
    ReferenceCheck,
    local_path,
    scheme_of,
)

READ_BYTES = 2**20


class ReferenceReceiver:
    """Takes the bytes of a reference into a stream, from the start again after `restart`."""

    position = 0

    def __init__(self, check: ReferenceCheck, stream: BinaryIO) -> None:
        self._check = check
        self._stream = stream

    def restart(self) -> None:
        """Forget what came so far."""
        self._check.restart()
        self._stream.seek(0)
        self._stream.truncate()

    def write(self, data: bytes) -> None:
        """Take the next bytes."""
        self._check.take(data)
        self._stream.write(data)

    def check(self) -> None:
        """Nothing: the ETag is told when all is there."""


def fetch_reference(transport: Transport, name: str, url: str, digest: str | None, stream: BinaryIO) -> int:
    """Write what a reference leads to; how many bytes. Raises DownloadError when they are others now, or not there."""
    check = ReferenceCheck(name, url, digest)
    receiver = ReferenceReceiver(check, stream)
    scheme, etag = scheme_of(url), None
    if scheme in HTTP_SCHEMES:
        etag = transport.download(url, receiver)
    elif scheme in CLOUD_SCHEMES:
        etag = CloudObject(url).read(receiver.write)
    elif scheme == FILE_SCHEME:
        _copy(url, receiver)
    else:
        raise DownloadError(
            f"{name!r} refers to {url!r}, which this client cannot read; it reads http, https, s3, gs and file."
        )
    check.check(etag)
    return check.size


def artifact_id_of(transport: Transport, address: ArtifactEntryAddress) -> str:
    """The opaque id of an artifact that somebody refers to. Raises NotFoundError when it is not there, or not yours."""
    variables = {"id": address.artifact_id, "clientId": address.client_id}
    found = (transport.execute(FIND_ARTIFACT, variables)).artifact
    if found is None:
        raise NotFoundError(
            f"There is no artifact {address.artifact_id or address.client_id!r} for you, which has the file "
            f"{address.name!r} that is referred to.",
            code="NOT_FOUND",
        )
    return found.id


def _copy(url: str, receiver: ReferenceReceiver) -> None:
    path = local_path(url)
    try:
        with path.open("rb") as source:
            while data := source.read(READ_BYTES):
                receiver.write(data)
    except OSError as error:
        raise DownloadError(f"{url!r} cannot be read on this machine: {error}") from error
