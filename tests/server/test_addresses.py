"""The addresses that SDKs print: until there is a page, a text that says how to read what is there."""

from __future__ import annotations

import json
import shlex
from urllib.parse import quote

import pytest

import runfolio
from tests.service import BASE_URL, Service


def _lines(text: str, beginning: str) -> list[str]:
    """The lines that begin so, and what they go on with, without their indentation."""
    return [line.strip() for line in text.replace("\\\n", "").splitlines() if line.strip().startswith(beginning)]


def _body(text: str) -> dict[str, object]:
    """What the line of curl sends."""
    [line] = _lines(text, "curl")
    words = shlex.split(line)
    body: dict[str, object] = json.loads(words[words.index("-d") + 1])
    return body


async def test_the_address_of_a_run_says_how_to_read_it(service: Service) -> None:
    await service.start_run("first", config='{"lr":{"value":0.1}}')

    answer = await service.http.get("/ada/p/runs/first")
    text = answer.text
    read = await service.http.post("/graphql", json=_body(text), headers=service.headers("ada"))

    assert 200 == answer.status_code
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "first" == read.json()["data"]["project"]["run"]["name"]
    assert ["run = api.run('ada/p/first')"] == _lines(text, "run = ")
    assert ["runfolio runs get ada/p/first"] == _lines(text, "runfolio")
    assert f"RUNFOLIO_BASE_URL={BASE_URL}" in text


async def test_the_address_of_a_project_says_how_to_list_its_runs(service: Service) -> None:
    await service.start_run("first")

    text = (await service.http.get("/ada/p")).text
    read = await service.http.post("/graphql", json=_body(text), headers=service.headers("ada"))

    assert ["first"] == [edge["node"]["name"] for edge in read.json()["data"]["project"]["runs"]["edges"]]
    assert ["runfolio runs ls ada/p"] == _lines(text, "runfolio")


async def test_it_tells_nobody_what_is_there(service: Service) -> None:
    await service.start_run("first", "papers")
    texts = []
    for names in (["ada", "papers", "first"], ["grace", "quarry", "second"]):
        for headers in ({}, service.headers("ada"), {"Authorization": "Bearer wrong"}):
            answer = await service.http.get("/{}/{}/runs/{}".format(*names), headers=headers)
            assert 200 == answer.status_code
            text = answer.text
            for name in names:
                text = text.replace(name, "…")
            texts.append(text)

    assert 1 == len({*texts})


@pytest.mark.parametrize("name", ["it's", "a $(reboot) `b`", "<script>", "größe", "new\nline", 'a"b\\c', "{0}%s"])
async def test_any_name_is_quoted(service: Service, name: str) -> None:
    text = (await service.http.get(f"/ada/{quote(name)}/runs/{quote(name)}")).text

    assert {"e": "ada", "p": name, "r": name} == _body(text)["variables"]
    assert [f"run = api.run({f'ada/{name}/{name}'!r})"] == _lines(text, "run = ")
    command = text.partition("runfolio runs get ")[2].partition("\n\nWith curl")[0]
    assert [f"ada/{name}/{name}"] == shlex.split(command)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        # A wrong prefix: who logs must give up, and who probes must not take it for a healthy server.
        ("POST", "/track/graphql"),
        ("GET", "/track/graphql"),
        ("GET", "/track/healthz"),
        ("GET", "/track/readyz"),
        ("POST", "/ada/p"),
        ("POST", "/ada/p/runs/first"),
        ("POST", "/sdk/otel/v1/metrics"),
        ("GET", "/ada/p/nothing/first"),
        ("GET", "/ada"),
    ],
)
async def test_any_other_path_is_not_there(service: Service, method: str, path: str) -> None:
    assert 404 == (await service.http.request(method, path)).status_code


async def test_it_is_the_address_that_our_client_knows(service: Service) -> None:
    await service.start_run("first")
    async with runfolio.AsyncApi(
        base_url=BASE_URL, api_key=service.keys["ada"], transport=service.http._transport
    ) as api:
        run = await api.run("ada/p/first")

    assert 200 == (await service.http.get(run.url)).status_code
