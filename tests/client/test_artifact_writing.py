"""Artifacts logged, used, named, linked and deleted by the client, without any SDK."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

import runfolio
from runfolio import Api, AsyncApi
from runfolio._sync.transport import Transport
from tests.client.builders import Logger
from tests.live_server import LiveServer

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")


@pytest.fixture
def api(live_server: LiveServer) -> Iterator[Api]:
    with Api(live_server.base_url, live_server.api_key, project="demo") as opened:
        yield opened


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, data in (("a.txt", b"a"), ("sub/b.bin", bytes(range(256)) * 5000), ("sub/empty", b"")):
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "tree"


def test_what_is_logged_comes_back_byte_for_byte(api: Api, tree: Path, tmp_path: Path) -> None:
    run = api.create_run("demo", id="round")

    logged = run.log_artifact(tree, "round", "dataset", ["best"], metadata={"rows": 3}, tags=["small"])
    root = api.artifact("demo/round:best").download(tmp_path / "back")

    assert ("round:v0", "dataset", 3, {"rows": 3}, ["small"]) == (
        logged.name,
        logged.type,
        logged.file_count,
        logged.metadata,
        logged.tags,
    )
    assert {"latest", "best"} == set(logged.aliases)
    assert {path.relative_to(tree): path.read_bytes() for path in tree.rglob("*") if path.is_file()} == {
        path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }
    logged.verify(root)
    assert b"a" == logged.file("a.txt").read()
    assert sum(file.size for file in logged.files()) == logged.size
    assert ["round:v0"] == [artifact.name for artifact in run.logged_artifacts()]


def test_the_same_content_is_the_version_that_is_there_and_gets_the_aliases(api: Api) -> None:
    run = api.create_run("demo", id="same")
    first = run.log_artifact({"x": b"1"}, "same", "model")
    second = run.log_artifact({"x": b"2"}, "same", "model")

    again = run.log_artifact({"x": b"1"}, "same", "model", "best")

    assert ["same:v0", "same:v1", "same:v0"] == [first.name, second.name, again.name]
    assert {"latest", "best"} == set(again.aliases)
    assert [] == api.artifact("demo/same:v1").aliases


def test_bytes_that_the_server_has_are_not_sent_again(
    api: Api, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = api.create_run("demo", id="once")
    run.log_artifact({"x": b"once", "y": b"once"}, "once", "model")
    sent: list[str] = []
    original = Transport.upload

    def counting(self: Transport, url: str, file: object, headers: object = None) -> None:
        sent.append(url)
        original(self, url, file, headers)  # type: ignore[arg-type]

    monkeypatch.setattr(Transport, "upload", counting)
    run.log_artifact({"x": b"once", "z": b"new"}, "once", "model")

    # The one that is new, and the list of both.
    assert 2 == len(sent)


def test_a_run_that_uses_an_artifact_is_in_its_lineage(api: Api) -> None:
    maker, user = api.create_run("demo", id="maker"), api.create_run("demo", id="user")
    data = maker.log_artifact({"x": b"data"}, "chain-data", "dataset")
    used = user.use_artifact("chain-data:latest", used_as="train")
    user.use_artifact(used)
    model = user.log_artifact({"x": b"model"}, "chain-model", "model")

    lineage = model.lineage()

    assert [data.id] == [artifact.id for artifact in user.used_artifacts()]
    assert ["chain-model:v0", "chain-data:v0"] == [artifact.name for artifact in lineage.artifacts]
    assert ["train"] == [edge.used_as for edge in lineage.edges if edge.used_as]
    assert [model.id] == [each.id for each in data.lineage(direction="downstream").artifacts[1:]]


def test_names_and_texts_change_and_content_does_not(api: Api) -> None:
    run = api.create_run("demo", id="names")
    old, new = (run.log_artifact({"x": str(number).encode()}, "names", "model") for number in range(2))

    old.add_alias("best", "stable")
    new.add_alias("best")
    new.add_tag("small", "quick")
    new.remove_tag("quick")
    new.describe(description="good", metadata={"accuracy": 0.9})
    new.describe(metadata={"accuracy": 0.8})
    old.remove_alias("stable", "nothing")
    old.reload()

    assert ([], {"latest", "best"}) == (old.aliases, set(new.aliases))
    assert (["small"], "good", {"accuracy": 0.8}) == (new.tags, new.description, new.metadata)
    assert "0" == old.file("x").read().decode()


def test_a_link_is_a_place_of_its_own(api: Api) -> None:
    model = api.create_run("demo", id="links").log_artifact({"x": b"linked"}, "links", "model")

    linked = model.link("released", aliases="stable")
    again = model.link("ada/demo/released")
    found = api.artifact("demo/released:stable")

    assert ("ada/demo/released:v0", "ada/demo/links:v0") == (linked.path, linked.source_path)
    assert (linked.path, model.id) == (again.path, found.id)
    assert "latest" not in found.aliases or set(found.aliases) == {"latest", "stable"}
    found.unlink()
    with pytest.raises(runfolio.NotFoundError, match="no version 'stable'"):
        api.artifact("demo/released:stable")
    with pytest.raises(runfolio.BadRequestError, match="delete"):
        model.unlink()
    assert model.id == api.artifact("demo/links:v0").id


def test_a_version_with_aliases_is_deleted_only_when_that_is_said(api: Api) -> None:
    run = api.create_run("demo", id="gone")
    model = run.log_artifact({"x": b"gone"}, "gone", "model", "best")

    with pytest.raises(runfolio.BadRequestError, match="aliases"):
        model.delete()
    model.delete(with_aliases=True)
    model.delete(with_aliases=True)

    with pytest.raises(runfolio.NotFoundError):
        api.artifact("demo/gone:v0")
    assert "gone:v1" == run.log_artifact({"x": b"gone"}, "gone", "model").name


@pytest.mark.parametrize(
    ("name", "type", "aliases", "message"),
    [
        ("a/b", "model", [], "not allowed"),
        ("mistake", "mo/del", [], "not a valid type"),
        ("mistake", "model", ["v3"], "name of a version"),
        ("", "model", [], "characters"),
    ],
)
def test_what_is_not_allowed_is_told_before_anything_is_sent(
    api: Api, name: str, type: str, aliases: list[str], message: str
) -> None:
    run = api.create_run("demo", id="mistakes")

    with pytest.raises(runfolio.BadRequestError, match=message):
        run.log_artifact({"x": b"1"}, name, type, aliases)
    assert [] == list(run.logged_artifacts())


def test_another_type_for_a_name_is_refused_with_both(api: Api) -> None:
    run = api.create_run("demo", id="types")
    run.log_artifact({"x": b"1"}, "typed", "model")

    with pytest.raises(runfolio.ApiError, match=r"'model'.*'dataset'"):
        run.log_artifact({"x": b"2"}, "typed", "dataset")


def test_a_name_that_leads_elsewhere_is_refused_at_the_upload(api: Api) -> None:
    run = api.create_run("demo", id="hostile")

    with pytest.raises(runfolio.BadRequestError, match="not a relative path"):
        run.log_artifact({"../x": b"1"}, "hostile", "model")
    assert [] == list(run.logged_artifacts())


def test_others_neither_see_nor_change_an_artifact(api: Api, live_server: LiveServer) -> None:
    model = api.create_run("demo", id="mine").log_artifact({"x": b"mine"}, "mine", "model")
    document = (
        "mutation($u: String!) { createUser(input: {username: $u}) { user { id } }"
        " generateApiKey(input: {username: $u}) { apiKey { name } } }"
    )
    key = Logger(live_server, "demo").graphql(document, u="eve")["generateApiKey"]["apiKey"]["name"]

    with Api(live_server.base_url, key) as hers:
        run = hers.create_run("demo", id="hers")
        with pytest.raises(runfolio.NotFoundError):
            hers.artifact(model.path)
        stolen = type(model)(model._fields, hers._transport)
        for attempt in (
            lambda: stolen.add_alias("mine"),
            lambda: stolen.delete(with_aliases=True),
            lambda: stolen.link("eve/demo/portfolio"),
            lambda: run.use_artifact(stolen),
            lambda: list(stolen.files()),
            stolen.lineage,
        ):
            with pytest.raises(runfolio.NotFoundError):
                attempt()


async def test_the_async_client_logs_and_downloads_side_by_side(live_server: LiveServer, tmp_path: Path) -> None:
    async with AsyncApi(live_server.base_url, live_server.api_key) as api:
        run = await api.create_run("demo", id="async")
        files = {f"{number}.txt": str(number).encode() for number in range(30)}
        logged = await asyncio.gather(
            *(run.log_artifact({**files, "which": str(which).encode()}, "async", "dataset") for which in range(3))
        )
        root = await logged[0].download(tmp_path)

        assert {"async:v0", "async:v1", "async:v2"} == {artifact.name for artifact in logged}
        assert files == {path.name: path.read_bytes() for path in root.glob("*.txt")}
        await logged[0].verify(root)
