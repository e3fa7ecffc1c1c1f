"""A download that broke off goes on where it was, and only what is whole and right gets its place."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from runfolio import DownloadError
from runfolio._core.part_file import PARTS_DIRECTORY, PartFile, is_there, remove_parts_directory
from runfolio._core.receiving import place_for
from runfolio._sync.transport import Transport

DATA = bytes(range(256)) * 40
MD5 = base64.b64encode(hashlib.md5(DATA).digest()).decode()
URL = "http://store.example.org/objects/download/permission/model.bin"


class LostConnection(httpx.SyncByteStream):
    """These bytes, then nothing more."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __iter__(self) -> Iterator[bytes]:
        yield self._data
        raise httpx.ReadError("lost")


class Store:
    """Answers ranges of DATA and loses the connection after `step` bytes of each answer; keeps what was asked for."""

    def __init__(self, step: int, *, knows_ranges: bool = True) -> None:
        self.ranges: list[str | None] = []
        self._step = step
        self._knows_ranges = knows_ranges

    def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = request.headers.get("Range")
        self.ranges.append(asked)
        start = int(asked[len("bytes=") : -1]) if asked and self._knows_ranges else 0
        status, headers = 200, {}
        if start:
            status, headers = 206, {"Content-Range": f"bytes {start}-{len(DATA) - 1}/{len(DATA)}"}
        rest = DATA[start:]
        if len(rest) <= self._step:
            return httpx.Response(status, headers=headers, content=rest)
        return httpx.Response(status, headers=headers, stream=LostConnection(rest[: self._step]))


def transport_to(store: Store) -> Transport:
    return Transport("http://server.example.org", "secret", timeout_s=5, transport=httpx.MockTransport(store))


def part_of(root: Path, name: str = "model.bin", size: int = len(DATA), seen: list[int] | None = None) -> PartFile:
    target = place_for(root, name)
    return PartFile(root, target, name=name, md5=MD5, size=size, advance=([] if seen is None else seen).append)


def test_a_lost_connection_is_made_up_for_from_where_it_was_however_often_it_is_lost(tmp_path: Path) -> None:
    store = Store(1000)
    seen: list[int] = []

    with part_of(tmp_path, seen=seen) as part:
        transport_to(store).download(URL, part)
        part.keep()

    assert DATA == (tmp_path / "model.bin").read_bytes()
    assert [None, *(f"bytes={at}-" for at in range(1000, len(DATA), 1000))] == store.ranges
    assert len(DATA) == sum(seen)


def test_a_later_call_goes_on_where_the_first_one_was_killed(tmp_path: Path) -> None:
    with part_of(tmp_path) as part:
        part.write(DATA[:4321])
    store = Store(len(DATA))

    with part_of(tmp_path) as part:
        assert part.was_begun
        transport_to(store).download(URL, part)
        part.keep()
    remove_parts_directory(tmp_path)

    assert ["bytes=4321-"] == store.ranges
    assert DATA == (tmp_path / "model.bin").read_bytes()
    assert ["model.bin"] == [path.name for path in tmp_path.iterdir()]


def test_a_store_without_ranges_is_read_from_the_start(tmp_path: Path) -> None:
    with part_of(tmp_path) as part:
        part.write(DATA[:4321])

    with part_of(tmp_path) as part:
        transport_to(Store(len(DATA), knows_ranges=False)).download(URL, part)
        part.keep()

    assert DATA == (tmp_path / "model.bin").read_bytes()


def test_other_bytes_are_not_kept_and_the_next_call_begins_anew(tmp_path: Path) -> None:
    with part_of(tmp_path) as part:
        part.write(b"rotten" + DATA[6:4321])
    with part_of(tmp_path) as part, pytest.raises(DownloadError, match=r"'model.bin' have MD5 .* Download it again"):
        transport_to(Store(len(DATA))).download(URL, part)

    with part_of(tmp_path) as part:
        assert not part.was_begun
        transport_to(Store(len(DATA))).download(URL, part)
        part.keep()

    assert is_there(tmp_path / "model.bin", len(DATA), MD5)


def test_two_programs_that_fetch_the_same_bytes_at_once_both_have_them(tmp_path: Path) -> None:
    with part_of(tmp_path) as one, part_of(tmp_path) as other:
        one.write(DATA[:5000])
        other.write(DATA)
        other.check()
        other.keep()
        one.write(DATA[5000:])
        one.check()
        one.keep()

    assert DATA == (tmp_path / "model.bin").read_bytes()


def test_names_of_two_hundred_characters_and_control_characters_have_a_part_file_too(tmp_path: Path) -> None:
    name = "a/" + "ä" * 100 + "\n\x1b"

    with part_of(tmp_path, name) as part:
        part.write(DATA)
        part.check()
        part.keep()

    assert DATA == (tmp_path / name).read_bytes()
    assert [] == list((tmp_path / PARTS_DIRECTORY).iterdir())
