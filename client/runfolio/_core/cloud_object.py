"""Objects of S3 and Google Cloud Storage that artifacts refer to, read with the credentials of this machine.

Each class has a twin of the same methods, which client/unasync.py puts in its place. Used by _async/references.py.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from anyio import to_thread

from runfolio._core.errors import DownloadError, MissingExtraError

PIECE_BYTES = 4 * 2**20


class CloudObject:
    """An object by its address `s3://bucket/key` or `gs://bucket/key`."""

    def __init__(self, url: str) -> None:
        self._url = url

    def read(self, write: Callable[[bytes], object]) -> str | None:
        """Hand on its bytes; its ETag. Raises DownloadError, and MissingExtraError without obstore."""
        return _read(self._url, write)


class AsyncCloudObject:
    """See CloudObject."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def read(self, write: Callable[[bytes], object]) -> str | None:
        """See CloudObject."""
        return await to_thread.run_sync(partial(_read, self._url, write))


def _read(url: str, write: Callable[[bytes], object]) -> str | None:
    parts = urlsplit(url)
    key = parts.path.removeprefix("/")
    try:
        from obstore.exceptions import BaseError
    except ImportError as error:
        raise MissingExtraError(
            f"{url!r} is in {parts.scheme}, which needs obstore: pip install 'runfolio[references]'"
        ) from error
    try:
        found = _store(parts.scheme, parts.netloc).get(key)
        for piece in found.stream(min_chunk_size=PIECE_BYTES):
            write(bytes(piece))
    except (BaseError, OSError) as error:
        raise DownloadError(f"{url!r} cannot be read: {error}") from error
    etag: str | None = found.meta.get("e_tag")
    return etag


def _store(scheme: str, bucket: str) -> Any:
    """The bucket, with what the environment says of credentials and endpoint."""
    from obstore.store import GCSStore, S3Store

    if scheme == "gs":
        return GCSStore(bucket)
    # As the W&B SDK calls it; obstore itself reads AWS_ENDPOINT_URL.
    endpoint = os.environ.get("AWS_S3_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT_URL")
    options: dict[str, Any] = {}
    if endpoint:
        options = {"endpoint": endpoint, "client_options": {"allow_http": endpoint.startswith("http:")}}
    if find_spec("boto3") is not None and "AWS_ACCESS_KEY_ID" not in os.environ:
        from obstore.auth.boto3 import Boto3CredentialProvider

        # Profiles, single sign-on and roles, which obstore does not know.
        options["credential_provider"] = Boto3CredentialProvider()
    return S3Store(bucket, **options)
