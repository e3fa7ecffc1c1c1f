"""Hostile names of the entries of artifacts: files come back under exactly these, or are refused and told why."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from uuid import uuid4

from runfolio_server.domain.object_key import ObjectKey
from tests.bucket import over_each_store
from tests.hostile_names import HOSTILE_NAMES
from tests.server.hostile_requests import ask, keys_of, outside_of, told
from tests.service import Service

pytestmark = over_each_store

BEGIN = "mutation($input: BeginArtifactInput!) { beginArtifact(input: $input) { artifact { id state } } }"
UPLOAD = (
    "mutation($input: UploadArtifactFilesInput!) { uploadArtifactFiles(input: $input) {"
    " files { name uploadUrl birthArtifactId } } }"
)
MANIFEST = (
    "mutation($input: UploadArtifactManifestInput!) { uploadArtifactManifest(input: $input) { upload { uploadUrl } } }"
)
FINISH = (
    "mutation($id: ID!) { finishArtifact(input: {artifactId: $id}) { artifact {"
    " id artifactSequence { name } artifactType { name } aliases { alias } tags { name } } } }"
)
FILES = (
    'query($after: String) { project(name: "art") { artifact(name: "entries:latest") {'
    " files(first: 500, after: $after) { pageInfo { hasNextPage endCursor } edges { node { name directUrl } } } } } }"
)
LEADING_ELSEWHERE = ("../a", "a/../../b", "/etc/passwd", "", ".", "a//b", "a\0b", "a\nb", "\ud800", "a" * 1025)
CLEAR = ("allowed", "not a relative path", "is not JSON")


def _is_clear(body: dict[str, Any]) -> bool:
    return any(words in told(body) for words in CLEAR)


def _md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content).digest()).decode()


def _content(name: str) -> bytes:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()


async def _begin(service: Service, **more: object) -> dict[str, Any]:
    wanted = {
        "collection": "entries",
        "type": "data",
        "digest": uuid4().hex,
        "clientId": uuid4().hex,
        "projectName": "art",
        **more,
    }
    _, body = await ask(service, BEGIN, input=wanted)
    return body


async def _finish(service: Service, artifact_id: str, entries: dict[str, dict[str, object]]) -> dict[str, Any]:
    """Bring the manifest and commit; the answer."""
    manifest = json.dumps(
        {
            "version": 1,
            "storagePolicy": "wandb-storage-policy-v1",
            "storagePolicyConfig": {"storageLayout": "V2"},
            "contents": entries,
        }
    ).encode()
    _, body = await ask(service, MANIFEST, input={"artifactId": artifact_id, "md5": _md5(manifest)})
    url = body["data"]["uploadArtifactManifest"]["upload"]["uploadUrl"]
    if url is not None:
        assert 200 == (await service.http.put(url, content=manifest)).status_code
    _, body = await ask(service, FINISH, id=artifact_id)
    return body


async def test_entries_land_and_come_back_under_their_names_or_are_refused(service: Service) -> None:
    outside = outside_of(service)
    artifact_id = (await _begin(service, aliases=["latest"]))["data"]["beginArtifact"]["artifact"]["id"]
    entries: dict[str, dict[str, object]] = {}
    refused: list[str] = []
    for name in HOSTILE_NAMES:
        md5 = _md5(_content(name))
        _, body = await ask(service, UPLOAD, input={"artifactId": artifact_id, "files": [{"name": name, "md5": md5}]})
        if "errors" in body:
            assert _is_clear(body), (name, body)
            refused.append(name)
            continue
        (file,) = body["data"]["uploadArtifactFiles"]["files"]
        assert name == file["name"]
        assert 200 == (await service.http.put(file["uploadUrl"], content=_content(name))).status_code
        entries[name] = {"digest": md5, "size": 32, "birthArtifactID": file["birthArtifactId"]}

    committed = await _finish(service, artifact_id, entries)
    listed: dict[str, str] = {}
    after, is_more = None, True
    while is_more:
        _, body = await ask(service, FILES, after=after)
        page = body["data"]["project"]["artifact"]["files"]
        listed |= {edge["node"]["name"]: edge["node"]["directUrl"] for edge in page["edges"]}
        after, is_more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    assert "errors" not in committed, committed
    assert len(entries) > 150
    assert len(refused) > 60
    assert set(entries) == set(listed)
    for name, url in listed.items():
        got = await service.http.get(url)
        assert (200, _content(name)) == (got.status_code, got.content), name
    assert outside == outside_of(service)
    keys = await keys_of(service, "entity")
    assert [str(ObjectKey.parse(key)) for key in keys] == keys


async def test_a_manifest_with_a_path_that_leads_elsewhere_is_not_committed(service: Service) -> None:
    content = b"entry"
    brought = (await _begin(service, collection="brought"))["data"]["beginArtifact"]["artifact"]["id"]
    file = {"name": "a", "md5": _md5(content)}
    _, body = await ask(service, UPLOAD, input={"artifactId": brought, "files": [file]})
    await service.http.put(body["data"]["uploadArtifactFiles"]["files"][0]["uploadUrl"], content=content)
    entry = {"digest": _md5(content), "size": len(content), "birthArtifactID": brought}
    assert "errors" not in await _finish(service, brought, {"a": entry})

    for name in (
        "../a",
        "a/../../b",
        "/etc/passwd",
        "",
        ".",
        "a//b",
        "a\0b",
        "a\nb",
        "\ud800",
        "a" * 1025,
        "../" * 1365,
    ):
        artifact_id = (await _begin(service, collection="elsewhere"))["data"]["beginArtifact"]["artifact"]["id"]
        refused = await _finish(service, artifact_id, {name: entry})
        assert "errors" in refused, name
        assert _is_clear(refused), (name, refused)
