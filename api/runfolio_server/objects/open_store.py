"""Which store the settings name: a directory, or S3, GCS or Azure by URL. Called by app.py and the worker."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import obstore.store
from obstore.exceptions import BaseError

from runfolio_server.objects.store import ObjectStore, first_line
from runfolio_server.setting_values import SettingsError
from runfolio_server.settings import Settings

CLOUD_SCHEMES = ("s3", "s3a", "gs", "az", "azure", "abfs", "abfss", "adl")
CONNECT_TIMEOUT_S = 10
READ_TIMEOUT_S = 60
# The whole of one request to a store, so it must hold for the largest file at the slowest client.
REQUEST_TIMEOUT_S = 3600


def store_place(settings: Settings) -> str | Path:
    """Where servers and workers with these settings keep their objects, for `open_store`."""
    return settings.object_store or settings.data_dir / "objects"


def open_store(url_or_path: str | Path) -> ObjectStore:
    """A store in a directory (made when missing, closed to other users), or at `s3://`, `gs://` or `az://`.

    Credentials of a cloud come from the environment, under the names its own tools use.
    `memory:///` forgets everything with the process. Raises SettingsError for anything else.
    """
    scheme, separator, _ = str(url_or_path).partition("://")
    if not separator:
        directory = Path(url_or_path).absolute()
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(f"{directory} cannot be a directory for files: {error.strerror}") from error
        return ObjectStore(obstore.store.LocalStore(directory, automatic_cleanup=True), directory)
    if scheme == "memory":
        return ObjectStore(obstore.store.MemoryStore())
    if scheme not in CLOUD_SCHEMES:
        raise SettingsError(
            f"{url_or_path} is not a store for files; allowed: a directory, or a URL of {', '.join(CLOUD_SCHEMES)}"
        )
    try:
        store = obstore.store.from_url(
            str(url_or_path),
            client_options={
                # Whose store answers without TLS, in his own network perhaps, says so by the address he gives.
                "allow_http": True,
                "connect_timeout": timedelta(seconds=CONNECT_TIMEOUT_S),
                "read_timeout": timedelta(seconds=READ_TIMEOUT_S),
                "timeout": timedelta(seconds=REQUEST_TIMEOUT_S),
            },
        )
    except (BaseError, ValueError) as error:
        raise SettingsError(f"{url_or_path} cannot be a store for files: {first_line(error)}") from error
    return ObjectStore(store)
