"""Signed URLs: what is signed comes back, and nothing else passes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import unquote, urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.domain.object_key import ObjectKey
from runfolio_server.domain.owner import Owner, OwnerKind
from runfolio_server.errors import Forbidden
from runfolio_server.objects.signing import DownloadGrant, UploadGrant, UrlSigner

SECRET = bytes(range(32))
DAY_S = 24 * 3600
NOW = 1_700_000_000
BASE_URL = "https://runs.example.org/prefix"
UPLOAD = UploadGrant(
    object_key=ObjectKey(Owner(OwnerKind.RUN, UUID("6f9619ff-8b86-d011-b42d-00c04fc964ff")), UUID(int=1)),
    file_name="media/größe 1 \"a\" 'b'.png",
    issued_at=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
)
DOWNLOAD = DownloadGrant(object_key=UPLOAD.object_key, file_name=UPLOAD.file_name)

NAMES = [
    "a.txt",
    "with space.txt",
    "dir/sub/名前.json",
    "quo\"te's.txt",
    "../../etc/passwd",
    "/absolute",
    "dir/..",
    "trailing/",
    "back\\slash",
    "line\r\nbreak",
    "question?x=1#hash&%2F",
    "nul\0byte",
    "lone \ud800 surrogate",
    "😀" * 300,
]


class Clock:
    """Unix seconds that the test sets."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def make_signer(clock: Clock | None = None, *, secret: bytes = SECRET, lifetime_s: int = DAY_S) -> UrlSigner:
    return UrlSigner(secret, lifetime_s, clock or Clock())


def token_of(url: str) -> str:
    path = urlsplit(url).path
    assert path.startswith("/prefix/objects/")
    return path.removeprefix("/prefix/objects/").split("/")[1]


def signed(purpose: str, claims: list[int | str | None]) -> str:
    """A token with these claims and a right signature, as another server with the same secret might make it."""
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=")
    content = b"\0".join((b"runfolio signed url 4", purpose.encode(), payload))
    signature = base64.urlsafe_b64encode(hmac.new(SECRET, content, hashlib.sha256).digest()).rstrip(b"=")
    return f"{payload.decode()}.{signature.decode()}"


@pytest.mark.parametrize("name", NAMES)
def test_an_upload_url_gives_its_grant_back(name: str) -> None:
    grant = replace(UPLOAD, file_name=name)
    signer = make_signer()

    url = signer.upload_url(BASE_URL, grant)

    assert url.isascii()
    assert signer.verify_upload(token_of(url)) == grant


def test_an_upload_url_is_for_the_digest_and_the_size_that_were_signed() -> None:
    grant = replace(UPLOAD, md5="1B2M2Y8AsgTpgAmY7PhCfg==", size=7)
    signer = make_signer()

    assert grant == signer.verify_upload(token_of(signer.upload_url(BASE_URL, grant)))


def test_a_download_url_says_by_which_artifact_the_object_is_read() -> None:
    grant = replace(DOWNLOAD, artifact_id=5)
    signer = make_signer()

    assert grant == signer.verify_download(token_of(signer.download_url(BASE_URL, grant)))
    assert signer.download_url(BASE_URL, DOWNLOAD) != signer.download_url(BASE_URL, grant)


@pytest.mark.parametrize("name", NAMES)
def test_a_download_url_gives_its_grant_back(name: str) -> None:
    grant = replace(DOWNLOAD, file_name=name)
    signer = make_signer()

    url = signer.download_url(BASE_URL, grant)

    assert url.isascii()
    assert signer.verify_download(token_of(url)) == grant


@given(st.text())
def test_any_name_is_one_segment_behind_the_token(name: str) -> None:
    url = make_signer().download_url(BASE_URL + "/", DownloadGrant(UPLOAD.object_key, name))

    segments = urlsplit(url).path.split("/")

    assert segments[:4] == ["", "prefix", "objects", "download"]
    assert len(segments) == 6
    assert unquote(segments[5]) not in ("", ".", "..")
    assert urlsplit(url).query == urlsplit(url).fragment == ""


def test_a_change_of_any_bit_of_a_token_is_refused() -> None:
    signer = make_signer()
    token = token_of(signer.upload_url(BASE_URL, UPLOAD))

    for position, character in enumerate(token):
        for bit in range(8):
            flipped = token[:position] + chr(ord(character) ^ (1 << bit)) + token[position + 1 :]
            with pytest.raises(Forbidden, match="damaged"):
                signer.verify_upload(flipped)


@pytest.mark.parametrize(
    "damage",
    [
        lambda token: "",
        lambda token: ".",
        lambda token: token[:-1],
        lambda token: token + "=",
        lambda token: token + "A",
        lambda token: "." + token,
        lambda token: token.replace(".", ""),
        lambda token: token.replace(".", ".."),
        lambda token: token.split(".")[0] + ".",
        lambda token: "." + token.split(".")[1],
        lambda token: token + "é",
        lambda token: token + "\udcff",
        lambda token: "é" + token,
        lambda token: "\udcff" + token,
        lambda token: token.lower(),
        lambda token: token + "\n",
    ],
)
def test_a_damaged_token_is_refused(damage: object) -> None:
    signer = make_signer()
    token = token_of(signer.download_url(BASE_URL, DOWNLOAD))
    assert callable(damage)

    with pytest.raises(Forbidden, match="damaged"):
        signer.verify_download(damage(token))


