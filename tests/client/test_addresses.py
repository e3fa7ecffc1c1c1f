"""Every address that is printed is one that is read: below a path, with a slash at the end, behind a proxy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from runfolio import Api
from runfolio._core.answers import error_of
from runfolio.cli import main
from tests.live_server import LiveServer, run_live_server

pytestmark = pytest.mark.usefixtures("anyio_backend")

PATH = "/track"


def proxied(app: ASGIApp) -> ASGIApp:
    """A reverse proxy for what is below PATH: the application gets the path without it."""
    return _below(app, lambda scope: {"path": scope["path"].removeprefix(PATH) or "/"})


def mounted(app: ASGIApp) -> ASGIApp:
    """Another application that has this one mounted at PATH, as Starlette's Mount tells it."""
    return _below(app, lambda scope: {"root_path": PATH})


def _below(app: ASGIApp, told: Callable[[Scope], dict[str, str]]) -> ASGIApp:
    async def pass_on(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await app(scope, receive, send)
        elif f"{scope['path']}/".startswith(f"{PATH}/"):
            await app({**scope, **told(scope), "raw_path": b""}, receive, send)
        else:
            await send({"type": "http.response.start", "status": 418, "headers": []})
            await send({"type": "http.response.body", "body": b"not below the path"})

    return pass_on


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the servers of this module keep files, one after the other."""
    return tmp_path_factory.mktemp("addresses")


@pytest.fixture(scope="module")
def first_keys() -> list[str]:
    """The key that the first of them made, when there was no user."""
    return []


@pytest.fixture(scope="module", params=["proxied", "proxied, setting with a slash", "mounted"])
def server(
    request: pytest.FixtureRequest, database_url: str, data_dir: Path, first_keys: list[str]
) -> Iterator[LiveServer]:
    """A server below PATH, by its address with it."""
    is_mounted = request.param == "mounted"
    base_path = None if is_mounted else PATH + ("/" if "slash" in request.param else "")
    with run_live_server(database_url, data_dir, mounted if is_mounted else proxied, base_path) as running:
        first_keys.append(running.api_key)
        yield replace(running, base_url=running.base_url + PATH, api_key=first_keys[0])


@pytest.fixture(params=["", "/"])
def api(request: pytest.FixtureRequest, server: LiveServer) -> Iterator[Api]:
    """An Api of `ada`, whose base URL may end with a slash."""
    with Api(server.base_url + request.param, server.api_key) as opened:
        yield opened


def test_the_addresses_of_a_run_and_its_project_are_read(api: Api, server: LiveServer) -> None:
    with api.create_run("ada/addresses", id="r1") as run:
        run.log({"loss": 1.0})
    project = api.project("ada/addresses")

    assert f"{server.base_url}/ada/addresses/runs/r1" == run.url
    assert "r1" == api.run(run.url).id == api.run(f"{run.url}/").id == api.run(f"{run.url}/overview").id
    assert "addresses" == api.project(project.url).name
    assert "r1" in [found.id for found in api.runs(project.url)]


def test_the_command_reads_the_address_of_a_run(
    api: Api, server: LiveServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = api.create_run("ada/addresses", id="r2")
    run.finish()
    monkeypatch.setenv("RUNFOLIO_API_KEY", server.api_key)
    monkeypatch.setenv("RUNFOLIO_BASE_URL", f"{server.base_url}/")

    assert 0 == main(["runs", "get", run.url, "--json"])
    assert '"path": "ada/addresses/r2"' in capsys.readouterr().out


def test_a_run_at_another_path_of_the_host_is_on_another_server(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUNFOLIO_API_KEY", server.api_key)
    other = server.base_url.replace(PATH, "/other")

    assert 1 == main(["runs", "get", f"{other}/ada/p/runs/r", "--base-url", server.base_url])
    assert f"give --base-url {other}." in capsys.readouterr().err


def test_files_are_uploaded_and_downloaded_by_the_addresses_that_the_server_gives(
    api: Api, server: LiveServer, tmp_path: Path
) -> None:
    api.create_run("ada/addresses", id="r3").finish()
    answer = api.query(
        'mutation { createRunFiles(input: {entityName: "ada", projectName: "addresses", runName: "r3", '
        'files: ["a.txt"]}) { files { uploadUrl } } }'
    )

    url = answer["createRunFiles"]["files"][0]["uploadUrl"]
    assert url.startswith(f"{server.base_url}/objects/upload/")
    assert 200 == httpx.put(url, content=b"text").status_code
    (file,) = api.run("ada/addresses/r3").files()
    assert file.url.startswith(f"{server.base_url}/objects/download/")
    assert b"text" == file.download(tmp_path).read_bytes()


def test_a_browser_gets_from_the_root_to_the_page_and_from_there_to_the_schema(server: LiveServer) -> None:
    with httpx.Client(follow_redirects=True, headers={"Accept": "text/html"}) as browser:
        page = browser.get(f"{server.base_url}/")
        schema = browser.get(page.url.join("schema.graphql"))

    assert (200, f"{server.base_url}/graphql") == (page.status_code, str(page.url))
    assert f"{server.base_url}/graphql" in page.text
    assert (200, True) == (schema.status_code, "type Query" in schema.text)
    assert str(schema.url) in page.text


def test_a_redirect_to_https_is_told_with_the_path() -> None:
    error = error_of("http://host/track/graphql", 307, b"", "https://host/track/graphql")

    assert "give that as the base URL" in str(error)
    assert "redirects to https://host/track;" in str(error)
