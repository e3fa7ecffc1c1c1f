"""What belongs to somebody else behaves as if it did not exist: for every field and mutation that the schema has.

Generated from served.graphql: a new field that finds something by name or id, or a new mutation, fails here until it
has a case.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from importlib import resources
from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLObjectType, build_schema

from runfolio_server.graph.relay.node_ids import decode_uuid
from tests.artifact_rows import ArtifactRows
from tests.server.addressed_mutations import MUTATIONS, REQUIRED
from tests.server.permission_cases import DOCUMENTS, FINDING, QUERIES
from tests.server.team_requests import INVITE, make_team
from tests.service import Answer, Service

SERVED = build_schema(resources.files("runfolio_schema").joinpath("served.graphql").read_text(encoding="utf-8"))


def _fields(type_name: str) -> dict[str, Any]:
    kind = SERVED.type_map[type_name]
    assert isinstance(kind, GraphQLObjectType)
    return dict(kind.fields)


@dataclass(frozen=True)
class Names:
    """Addresses of the same shape: of what ada has, or of what nobody has."""

    entity: str
    project: str
    run: str
    run_id: str
    file_id: str
    project_id: str
    entity_id: str
    key_id: str
    session_id: str
    invite_id: str
    user_id: str
    username: str
    artifact: str
    artifact_id: str
    manifest_id: str
    collection: str
    collection_id: str

    def hide(self, text: str) -> str:
        """The text without these names."""
        for place, name in sorted(vars(self).items(), key=lambda item: -len(item[1])):
            text = text.replace(name, f"<{place}>")
        return text


def _id(kind: str, key: object) -> str:
    return base64.b64encode(f"{kind}:{key}".encode()).decode()


@pytest.fixture(scope="module")
async def hers(service: Service) -> Names:
    """What ada has."""
    bucket = await service.start_run("adas-run", "adas-project", config='{"secret": {"value": 1}}')
    await service.log("ada/adas-project/adas-run", 0, ['{"_step":0,"loss":1}'])
    answer = await service.graphql(
        '{ viewer { id defaultEntity { id project(name: "adas-project") { id } } apiKeys { edges { node { id } } } } }'
    )
    viewer = answer.data["viewer"]
    project_id = viewer["defaultEntity"]["project"]["id"]
    rows = ArtifactRows(service.database, int(base64.b64decode(project_id).partition(b":")[2]))
    await rows.collection(1, "adas-weights", "model")
    await rows.version(1, 1, 0, logged_by="adas-run")
    await make_team(service, "adas-team")
    invite = await service.graphql(INVITE, t="adas-team", u="bob")
    session = await service.http.post("/session", json={"key": service.keys["ada"]})
    service.http.cookies.clear()
    return Names(
        entity="ada",
        project="adas-project",
        run="adas-run",
        run_id=bucket["id"],
        file_id=_id("File", f"{decode_uuid('Run', bucket['id'])}:{uuid4()}"),
        project_id=project_id,
        entity_id=viewer["defaultEntity"]["id"],
        key_id=viewer["apiKeys"]["edges"][0]["node"]["id"],
        session_id=session.json()["session"]["id"],
        invite_id=invite.data["createInvite"]["invite"]["id"],
        user_id=viewer["id"],
        username="ada",
        artifact="adas-weights:v0",
        artifact_id=_id("Artifact", 1),
        manifest_id=_id("ArtifactManifest", 1),
        collection="adas-weights",
        collection_id=_id("ArtifactCollection", 1),
    )


@pytest.fixture(scope="module")
async def nobodys() -> Names:
    """What nobody has."""
    return Names(
        entity="nob",
        project="gone-project",
        run="gone-run",
        run_id=_id("Run", uuid4()),
        file_id=_id("File", f"{uuid4()}:{uuid4()}"),
        project_id=_id("Project", 999_999),
        entity_id=_id("Entity", 999_999),
        key_id=_id("ApiKey", uuid4()),
        session_id=_id("BrowserSession", uuid4()),
        invite_id=_id("Invite", uuid4()),
        user_id=_id("User", 999_999),
        username="nob",
        artifact="gone-weights:v0",
        artifact_id=_id("Artifact", 999_999),
        manifest_id=_id("ArtifactManifest", 999_999),
        collection="gone-weights",
        collection_id=_id("ArtifactCollection", 999_999),
    )


def test_every_field_that_finds_something_has_a_case() -> None:
    finding = {
        f"{kind.name}.{name}"
        for kind in SERVED.type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__") and kind.name != "Mutation"
        for name, field in kind.fields.items()
        if FINDING & set(field.args)
    }

    assert finding == set(DOCUMENTS) == set(QUERIES)


def test_every_mutation_has_a_case() -> None:
    assert set(_fields("Mutation")) == set(MUTATIONS)


@pytest.mark.parametrize("field", sorted(DOCUMENTS))
@pytest.mark.parametrize("user", ["eve", "bob", None])
async def test_a_field_answers_for_what_is_ada_s_as_for_what_is_not_there(
    service: Service, hers: Names, nobodys: Names, field: str, user: str | None
) -> None:
    if user is not None:
        await service.start_run("own-run", "own", user)

    for_hers, for_nobodys = [
        await service.graphql(
            DOCUMENTS[field],
            user,
            **{name: getattr(names, name) for name in QUERIES[field] if f"${name}" in DOCUMENTS[field]},
        )
        for names in (hers, nobodys)
    ]

    assert _seen(for_nobodys, nobodys) == _seen(for_hers, hers)
    assert "id" not in json.dumps(for_hers.data)


@pytest.mark.parametrize(
    ("mutation", "number"), [(name, number) for name, (_, inputs) in MUTATIONS.items() for number in range(len(inputs))]
)
async def test_a_mutation_answers_for_what_is_ada_s_as_for_what_is_not_there(
    service: Service, hers: Names, nobodys: Names, mutation: str, number: int
) -> None:
    selection, inputs = MUTATIONS[mutation]
    before = await _everything(service, hers)

    for_hers, for_nobodys = [
        await _mutate(
            service, mutation, selection, {key: getattr(names, name, name) for key, name in inputs[number].items()}
        )
        for names in (hers, nobodys)
    ]

    assert for_hers.status in (403, 404)
    assert _seen(for_nobodys, nobodys) == _seen(for_hers, hers)
    assert before == await _everything(service, hers)


async def test_a_site_admin_sees_no_more_data_than_others(service: Service) -> None:
    await service.start_run("bobs-run", "bobs-project", "bob")

    answer = await service.graphql(
        '{ entity(name: "bob") { id } project(name: "bobs-project", entityName: "bob") { id }'
        ' projects(entityName: "bob") { totalCount } }'
    )

    assert {"entity": None, "project": None, "projects": {"totalCount": 0}} == answer.data


async def test_a_list_of_all_projects_holds_one_s_own_only(service: Service, hers: Names) -> None:
    await service.start_run("own-run", "own", "eve")

    answer = await service.graphql("{ projects { edges { node { name entity { name } user { username } } } } }", "eve")

    nodes = [edge["node"] for edge in answer.data["projects"]["edges"]]
    assert {("eve", "eve")} == {(node["entity"]["name"], node["user"]["username"]) for node in nodes}


async def test_history_for_a_run_of_somebody_else_is_refused_as_for_none(
    service: Service, hers: Names, nobodys: Names
) -> None:
    body = {"files": {"wandb-history.jsonl": {"offset": 0, "content": ['{"_step":9,"forged":1}']}}}

    answers = [
        await service.stream(f"{names.entity}/{names.project}/{names.run}", body, "eve") for names in (hers, nobodys)
    ]

    assert [404, 404] == [answer.status for answer in answers]
    assert _seen(answers[1], nobodys) == _seen(answers[0], hers)
    assert ['{"_step":0,"loss":1}'] == await service.rows(hers.project, hers.run)


async def test_a_name_taken_by_somebody_is_told_to_admins_only(service: Service) -> None:
    query = 'mutation { createUser(input: {username: "ada"}) { user { id } } }'

    assert (409, 403) == ((await service.graphql(query)).status, (await service.graphql(query, "eve")).status)


@pytest.mark.parametrize("key", [None, "0" * 40], ids=["no key", "wrong key"])
@pytest.mark.parametrize("field", [*_fields("Query"), *_fields("Mutation")])
async def test_no_change_is_made_without_a_key_and_nothing_is_answered_to_a_wrong_one(
    service: Service, field: str, key: str | None
) -> None:
    document = DOCUMENTS.get(f"Query.{field}", f"{{ {field} {{ __typename }} }}")
    if field in MUTATIONS:
        document = f"mutation {{ {field}(input: {{}}) {{ __typename }} }}"
    elif key is None:
        pytest.skip("what is public is read without a key; what is ada's is compared below")

    answer = await service.graphql(document, key)

    assert 401 == answer.status
    assert answer.body["errors"]
    assert answer.body.get("data") is None


async def _mutate(service: Service, mutation: str, selection: str, address: dict[str, str]) -> Answer:
    kind = str(_fields("Mutation")[mutation].args["input"].type)
    return await service.graphql(
        f"mutation($input: {kind}) {{ {mutation}(input: $input) {selection} }}",
        "eve",
        input=address | REQUIRED.get(mutation, {}),
    )


async def _everything(service: Service, names: Names) -> Any:
    answer = await service.graphql(
        "query($p: String, $r: String!) { project(name: $p) { description run(name: $r) { displayName state notes tags"
        " config summaryMetrics stopRequested updatedAt files { totalCount } } }"
        " viewer { apiKeys { edges { node { id } } } } projects { totalCount } }",
        p=names.project,
        r=names.run,
    )
    return answer.data


def _seen(answer: Answer, names: Names) -> tuple[int, str]:
    return answer.status, names.hide(json.dumps(answer.body, sort_keys=True))
