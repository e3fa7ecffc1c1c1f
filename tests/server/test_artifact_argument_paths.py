"""An error of a change of artifacts tells the argument as the door that was asked spells it."""

from __future__ import annotations

from typing import Any

import pytest

from runfolio_server.graph.relay.node_ids import encode_node_id
from tests.artifact_rows import ArtifactRows
from tests.service import Service

pytestmark = pytest.mark.anyio

NONE = encode_node_id("Artifact", 999_999)
HERE = encode_node_id("Artifact", 1)
NO_COLLECTION = encode_node_id("ArtifactCollection", 999_999)
MD5 = "1B2M2Y8AsgTpgAmY7PhCfg=="
NEW = {"collection": "new", "type": "model", "digest": "d", "clientId": "c", "projectName": "p"}
WIRE_NEW = {
    "artifactCollectionName": "new",
    "artifactTypeName": "model",
    "digest": "d",
    "projectName": "p",
    "entityName": "ada",
}
RUN = {"entityName": "ada", "projectName": "p", "runName": "run"}
LIST = {"name": "list", "digest": "no md5", "type": "FULL", **RUN}
SHELF = {"entityName": "ada", "projectName": "p"}

CANONICAL: list[tuple[str, dict[str, Any], str]] = [
    ("beginArtifact", {**NEW, "collection": "a/b"}, "collection"),
    ("beginArtifact", {**NEW, "type": "a/b"}, "type"),
    ("beginArtifact", {**NEW, "clientId": ""}, "clientId"),
    ("beginArtifact", {**NEW, "digest": "d" * 200}, "digest"),
    ("beginArtifact", {**NEW, "aliases": ["v1"]}, "aliases"),
    ("beginArtifact", {**NEW, "tags": ["a/b"]}, "tags"),
    ("beginArtifact", {**NEW, "metadata": "[]"}, "metadata"),
    ("beginArtifact", {**NEW, "ttlSeconds": -1}, "ttlSeconds"),
    ("beginArtifact", {**NEW, "historyStep": -1}, "historyStep"),
    ("uploadArtifactFiles", {"artifactId": NONE, "files": [{"name": "a", "md5": MD5}]}, "artifactId"),
    ("uploadArtifactFiles", {"artifactId": HERE, "files": [{"name": "../a", "md5": MD5}]}, "files[0].name"),
    ("uploadArtifactFiles", {"artifactId": HERE, "files": [{"name": "a", "md5": "no"}]}, "files[0].md5"),
    ("uploadArtifactManifest", {"artifactId": NONE, "md5": MD5}, "artifactId"),
    ("uploadArtifactManifest", {"artifactId": HERE, "md5": "no"}, "md5"),
    ("finishArtifact", {"artifactId": NONE}, "artifactId"),
    ("changeArtifact", {"artifactId": NONE}, "artifactId"),
    ("changeArtifact", {"artifactId": HERE, "description": "d" * 100_001}, "description"),
    ("changeArtifact", {"artifactId": HERE, "metadata": "[]"}, "metadata"),
    ("changeArtifact", {"artifactId": HERE, "addTags": ["a/b"]}, "addTags"),
    ("changeArtifact", {"artifactId": HERE, "addAliases": ["a/b"]}, "addAliases"),
    ("changeArtifact", {"artifactId": HERE, "removeAliases": ["a/b"]}, "removeAliases"),
    ("placeArtifact", {"artifactId": NONE, "projectName": "p", "portfolio": "s"}, "artifactId"),
    ("placeArtifact", {"artifactId": HERE, "projectName": "p", "portfolio": "a/b"}, "portfolio"),
    ("placeArtifact", {"artifactId": HERE, "projectName": "p", "portfolio": "s", "aliases": ["v1"]}, "aliases"),
    ("removeArtifact", {"artifactId": HERE, "collectionId": NO_COLLECTION}, "collectionId"),
    ("deleteArtifactVersion", {"artifactId": NONE}, "artifactId"),
    ("deleteArtifactVersion", {"artifactId": HERE}, "withAliases"),
]
WIRE: list[tuple[str, dict[str, Any], str]] = [
    ("createArtifact", {**WIRE_NEW, "artifactCollectionName": "a/b"}, "artifactCollectionName"),
    ("createArtifact", {**WIRE_NEW, "artifactTypeName": "a/b"}, "artifactTypeName"),
    ("createArtifact", {**WIRE_NEW, "clientID": "\n"}, "clientID"),
    ("createArtifact", {**WIRE_NEW, "ttlDurationSeconds": 10**15}, "ttlDurationSeconds"),
    ("createArtifactManifest", {"artifactID": NONE, **LIST, "digest": ""}, "artifactID"),
    ("createArtifactManifest", {"artifactID": HERE, **LIST}, "digest"),
    (
        "createArtifactFiles",
        {"artifactFiles": [{"artifactID": NONE, "name": "a", "md5": MD5}], "storageLayout": "V2"},
        "artifactFiles.artifactID",
    ),
    (
        "createArtifactFiles",
        {"artifactFiles": [{"artifactID": HERE, "name": "..", "md5": MD5}], "storageLayout": "V2"},
        "artifactFiles[0].name",
    ),
    ("commitArtifact", {"artifactID": NONE}, "artifactID"),
    ("useArtifact", {"artifactID": NONE, **RUN}, "artifactID"),
    ("updateArtifact", {"artifactID": HERE, "tagsToAdd": [{"tagName": "a/b"}]}, "tagsToAdd"),
    ("addAliases", {"artifactID": NONE, "aliases": []}, "artifactID"),
    ("deleteArtifact", {"artifactID": HERE}, "deleteAliases"),
    ("linkArtifact", {"artifactID": HERE, "artifactPortfolioName": "a/b", **SHELF}, "artifactPortfolioName"),
    ("unlinkArtifact", {"artifactID": HERE, "artifactPortfolioID": NO_COLLECTION}, "artifactPortfolioID"),
    ("updateArtifactSequence", {"artifactSequenceID": NO_COLLECTION}, "artifactSequenceID"),
    ("updateArtifactPortfolio", {"artifactPortfolioID": NO_COLLECTION}, "artifactPortfolioID"),
    ("deleteArtifactSequence", {"artifactSequenceID": NO_COLLECTION}, "artifactSequenceID"),
    (
        "moveArtifactSequence",
        {"artifactSequenceID": encode_node_id("ArtifactCollection", 1), "destinationArtifactTypeName": "a/b"},
        "destinationArtifactTypeName",
    ),
]