def test_a_token_works_for_its_purpose_only() -> None:
    signer = make_signer()

    with pytest.raises(Forbidden, match="damaged"):
        signer.verify_download(token_of(signer.upload_url(BASE_URL, UPLOAD)))
    with pytest.raises(Forbidden, match="damaged"):
        signer.verify_upload(token_of(signer.download_url(BASE_URL, DOWNLOAD)))


def test_a_grant_is_for_one_owner_and_a_token_cannot_be_turned_to_another() -> None:
    signer = make_signer()
    mine, _, signature = token_of(signer.upload_url(BASE_URL, UPLOAD)).rpartition(".")
    theirs = replace(UPLOAD, object_key=ObjectKey(Owner(OwnerKind.RUN, UUID(int=7)), UPLOAD.object_key.name))
    other, _, _ = token_of(signer.upload_url(BASE_URL, theirs)).rpartition(".")

    assert signer.verify_upload(f"{mine}.{signature}").object_key.owner == UPLOAD.object_key.owner
    with pytest.raises(Forbidden, match="damaged"):
        signer.verify_upload(f"{other}.{signature}")


@pytest.mark.parametrize(
    "key",
    [
        "sweep/6f9619ff-8b86-d011-b42d-00c04fc964ff/00000000-0000-0000-0000-000000000001",
        "run/../00000000-0000-0000-0000-000000000001",
        "database/0123456789abcdef0123456789abcdef",
        "",
    ],
)
def test_a_token_for_an_object_of_an_unknown_kind_of_owner_is_refused_although_it_is_signed(key: str) -> None:
    signer = make_signer()

    with pytest.raises(Forbidden, match="an object that this server does not know"):
        signer.verify_upload(signed("upload", [NOW + 1, key, "a.txt", "2026-01-02T03:04:05+00:00", None, None, None]))
    with pytest.raises(Forbidden, match="an object that this server does not know"):
        signer.verify_download(signed("download", [NOW + 1, key, "a.txt", None, None]))


def test_a_token_of_another_secret_is_refused() -> None:
    token = token_of(make_signer(secret=b"x" * 32).upload_url(BASE_URL, UPLOAD))

    with pytest.raises(Forbidden, match="damaged"):
        make_signer().verify_upload(token)


def test_an_upload_url_works_for_its_lifetime_and_not_longer() -> None:
    clock = Clock()
    signer = make_signer(clock)
    token = token_of(signer.upload_url(BASE_URL, UPLOAD))

    clock.now = NOW + DAY_S - 1
    assert signer.verify_upload(token) == UPLOAD

    clock.now = NOW + DAY_S
    with pytest.raises(Forbidden, match="This upload URL has expired"):
        signer.verify_upload(token)


@pytest.mark.parametrize(("lifetime_s", "stable_s"), [(DAY_S, 3600), (60, 60)])
def test_a_download_url_is_stable_and_works_for_its_lifetime_and_one_slot(lifetime_s: int, stable_s: int) -> None:
    slot = NOW // stable_s * stable_s
    clock = Clock(slot)
    signer = make_signer(clock, lifetime_s=lifetime_s)
    first = signer.download_url(BASE_URL, DOWNLOAD)

    clock.now = slot + stable_s - 1
    assert signer.download_url(BASE_URL, DOWNLOAD) == first

    clock.now = slot + stable_s
    assert signer.download_url(BASE_URL, DOWNLOAD) != first

    clock.now = slot + stable_s + lifetime_s - 1
    assert signer.verify_download(token_of(first)) == DOWNLOAD

    clock.now = slot + stable_s + lifetime_s
    with pytest.raises(Forbidden, match="This download URL has expired"):
        signer.verify_download(token_of(first))


def test_another_lifetime_does_not_change_urls_that_are_out() -> None:
    token = token_of(make_signer(lifetime_s=DAY_S).upload_url(BASE_URL, UPLOAD))

    assert make_signer(Clock(NOW + DAY_S - 1), lifetime_s=60).verify_upload(token) == UPLOAD


def test_the_time_of_issue_keeps_its_moment_in_any_zone() -> None:
    signer = make_signer()
    elsewhere = UPLOAD.issued_at.astimezone(timezone(timedelta(hours=5, minutes=30)))

    found = signer.verify_upload(token_of(signer.upload_url(BASE_URL, replace(UPLOAD, issued_at=elsewhere))))

    assert found.issued_at - UPLOAD.issued_at == timedelta(0)


def test_a_time_of_issue_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        make_signer().upload_url(BASE_URL, replace(UPLOAD, issued_at=datetime(2026, 1, 1)))


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32"):
        make_signer(secret=b"x" * 31)
