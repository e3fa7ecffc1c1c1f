"""Hostile names of collections, types, tags and aliases of artifacts: exactly these, or refused and told why."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.hostile_names import HOSTILE_NAMES
from tests.server.artifact_rows import md5_of
from tests.server.hostile_requests import ask, told
from tests.service import Service

FIELDS = "id state artifactSequence { name } artifactType { name } aliases { alias } tags { name }"
BEGIN = f"mutation($input: BeginArtifactInput!) {{ beginArtifact(input: $input) {{ artifact {{ {FIELDS} }} }} }}"
FIND = f'query($name: String!) {{ project(name: "art") {{ artifact(name: $name) {{ {FIELDS} }} }} }}'
MANIFEST = (
    "mutation($input: UploadArtifactManifestInput!) { uploadArtifactManifest(input: $input) { upload { uploadUrl } } }"
)
FINISH = f"mutation($id: ID!) {{ finishArtifact(input: {{artifactId: $id}}) {{ artifact {{ {FIELDS} }} }} }}"
CHANGE = f"mutation($input: ChangeArtifactInput!) {{ changeArtifact(input: $input) {{ artifact {{ {FIELDS} }} }} }}"
CLEAR = ("allowed", "Invalid tag", "not a valid type", "cannot be an alias", "a NUL character")
EMPTY = (
    b'{"version": 1, "storagePolicy": "wandb-storage-policy-v1", "storagePolicyConfig": {"storageLayout": "V2"},'
    b' "contents": {}}'
)


def _is_clear(body: dict[str, Any]) -> bool:
    return any(words in told(body) for words in CLEAR)


async def _begin(service: Service, **more: object) -> dict[str, Any]:
    wanted = {"collection": "named", "type": "data", "digest": uuid4().hex, "clientId": uuid4().hex}
    _, body = await ask(service, BEGIN, input={**wanted, "projectName": "art", **more})
    return body


@pytest.mark.parametrize("what", ["collection", "type", "tags"])
async def test_collections_types_and_tags_are_called_exactly_so_or_refused(service: Service, what: str) -> None:
    made = 0
    for number, name in enumerate(HOSTILE_NAMES):
        begun = await _begin(service, **{"collection": f"{what}-{number}", what: [name] if what == "tags" else name})
        if "errors" in begun:
            assert _is_clear(begun), (name, begun)
            continue
        found = begun["data"]["beginArtifact"]["artifact"]
        assert name in (found["artifactSequence"]["name"], found["artifactType"]["name"], *_names(found["tags"])), name
        made += 1

    assert made > 20


def _names(tags: list[dict[str, str]]) -> list[str]:
    return [tag["name"] for tag in tags]


async def test_aliases_are_exactly_these_and_lead_to_the_version_or_are_refused(service: Service) -> None:
    artifact_id = (await _begin(service, collection="aliased"))["data"]["beginArtifact"]["artifact"]["id"]
    _, body = await ask(service, MANIFEST, input={"artifactId": artifact_id, "md5": md5_of(EMPTY)})
    url = body["data"]["uploadArtifactManifest"]["upload"]["uploadUrl"]
    assert 200 == (await service.http.put(url, content=EMPTY)).status_code
    _, finished = await ask(service, FINISH, id=artifact_id)
    assert "errors" not in finished, finished
    made = 0

    for name in HOSTILE_NAMES:
        _, changed = await ask(service, CHANGE, input={"artifactId": artifact_id, "addAliases": [name]})
        if "errors" in changed:
            assert _is_clear(changed), (name, changed)
            continue
        _, found = await ask(service, FIND, name=f"aliased:{name}")
        assert artifact_id == found["data"]["project"]["artifact"]["id"], name
        assert name in [alias["alias"] for alias in changed["data"]["changeArtifact"]["artifact"]["aliases"]]
        await ask(service, CHANGE, input={"artifactId": artifact_id, "removeAliases": [name]})
        made += 1

    assert made > 100


async def test_a_hostile_name_finds_nothing_that_has_it_not(service: Service) -> None:
    for name in HOSTILE_NAMES:
        status, body = await ask(service, FIND, name=name)
        assert status < 500, (name, body)
        project = None if "errors" in body else body["data"]["project"]
        found = project and project["artifact"]
        assert found is None or found["artifactSequence"]["name"] == name.partition(":")[0], (name, found)
