"""Hostile names of runs, projects, entities, streams and paths: exactly that name at every door, or a clear refusal."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from tests.hostile_names import HOSTILE_NAMES
from tests.server.hostile_requests import ask, is_clear, keys_of, outside_of, told
from tests.service import Service

START = "mutation($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { name project { name } } } }"
FIND = "query($p: String!, $r: String!) { project(name: $p) { name run(name: $r) { name } } }"


async def test_runs_have_exactly_their_names_at_every_door_or_none(service: Service) -> None:
    outside = outside_of(service)
    made = 0
    for name in HOSTILE_NAMES:
        status, body = await ask(service, START, input={"name": name, "modelName": "runs", "entityName": "ada"})
        path = quote(name, safe="", errors="replace")
        streamed = await service.http.post(
            f"/files/ada/runs/{path}/file_stream", json={"files": {}}, headers=service.headers("ada")
        )
        page = await service.http.get(f"/ada/runs/runs/{path}")
        assert max(status, streamed.status_code, page.status_code) < 500, name
        if "errors" in body:
            assert is_clear(told(body)), (name, body)
            assert streamed.status_code in (400, 404, 405, 414), (name, streamed.text)
            continue
        if not name:
            # It asks for a name of the server's.
            continue
        made += 1
        _, found = await ask(service, FIND, p="runs", r=name)
        assert found["data"]["project"]["run"], (name, found)
        assert name == body["data"]["upsertBucket"]["bucket"]["name"] == found["data"]["project"]["run"]["name"]
        assert 200 == streamed.status_code, (name, streamed.text)

    assert made > 50
    assert outside == outside_of(service)


async def test_projects_and_entities_have_exactly_their_names_or_none(service: Service) -> None:
    made = 0
    for name in HOSTILE_NAMES:
        status, body = await ask(service, START, input={"name": "r", "modelName": name, "entityName": "ada"})
        _, elsewhere = await ask(service, START, input={"name": "r", "modelName": "p", "entityName": name})
        assert status < 500, name
        # Nobody is called like this; an empty name is the viewer's own.
        assert ("errors" in elsewhere) == (name != ""), (name, elsewhere)
        if "errors" in body:
            assert is_clear(told(body)), (name, body)
            continue
        made += 1
        _, found = await ask(service, FIND, p=name, r="r")
        if name:
            assert name == body["data"]["upsertBucket"]["bucket"]["project"]["name"] == found["data"]["project"]["name"]

    assert made > 50


@pytest.mark.parametrize("route", ["/objects/download/x/{}", "/objects/upload/{}", "/export/ada/{}/runs.ndjson"])
async def test_a_name_in_a_path_leads_to_nothing_that_has_it_not(service: Service, route: str) -> None:
    for name in HOSTILE_NAMES:
        path = route.format(quote(name, safe="", errors="replace"))
        method = "PUT" if "upload" in route else "GET"
        answer = await service.http.request(method, path, headers=service.headers("ada"))
        assert answer.status_code in (200, 307, 400, 403, 404, 405, 414), (name, answer.status_code)
        assert b"nobody's" not in answer.content
        assert "root:" not in answer.text


async def test_names_of_streams_and_of_uploaded_files_touch_nothing(service: Service) -> None:
    await service.start_run("streams")
    outside, keys = outside_of(service), await keys_of(service)

    for name in HOSTILE_NAMES:
        content = json.dumps({"files": {name: {"offset": 0, "content": ["{}"]}}, "uploaded": [name]})
        answer = await service.http.post(
            "/files/ada/p/streams/file_stream", content=content, headers=service.headers("ada")
        )
        assert answer.status_code in (200, 400), (name, answer.text)

    assert (outside, keys) == (outside_of(service), await keys_of(service))
