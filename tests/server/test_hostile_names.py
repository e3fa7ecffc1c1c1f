"""Hostile names of files: one comes back under exactly that name, or the name is refused and told why.

Nothing outside the store is touched, over a directory and over S3.
"""

from __future__ import annotations

import hashlib

from runfolio_server.domain.names import never_in_names
from runfolio_server.domain.object_key import ObjectKey
from tests.bucket import over_each_store
from tests.hostile_names import HOSTILE_NAMES
from tests.server.hostile_requests import ask, is_clear, keys_of, outside_of
from tests.service import Service

pytestmark = over_each_store

ALLOW = (
    'mutation($files: [String!]!) { createRunFiles(input: {entityName: "ada", projectName: "p", runName: "files",'
    " files: $files}) { files { name uploadUrl listedAs refusal } } }"
)
LIST = (
    'query($names: [String], $after: String) { project(name: "p") { run(name: "files") { files(names: $names,'
    " first: 500, after: $after) { pageInfo { hasNextPage endCursor } edges { node { name directUrl md5 } } } } } }"
)


async def _files(service: Service, names: list[str] | None = None) -> dict[str, dict[str, str]]:
    files: dict[str, dict[str, str]] = {}
    after = None
    while True:
        _, body = await ask(service, LIST, names=names, after=after)
        page = body["data"]["project"]["run"]["files"]
        files |= {edge["node"]["name"]: edge["node"] for edge in page["edges"]}
        if not page["pageInfo"]["hasNextPage"]:
            return files
        after = page["pageInfo"]["endCursor"]


async def test_files_land_and_come_back_under_their_names_or_are_refused(service: Service) -> None:
    await service.start_run("files")
    secret = service.settings.data_dir.parent / "secret.txt"
    secret.write_bytes(b"nobody's")
    outside = outside_of(service)

    _, body = await ask(service, ALLOW, files=list(HOSTILE_NAMES))
    asked = body["data"]["createRunFiles"]["files"]
    taken = {file["name"]: file for file in asked if file["uploadUrl"]}
    for name, file in taken.items():
        put = await service.http.put(file["uploadUrl"], content=_content(name))
        assert 200 == put.status_code, name
    listed = await _files(service)

    assert list(HOSTILE_NAMES) == [file["name"] for file in asked]
    assert all(is_clear(file["refusal"]) for file in asked if not file["uploadUrl"])
    assert len(taken) > 150
    assert len(asked) - len(taken) > 30
    assert {file["listedAs"] for file in taken.values()} == set(listed)
    assert len(taken) == len(listed), "each has a name of its own"
    assert not [name for name in taken if not never_in_names(name) and taken[name]["listedAs"] != name]
    for name, file in taken.items():
        got = await service.http.get(listed[file["listedAs"]]["directUrl"])
        assert (200, _content(name)) == (got.status_code, got.content), name
        assert got.headers["Content-Disposition"].isascii()
    assert outside == outside_of(service)
    assert [str(ObjectKey.parse(key)) for key in await keys_of(service)] == await keys_of(service)


def _content(name: str) -> bytes:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()


async def test_files_are_found_by_the_names_that_they_were_given(service: Service) -> None:
    _, body = await ask(service, ALLOW, files=list(HOSTILE_NAMES))
    taken = {file["name"]: file["listedAs"] for file in body["data"]["createRunFiles"]["files"] if file["uploadUrl"]}
    refused = [name for name in HOSTILE_NAMES if name not in taken]

    found = await _files(service, list(taken))
    # By `./a` a program means its file `a`, which nobody has uploaded.
    others = await _files(service, [name for name in refused if name])

    assert set(taken.values()) == set(found)
    assert {"a"} >= set(others)
