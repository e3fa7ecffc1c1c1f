"""All files of an artifact at once: side by side, each once, under their names and nowhere else."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from runfolio import ArtifactFile, DownloadError
from runfolio._core.part_file import PARTS_DIRECTORY
from runfolio._core.progress import Progress
from runfolio._generated import FileFields
from runfolio._sync.artifact_download import check_files, download_files
from runfolio._sync.transport import Transport

FILES = {f"sub/{number}.bin": bytes([number]) * (1000 + number) for number in range(20)}
HOSTILE = [
    "../x",
    "a/../../x",
    "/etc/passwd",
    "",
    ".",
    "..",
    "a/",
    "a//b",
    "./a",
    "a/./b",
    "a\0b",
    "../" * 50 + "x",
    f"{PARTS_DIRECTORY}/x",
]


class Store:
    """Answers files by the last part of the URL; keeps what was asked for."""

    def __init__(self, files: dict[str, bytes], expired: int = 0) -> None:
        self.asked: list[str] = []
        self._files = list(files.values())
        self._names = list(files)
        self._expired = expired

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/graphql":
            return httpx.Response(200, json={"data": {"artifact": {"files": self._page(request)}}})
        self.asked.append(request.url.path)
        if self._expired:
            self._expired -= 1
            return httpx.Response(403, text="expired")
        data = self._files[int(request.url.path.rpartition("/")[2])]
        start = int(request.headers.get("Range", "bytes=0-")[len("bytes=") : -1])
        if start:
            return httpx.Response(206, headers={"Content-Range": f"bytes {start}-/"}, content=data[start:])
        return httpx.Response(200, content=data)

    def _page(self, request: httpx.Request) -> dict[str, object]:
        nodes = [file.model_dump(by_alias=True, mode="json") for file in self.fields()]
        return {
            "edges": [{"node": node} for node in nodes if f'"{node["name"]}"' in request.content.decode()],
            "pageInfo": {"hasNextPage": False, "endCursor": None},
        }

    def fields(self) -> list[FileFields]:
        return [
            FileFields(
                id=str(number),
                name=name,
                sizeBytes=len(data),
                mimetype=None,
                digest=None,
                md5=base64.b64encode(hashlib.md5(data).digest()).decode(),
                updatedAt=datetime(2026, 1, 1, tzinfo=UTC),
                directUrl=f"http://store.example.org/{number}",
            )
            for number, (name, data) in enumerate(zip(self._names, self._files, strict=True))
        ]

    def files(self) -> list[ArtifactFile]:
        transport = Transport("http://h", "secret", timeout_s=5, transport=httpx.MockTransport(self))
        return [ArtifactFile(fields, transport, "QXJ0aWZhY3Q6MQ==") for fields in self.fields()]


def download(root: Path, store: Store) -> int:
    with Progress("x", 0, wanted=False) as progress:
        download_files(root, store.files(), progress, 8)
        return progress.count


def part_left_behind(root: Path, store: Store) -> Path:
    """The part file of the first file, after a call that was stopped."""
    (file,) = store.files()
    progress = Progress("x", 0, wanted=False)
    progress.stop()
    with pytest.raises(DownloadError, match="was stopped"):
        file.fetch(root, root / file.name, progress, 8)
    (part,) = (root / PARTS_DIRECTORY).iterdir()
    return part


def test_all_files_come_and_what_is_there_does_not_come_again(tmp_path: Path) -> None:
    store = Store(FILES)

    assert sum(map(len, FILES.values())) == download(tmp_path, store)
    assert FILES == {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*.bin")}
    (tmp_path / "sub/3.bin").write_bytes(b"changed")
    (tmp_path / "sub/4.bin").unlink()
    asked = len(store.asked)
    download(tmp_path, store)

    assert {"/3", "/4"} == set(store.asked[asked:])
    assert FILES["sub/3.bin"] == (tmp_path / "sub/3.bin").read_bytes()
    assert ["sub"] == [path.name for path in tmp_path.iterdir()]


def test_a_file_that_broke_off_goes_on_in_the_next_call(tmp_path: Path) -> None:
    name, data = "model.bin", bytes(range(256)) * 20
    store = Store({name: data})
    part_left_behind(tmp_path, store).write_bytes(data[:1234])

    assert len(data) == download(tmp_path, store)
    assert data == (tmp_path / name).read_bytes()
    assert not (tmp_path / PARTS_DIRECTORY).exists()


def test_what_was_left_wrong_is_fetched_anew(tmp_path: Path) -> None:
    data = bytes(range(256)) * 20
    store = Store({"model.bin": data})
    part_left_behind(tmp_path, store).write_bytes(b"rotten")

    download(tmp_path, store)

    assert data == (tmp_path / "model.bin").read_bytes()


def test_an_address_that_has_expired_is_asked_for_again(tmp_path: Path) -> None:
    store = Store({"a.bin": b"data"}, expired=1)

    download(tmp_path, store)

    assert b"data" == (tmp_path / "a.bin").read_bytes()
    assert 2 == len(store.asked)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_refused_before_anything_is_fetched(name: str, tmp_path: Path) -> None:
    store = Store({"good.bin": b"1", name: b"2"})

    with pytest.raises(DownloadError, match=r"file name"):
        download(tmp_path / "root", store)

    assert [] == store.asked
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "name", ["CON", "a\nb", "\u202ex", "a:b", "x" * 200, "%2e%2e/x", "..x/y", "~", "-rf", "ä", "a\\..\\b"]
)
def test_an_odd_name_is_a_file_of_exactly_that_name(name: str, tmp_path: Path) -> None:
    download(tmp_path, Store({name: b"data"}))

    assert b"data" == (tmp_path / name).read_bytes()
    assert [tmp_path / name] == [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_name_that_no_file_can_have_is_told(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=r"'x{300}' cannot be written"):
        download(tmp_path, Store({"x" * 300: b"data"}))


def test_a_file_and_a_directory_of_one_name_are_told_before_anything_is_fetched(tmp_path: Path) -> None:
    store = Store({"a": b"1", "a/b/c": b"2"})

    with pytest.raises(DownloadError, match=r"a file 'a' and others below that name"):
        download(tmp_path / "root", store)
    assert [] == store.asked


def test_a_link_out_of_the_directory_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "root").mkdir()
    (tmp_path / "root/sub").symlink_to(tmp_path / "outside")

    with pytest.raises(DownloadError, match="through a link"):
        download(tmp_path / "root", Store(FILES))
    assert [] == list((tmp_path / "outside").iterdir())


def test_verification_names_what_is_missing_what_differs_and_what_does_not_belong(tmp_path: Path) -> None:
    store = Store(FILES)
    download(tmp_path, store)
    check_files(tmp_path, store.files(), "ada/demo/x:v0")
    (tmp_path / "sub/3.bin").write_bytes(b"changed")
    (tmp_path / "sub/4.bin").unlink()
    (tmp_path / "more.txt").write_text("mine")

    with pytest.raises(DownloadError) as caught:
        check_files(tmp_path, store.files(), "ada/demo/x:v0")

    for told in ("'sub/3.bin' differs", "'sub/4.bin' is missing", "'more.txt' is no file of it", "download() mends"):
        assert told in str(caught.value)
