"""What artifacts refer to comes with them, when it is still that: other artifacts, addresses, files, objects of S3."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from runfolio import ArtifactFile, DownloadError
from runfolio._core.progress import Progress
from runfolio._core.reference import entry_address, local_path
from runfolio._sync.artifact_download import download_files
from runfolio._sync.artifact_files import ArtifactFiles
from runfolio._sync.transport import Transport
from tests.bucket import Buckets

FAR = b"what is far away"
MD5 = base64.b64encode(hashlib.md5(FAR).digest()).decode()
HEX = hashlib.md5(FAR).hexdigest()
URL = "http://far.example.org/far.bin"


def node_id(number: int) -> str:
    """The id of an artifact, as servers make it."""
    return base64.b64encode(f"Artifact:{number}".encode()).decode()


def address(number: int, name: str) -> str:
    """How the SDK spells an entry of an artifact."""
    return f"wandb-artifact://{f'Artifact:{number}'.encode().hex()}/{name}"


@dataclass
class World:
    """A server with artifacts by id, each with files by name; `far` answers for every other machine."""

    artifacts: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    client_ids: dict[str, str] = field(default_factory=dict)
    far: Callable[[httpx.Request], httpx.Response] = field(default=lambda _: httpx.Response(404))
    asked: list[httpx.Request] = field(default_factory=list)

    def reference(self, url: str, digest: str, name: str = "far.bin", number: int = 1) -> None:
        """The artifact has a reference."""
        self.artifacts.setdefault(node_id(number), {})[name] = {"directUrl": url, "digest": digest, "md5": None}

    def files(self, number: int = 1) -> list[ArtifactFile]:
        """The files of the artifact, as the client has them."""
        transport = Transport("http://server", "key", timeout_s=1, transport=httpx.MockTransport(self))
        return ArtifactFiles(transport, node_id(number)).load()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.host == "server" and request.url.path == "/graphql":
            body = json.loads(request.content)
            variables = body["variables"]
            if body["operationName"] == "FindArtifact":
                found = variables["id"] or self.client_ids.get(variables["clientId"])
                answer: Any = {"id": found} if found in self.artifacts else None
            else:
                answer = {"files": self._page(self.artifacts[variables["id"]], variables["names"])}
            return httpx.Response(200, json={"data": {"artifact": answer}})
        return self.far(request)

    def _page(self, files: dict[str, dict[str, Any]], names: list[str] | None) -> dict[str, Any]:
        nodes = [
            {"id": name, "name": name, "sizeBytes": 0, "mimetype": None, "updatedAt": "2026-01-01T00:00:00Z", **file}
            for name, file in files.items()
            if not names or name in names
        ]
        return {"edges": [{"node": node} for node in nodes], "pageInfo": {"hasNextPage": False, "endCursor": None}}


def answering(content: bytes = FAR, etag: str | None = None) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(200, content=content, headers={} if etag is None else {"ETag": etag})


@pytest.mark.parametrize(
    ("digest", "etag"),
    [
        ("etag-1", '"etag-1"'),
        ('W/"weak', 'W/"weak"'),
        (MD5, None),
        (HEX, '"of another kind"'),
        # Its client took the address, where nothing told the content.
        (URL, None),
    ],
)
def test_what_is_still_what_was_referred_to_comes(tmp_path: Path, digest: str, etag: str | None) -> None:
    world = World(far=answering(etag=etag))
    world.reference(URL, digest)
    (file,) = world.files()

    file.download(tmp_path)

    assert FAR == (tmp_path / "far.bin").read_bytes() == file.read()
    assert ["far.bin"] == [path.name for path in tmp_path.iterdir()]
    assert not any("authorization" in request.headers for request in world.asked if request.url.host != "server")


def test_what_has_changed_since_is_refused_and_nothing_stays(tmp_path: Path) -> None:
    world = World(far=answering(b"other", '"etag-2"'))
    world.reference(URL, "etag-1")
    (file,) = world.files()

    with pytest.raises(DownloadError, match=r"its digest was 'etag-1', now it has ETag 'etag-2' and MD5 "):
        file.download(tmp_path)
    assert [] == list(tmp_path.iterdir())


def test_what_cannot_be_read_ends_a_download_or_is_left_out_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(far=answering())
    world.reference("ftp://far/x", "d", "unknown.bin")
    world.reference("file:///no/such/file", "d", "gone.bin")
    world.reference(URL, MD5)

    told = r"'unknown.bin' to 'ftp://far/x' .* reads http, https, s3, gs and file"
    with pytest.raises(DownloadError, match=told):
        download_files(tmp_path, world.files()[:1], Progress("x", 0, wanted=False), 2)
    with caplog.at_level(logging.WARNING):
        download_files(tmp_path, world.files(), Progress("x", 0, wanted=False), 2, may_miss_references=True)

    assert ["far.bin"] == [path.name for path in tmp_path.iterdir()]
    assert 2 == len(caplog.records)


def test_files_of_other_artifacts_come_over_several_hops(tmp_path: Path) -> None:
    world = World(far=answering())
    stored = {"directUrl": "http://server/objects/1", "digest": MD5, "md5": MD5, "sizeBytes": len(FAR)}
    world.artifacts[node_id(4)] = {"deep/original.bin": stored}
    world.client_ids["invented"] = node_id(4)
    world.reference("wandb-client-artifact://invented/deep/original.bin", MD5, "third.bin", 3)
    world.reference(address(3, "third.bin"), MD5, "second.bin", 2)
    world.reference(address(2, "second.bin"), MD5, "first.bin", 1)
    (file,) = world.files()

    file.download(tmp_path)

    assert FAR == (tmp_path / "first.bin").read_bytes() == file.read()


def test_references_in_a_circle_and_to_what_is_not_there_are_told(tmp_path: Path) -> None:
    world = World()
    world.reference(address(1, "far.bin"), "d")
    world.reference(address(9, "gone.bin"), "d", "lost.bin")
    circle, lost = world.files()

    with pytest.raises(DownloadError, match="more than 20 hops"):
        circle.download(tmp_path)
    with pytest.raises(Exception, match="There is no artifact 'QXJ0aWZhY3Q6OQ==' for you"):
        lost.read()


@pytest.mark.parametrize("digest", ["md5", "size"])
def test_a_file_of_this_machine_is_copied(tmp_path: Path, digest: str) -> None:
    source = tmp_path / "a ü.bin"
    source.write_bytes(FAR)
    size = base64.b64encode(hashlib.md5(str(len(FAR)).encode()).digest()).decode()
    world = World()
    world.reference(source.as_uri(), {"md5": MD5, "size": size}[digest])
    (file,) = world.files()

    assert FAR == file.download(tmp_path / "to").read_bytes()
    source.write_bytes(b"changed")
    with pytest.raises(DownloadError, match="is not what"):
        file.read()


def test_a_file_of_another_machine_is_not_read() -> None:
    with pytest.raises(DownloadError, match="a file of the machine 'elsewhere'"):
        local_path("file://elsewhere/etc/hosts")


@pytest.mark.parametrize(
    "url", ["wandb-artifact://zz/x", "wandb-artifact://51", "s3://a/b", "x", "wandb-artifact:///x"]
)
def test_what_is_no_address_of_an_entry_is_none(url: str) -> None:
    assert entry_address(url) is None


def test_an_object_of_s3_comes_and_is_compared(
    tmp_path: Path, buckets: Buckets, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in buckets.environment.items():
        monkeypatch.setenv(name, value)
    endpoint = buckets.environment["AWS_ENDPOINT"]
    monkeypatch.setenv("AWS_S3_ENDPOINT_URL", endpoint)
    bucket = buckets.make().split("/")[2]
    httpx.put(f"{endpoint}/{bucket}/some/far.bin", content=FAR).raise_for_status()
    world = World()
    world.reference(f"s3://{bucket}/some/far.bin", HEX)
    world.reference(f"s3://{bucket}/some/far.bin", "0" * 32, "changed.bin")
    world.reference(f"s3://{bucket}/some/gone.bin", HEX, "gone.bin")
    file, changed, gone = world.files()

    assert FAR == file.download(tmp_path).read_bytes()
    with pytest.raises(DownloadError, match=r"is not what 'changed\.bin' refers to"):
        changed.read()
    with pytest.raises(DownloadError, match=r"gone\.bin' cannot be read"):
        gone.read()
