"""A large file comes in ranges side by side, each once, and is there whole and right or not at all."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

import httpx
import pytest

from runfolio import ArtifactFile, DownloadError
from runfolio._core import ranged_file
from runfolio._core.part_file import PARTS_DIRECTORY
from runfolio._core.progress import Progress
from runfolio._generated import FileFields
from runfolio._sync import artifact_download, artifact_files
from runfolio._sync.artifact_download import download_files
from runfolio._sync.transport import Transport

DATA = bytes(range(256)) * 40
RANGE = 1000


@pytest.fixture(autouse=True)
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranged_file, "RANGE_BYTES", RANGE)
    for module in (artifact_files, artifact_download):
        monkeypatch.setattr(module, "LARGE_BYTES", 5000)


class Store:
    """Answers ranges of the data; `broken` is how many bytes of each range come before the connection ends."""

    def __init__(self, data: bytes = DATA) -> None:
        self.data = data
        self.asked: list[tuple[int, int]] = []
        self.expired: set[int] = set()
        self.failing: set[int] = set()
        self.has_ranges = True
        self._lock = Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/graphql":
            node = self.fields("http://store/new").model_dump(by_alias=True, mode="json")
            page = {"edges": [{"node": node}], "pageInfo": {"hasNextPage": False, "endCursor": None}}
            return httpx.Response(200, json={"data": {"artifact": {"files": page}}})
        if not self.has_ranges:
            return httpx.Response(200, content=self.data)
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers["Range"])
        assert found is not None
        start, end = int(found[1]), int(found[2]) + 1
        with self._lock:
            if start in self.expired and request.url.path != "/new":
                return httpx.Response(403, text="expired")
            if start in self.failing:
                return httpx.Response(404, text="gone")
            self.asked.append((start, end))
        headers = {"Content-Range": f"bytes {start}-{end - 1}/{len(self.data)}"}
        return httpx.Response(206, headers=headers, content=self.data[start:end])

    def fields(self, url: str = "http://store/old") -> FileFields:
        return FileFields(
            id="1",
            name="sub/large.bin",
            sizeBytes=len(DATA),
            mimetype=None,
            digest=None,
            md5=base64.b64encode(hashlib.md5(DATA).digest()).decode(),
            updatedAt=datetime(2026, 1, 1, tzinfo=UTC),
            directUrl=url,
        )

    def file(self) -> ArtifactFile:
        transport = Transport("http://server", "key", timeout_s=1, transport=httpx.MockTransport(self))
        return ArtifactFile(self.fields(), transport, "QXJ0aWZhY3Q6MQ==")


def test_a_large_file_comes_in_ranges_each_once(tmp_path: Path) -> None:
    store = Store()

    with Progress("x", 0, wanted=False) as progress:
        download_files(tmp_path, [store.file()], progress, 4)

    assert DATA == (tmp_path / "sub/large.bin").read_bytes()
    assert [(start, min(start + RANGE, len(DATA))) for start in range(0, len(DATA), RANGE)] == sorted(store.asked)
    assert len(DATA) == progress.count
    assert ["sub"] == [path.name for path in tmp_path.iterdir()]


def test_only_the_missing_ranges_come_in_the_next_call(tmp_path: Path) -> None:
    store = Store()
    store.failing = {3 * RANGE}
    with pytest.raises(Exception, match="gone"):
        store.file().download(tmp_path)
    assert not (tmp_path / "sub/large.bin").exists()
    (noted,) = (tmp_path / PARTS_DIRECTORY).glob("*.ranges")
    # Others may have been under way, and were stopped.
    done = {int(line.split()[1]) for line in noted.read_text().splitlines()}
    asked, store.failing = len(store.asked), set()

    store.file().download(tmp_path)

    assert DATA == (tmp_path / "sub/large.bin").read_bytes()
    again = sorted(start for start, _ in store.asked[asked:])
    assert {3 * RANGE} <= {*again}
    assert done
    assert [start for start in range(0, len(DATA), RANGE) if start not in done] == again
    assert not (tmp_path / PARTS_DIRECTORY).exists()


def test_an_expired_address_is_asked_for_again_in_the_middle(tmp_path: Path) -> None:
    store = Store()
    store.expired = {2 * RANGE, 7 * RANGE}

    store.file().download(tmp_path)

    assert DATA == (tmp_path / "sub/large.bin").read_bytes()


def test_wrong_bytes_are_refused_and_nothing_of_them_stays(tmp_path: Path) -> None:
    store = Store(DATA[:-1] + b"x")

    with pytest.raises(DownloadError, match="have MD5"):
        store.file().download(tmp_path)

    assert not (tmp_path / "sub").exists()
    assert [] == list((tmp_path / PARTS_DIRECTORY).iterdir())


def test_what_an_earlier_call_has_left_wrong_is_fetched_anew(tmp_path: Path) -> None:
    store = Store()
    store.failing = {3 * RANGE}
    with pytest.raises(Exception, match="gone"):
        store.file().download(tmp_path)
    (part,) = [path for path in (tmp_path / PARTS_DIRECTORY).iterdir() if not path.suffix]
    with part.open("r+b") as stream:
        stream.write(b"rotten")
    store.failing = set()

    store.file().download(tmp_path)

    assert DATA == (tmp_path / "sub/large.bin").read_bytes()


def test_a_store_that_answers_no_ranges_is_told(tmp_path: Path) -> None:
    store = Store()
    store.has_ranges = False

    with pytest.raises(DownloadError, match="http://store answers no ranges"):
        store.file().download(tmp_path)
