"""Making runs and taking them up again: the merge rules of upsertBucket."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest

from tests.service import Answer, Service

UPSERT = (
    "mutation($input: UpsertBucketInput!) { upsertBucket(input: $input) { inserted bucket { id name displayName state"
    " tags group jobType notes description config summaryMetrics sweepName host program commit repository exitCode"
    " historyLineCount createdAt project { name entity { name } } } } }"
)
WHOLE = {
    "displayName": "Shown",
    "tags": ["b", "a", "b"],
    "groupName": "g",
    "jobType": "train",
    "notes": "notes\nof two lines",
    "description": "d",
    "config": '{"lr":{"value":0.1}}',
    "summaryMetrics": '{"loss":1}',
    "sweep": "s",
    "host": "h",
    "jobProgram": "train.py",
    "commit": "c0ffee",
    "jobRepo": "git@example.com:x.git",
}
STORED = {
    "displayName": "Shown",
    "tags": ["b", "a"],
    "group": "g",
    "jobType": "train",
    "notes": "notes\nof two lines",
    "description": "d",
    "config": '{"lr":{"value":0.1}}',
    "summaryMetrics": '{"loss":1}',
    "sweepName": "s",
    "host": "h",
    "program": "train.py",
    "commit": "c0ffee",
    "repository": "git@example.com:x.git",
}


async def _upsert(service: Service, user: str = "ada", /, **fields: object) -> dict[str, Any]:
    found: dict[str, Any] = (await _answer(service, user, **fields)).data["upsertBucket"]
    return {**found["bucket"], "inserted": found["inserted"]}


async def _answer(service: Service, user: str = "ada", /, **fields: object) -> Answer:
    # As JSON with escapes, which can hold a lone surrogate.
    content = json.dumps({"query": UPSERT, "variables": {"input": fields}})
    response = await service.http.post("/graphql", content=content, headers=service.headers(user))
    return Answer(response.status_code, response.json())


def _of(run: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    return {name: run[name] for name in fields}


async def test_a_run_without_names_goes_to_one_s_own_uncategorized_and_gets_both(service: Service) -> None:
    made = await _upsert(service)
    by_empty_texts = await _upsert(service, entityName="", modelName="", name="")

    for run in (made, by_empty_texts):
        assert {"name": "uncategorized", "entity": {"name": "ada"}} == run["project"]
        assert re.fullmatch("[a-z0-9]{8}", run["name"])
        assert ("running", True, 0, "{}") == (run["state"], run["inserted"], run["historyLineCount"], run["config"])


async def test_a_made_display_name_counts_the_runs_of_its_project_and_stays(service: Service) -> None:
    made = [await _upsert(service, modelName="counted", name=name) for name in ("one", "two", "one", "three")]

    assert all(re.fullmatch(r"[a-z]+-[a-z]+-\d+", run["displayName"]) for run in made)
    assert ["1", "2", "1", "3"] == [run["displayName"].rpartition("-")[2] for run in made]
    assert made[0]["displayName"] == made[2]["displayName"]


async def test_every_field_is_stored(service: Service) -> None:
    run = await _upsert(service, modelName="fields", name="whole", **WHOLE)

    assert STORED == _of(run, STORED)


@pytest.mark.parametrize("nothing", [{}, dict.fromkeys(WHOLE)], ids=["absent", "null"])
async def test_null_and_absent_leave_every_field_as_it_is(service: Service, nothing: dict[str, None]) -> None:
    name = f"kept{len(nothing)}"
    await _upsert(service, modelName="fields", name=name, **WHOLE)

    run = await _upsert(service, modelName="fields", name=name, **nothing)

    assert STORED == _of(run, STORED)
    assert not run["inserted"]


@pytest.mark.parametrize(
    ("field", "value", "stored_as"),
    [
        ("displayName", "Other", "displayName"),
        ("tags", [], "tags"),
        ("notes", "", "notes"),
        ("groupName", "h", "group"),
        ("config", '{"b":{"value":2}}', "config"),
        ("summaryMetrics", "{}", "summaryMetrics"),
    ],
)
async def test_one_field_is_replaced_whole_and_the_others_stay(
    service: Service, field: str, value: object, stored_as: str
) -> None:
    name = f"replaced-{field}"
    await _upsert(service, modelName="fields", name=name, **WHOLE)

    run = await _upsert(service, modelName="fields", name=name, **{field: value})

    assert STORED | {stored_as: value} == _of(run, STORED)


@pytest.mark.parametrize(
    "config",
    [
        '{"lr":{"value":NaN}}',
        '{"lr":{"value":-Infinity}}',
        '{"big":{"value":4611686018427387904}}',
        '{"bigger":{"value":1180591620717411303424}}',
        '{"a.b":{"value":1},"a":{"value":{"b":2}}}',
        '{"nested":{"value":{"x":[1,2.0,{"y":null}]}}}',
        '{"nul":{"value":"a\\u0000b"}}',
        '{"half":{"value":"\\ud800"}}',
        '{"twice":{"value":1},"twice":{"value":2}}',
        ' { "spaces" : {"value": 1e16 } } ',
        '{"k\\u00fc":{"desc":null,"value":-0.0}}',
        '{"ü":{"value":"模型"}}',
        '{"unwrapped":3}',
    ],
)
async def test_config_and_summary_come_back_byte_for_byte(service: Service, config: str) -> None:
    name = f"bytes{abs(hash(config))}"

    await _upsert(service, modelName="bytes", name=name, config=config, summaryMetrics=config)

    answer = await service.graphql(
        'query($n: String!) { project(name: "bytes") { run(name: $n) { config summaryMetrics } } }', n=name
    )
    assert {"config": config, "summaryMetrics": config} == answer.data["project"]["run"]


async def test_a_lone_surrogate_comes_back_as_its_escape(service: Service) -> None:
    run = await _upsert(
        service, modelName="bytes", name="surrogate", config='{"a":{"value":"\ud800"}}', notes="\0\ud800"
    )

    assert '{"a":{"value":"\\ud800"}}' == run["config"]
    assert "\u2400\ufffd" == run["notes"]


@pytest.mark.parametrize("field", ["config", "summaryMetrics"])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not valid JSON"),
        ("{", "is not valid JSON"),
        ("[]", "must be a JSON object, not list"),
        ("3", "must be a JSON object, not int"),
        ('"{}"', "must be a JSON object, not str"),
        ("null", "must be a JSON object, not NoneType"),
    ],
)
async def test_a_document_that_is_no_object_is_refused_and_makes_no_run(
    service: Service, field: str, text: str, message: str
) -> None:
    answer = await _answer(service, modelName="refused", name="r", **{field: text})

    assert 400 == answer.status
    assert message in answer.error["message"]
    assert {"project": None} == (await service.graphql('{ project(name: "refused") { id } }')).data


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": "a/b"}, "run id 'a/b' contains '/'; not allowed: # % ' , / : ; ? \\ and control characters"),
        ({"name": "a\nb"}, "control characters"),
        ({"name": "r" * 257}, "run id has 257 characters; allowed: 1 to 256"),
        ({"modelName": "p/q"}, "project 'p/q' contains '/'; not allowed: # % / : ? \\ and control characters"),
        ({"modelName": "p" * 129}, "project has 129 characters; allowed: 1 to 128"),
        ({"modelName": "p\0"}, "NUL character"),
        ({"displayName": "d" * 513}, "displayName has 513 characters; allowed: 512"),
        ({"tags": ["x" * 257]}, "has 257 characters; allowed: 1 to 256"),
        ({"tags": [""]}, "has 0 characters; allowed: 1 to 256"),
        ({"tags": [str(number) for number in range(501)]}, "501 tags; allowed: 500"),
        ({"state": "done"}, "state is 'done'; allowed: pending, running, finished, failed"),
    ],
)
async def test_what_is_not_allowed_is_told_with_the_rule(
    service: Service, fields: dict[str, object], message: str
) -> None:
    answer = await _answer(service, **{"modelName": "rules", "name": "r"} | fields)

    assert 400 == answer.status
    assert message in answer.error["message"]


async def test_a_retried_upsert_gives_the_same_run(service: Service) -> None:
    first, second = [await _upsert(service, modelName="again", name="r", **WHOLE) for _ in range(2)]

    assert (True, False) == (first.pop("inserted"), second.pop("inserted"))
    assert first == second


async def test_twenty_clients_that_make_one_run_at_once_make_one(service: Service) -> None:
    await _upsert(service, modelName="race", name="before")
    made = await asyncio.gather(*(_upsert(service, modelName="race", name="r", tags=[str(n)]) for n in range(20)))
    later = await _upsert(service, modelName="race", name="next")

    assert 1 == len({run["id"] for run in made}) == len({run["displayName"] for run in made})
    assert 1 == [run["inserted"] for run in made].count(True)
    assert later["displayName"].endswith("-3")


async def test_twenty_runs_made_at_once_in_a_new_project_are_twenty(service: Service) -> None:
    made = await asyncio.gather(*(_upsert(service, modelName="burst", name=f"r{n}") for n in range(20)))

    assert all(run["inserted"] for run in made)
    assert {str(n) for n in range(1, 21)} == {run["displayName"].rpartition("-")[2] for run in made}


async def test_names_of_runs_belong_to_their_project(service: Service) -> None:
    one, other = [await _upsert(service, modelName=project, name="same") for project in ("here", "there")]

    assert one["id"] != other["id"]
    assert other["inserted"]


async def test_an_entity_of_somebody_else_is_404_and_its_project_is_not_made(service: Service) -> None:
    answer = await _answer(service, entityName="bob", modelName="forged", name="r")

    assert (404, "There is no entity 'bob', or you may not log to it.") == (answer.status, answer.error["message"])
    assert {"project": None} == (await service.graphql('{ project(name: "forged") { id } }', "bob")).data
