"""Which stores sign URLs of their own, and with which credentials."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from runfolio_server.objects.open_store import open_store

pytestmark = pytest.mark.anyio

KEY = "runs/6f9619ff8b86/1"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize(
    ("place", "environment", "signed"),
    [
        (
            "s3://bucket/some/place",
            {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-west-1"},
            "https://s3.eu-west-1.amazonaws.com/bucket/some/place/runs/6f9619ff8b86/1?",
        ),
        (
            "az://container/some/place",
            {"AZURE_STORAGE_ACCOUNT_NAME": "account", "AZURE_STORAGE_ACCOUNT_KEY": base64.b64encode(b"key").decode()},
            "https://account.blob.core.windows.net/container/some/place/runs/6f9619ff8b86/1?",
        ),
    ],
)
async def test_a_clouds_store_is_named_by_its_url_and_signs_with_the_credentials_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, place: str, environment: dict[str, str], signed: str
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    url = await open_store(place).signed_url(KEY)

    assert url is not None
    assert url.startswith(signed)


@pytest.mark.parametrize("place", ["/tmp/x", "memory:///"])
async def test_a_directory_and_memory_sign_no_urls(tmp_path: Path, place: str) -> None:
    assert await open_store(tmp_path if place == "/tmp/x" else place).signed_url(KEY) is None