@pytest.fixture(scope="module", autouse=True)
async def artifact(service: Service) -> None:
    """One artifact with an alias."""
    await service.start_run("run")
    answer = await service.graphql('{ project(name: "p") { internalId } }')
    rows = ArtifactRows(service.database, int(answer.data["project"]["internalId"]))
    await rows.collection(1, "data", "dataset")
    await rows.version(1, 1, 0, ["best"])


@pytest.mark.parametrize(("mutation", "given", "argument"), [*CANONICAL, *WIRE])
async def test_an_error_tells_the_argument_as_its_door_spells_it(
    service: Service, mutation: str, given: dict[str, Any], argument: str
) -> None:
    type_name = mutation[0].upper() + mutation[1:]
    document = f"mutation($input: {type_name}Input!) {{ {mutation}(input: $input) {{ __typename }} }}"

    error = (await service.graphql(document, input=given)).error

    assert f"input.{argument}" == error["extensions"].get("path"), error


@pytest.mark.parametrize(("name", "said"), [("Artifact", "an Artifact"), ("Run", "a Run")])
async def test_an_id_of_something_else_is_refused_in_good_grammar(service: Service, name: str, said: str) -> None:
    field = "artifact" if name == "Artifact" else "node"
    other = encode_node_id("Project", 1)
    document = {
        "artifact": "query($id: ID) { artifact(id: $id) { id } }",
        "node": "mutation($id: ID!) { recordArtifactUse(input: {runId: $id, artifactId: $id}) { __typename } }",
    }[field]

    error = (await service.graphql(document, id=other)).error

    assert f"is not the id of {said}" in error["message"]
