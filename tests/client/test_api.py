"""The sync client against a real server: the front door, attributes of a run, and edits."""

from __future__ import annotations

import math
from datetime import UTC, timedelta

import pytest

import runfolio
from runfolio import Api
from tests.client.builders import Logger
from tests.client.full_run import CONFIG, api, logger
from tests.live_server import LiveServer

__all__ = ["api", "logger"]

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")


def test_the_viewer_owns_the_key(api: Api) -> None:
    viewer = api.viewer

    assert ("ada", True) == (viewer.username, viewer.admin)
    assert viewer.default_entity is not None
    assert "ada" == viewer.default_entity.name == api.default_entity


def test_a_run_has_its_attributes_under_the_names_that_users_know(api: Api) -> None:
    run = api.run("ada/demo/full")

    assert ("full", "earnest-sunset-1", "finished") == (run.id, run.name, run.state)
    assert run.storage_id not in ("full", "earnest-sunset-1")
    assert ("ada", "demo", ["ada", "demo", "full"]) == (run.entity, run.project, run.path)
    assert ("folds", "train", ["baseline"]) == (run.group, run.job_type, run.tags)
    assert run.user is not None
    assert "ada" == run.user.username
    assert 0 == run.exit_code
    for moment in (run.created_at, run.updated_at, run.heartbeat_at, run.finished_at):
        assert moment is not None
        assert UTC is moment.tzinfo
    assert run.created_at <= run.heartbeat_at + timedelta(seconds=1)


def test_config_is_unwrapped_and_the_raw_one_is_as_received(api: Api) -> None:
    run = api.run("ada/demo/full")

    assert CONFIG == run.config
    assert {"value": 0.1} == run.raw_config["lr"]
    assert {"value": {"cli_version": "0.31.0"}} == run.raw_config["_wandb"]


def test_summary_keeps_what_json_cannot_say(api: Api) -> None:
    assert {"loss": 0.25, "worst": math.inf, "_step": 10} == api.run("ada/demo/full").summary


@pytest.mark.parametrize("path", ["ada/demo/full", "/ada/demo/runs/full", "demo/full", "ada/demo/runs/full"])
def test_every_form_of_path_finds_the_run(path: str, api: Api) -> None:
    assert "full" == api.run(path).id


def test_the_url_of_a_run_finds_it_again(api: Api) -> None:
    run = api.run("ada/demo/full")

    assert run.storage_id == api.run(run.url).storage_id


def test_defaults_stand_in_for_entity_and_project(live_server: LiveServer, logger: Logger) -> None:
    with Api(live_server.base_url, live_server.api_key, entity="ada", project="demo") as api:
        assert "full" == api.run("full").id
        assert "full" in [run.id for run in api.runs()]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nobody/demo/full", "There is no entity 'nobody' on http://"),
        ("ada/nothing/full", "There is no project 'nothing' in entity 'ada'"),
        ("ada/demo/nothing", "There is no run 'nothing' in project 'ada/demo'"),
    ],
)
def test_what_is_missing_is_named(path: str, message: str, api: Api) -> None:
    with pytest.raises(runfolio.NotFoundError, match=message):
        api.run(path)


def test_a_wrong_key_is_an_authentication_error(live_server: LiveServer) -> None:
    with Api(live_server.base_url, "0" * 40) as api, pytest.raises(runfolio.AuthenticationError) as caught:
        _ = api.viewer

    assert ("UNAUTHENTICATED", 401) == (caught.value.code, caught.value.status)


def test_update_sends_the_edits_and_shows_what_the_server_has(api: Api, logger: Logger) -> None:
    path = logger.run("edited", config={"lr": 0.1, "gone": 1}, tags=["old"], summary={"loss": 1})
    run = api.run(path)
    run.name, run.notes, run.group, run.job_type = "renamed", "a note", "g", "eval"
    run.tags.append("new")
    run.config["lr"] = math.nan
    del run.config["gone"]
    run.summary["best"] = 2.0

    run.update()

    for seen in (run, api.run(path)):
        assert ("renamed", "a note", "g", "eval") == (seen.name, seen.notes, seen.group, seen.job_type)
        assert ["old", "new"] == seen.tags
        assert "{'lr': nan}" == repr(seen.config)
        assert "{'loss': 1, 'best': 2.0}" == repr(seen.summary)
        assert "_wandb" in seen.raw_config


def test_two_writers_do_not_overwrite_each_other(api: Api, logger: Logger) -> None:
    path = logger.run("shared", config={"a": 1}, tags=["both"])
    mine, theirs = api.run(path), api.run(path)
    theirs.config["theirs"] = True
    theirs.tags.append("theirs")
    theirs.notes = "theirs"
    theirs.update()

    mine.config["mine"] = True
    mine.tags.append("mine")
    mine.update()

    assert {"a": 1, "theirs": True, "mine": True} == mine.config
    assert ["both", "theirs", "mine"] == mine.tags
    assert "theirs" == mine.notes


def test_a_refused_update_keeps_the_edits(api: Api, logger: Logger) -> None:
    run = api.run(logger.run("refused"))
    run.tags = ["x" * 300]

    with pytest.raises(runfolio.BadRequestError, match="allowed: 1 to 256"):
        run.update()

    assert ["x" * 300] == run.tags


def test_reload_forgets_edits_and_sees_news(api: Api, logger: Logger) -> None:
    run = api.run(logger.run("news"))
    run.notes = "not sent"
    logger.stream("news", {"complete": True, "exitcode": 1})

    run.reload()

    assert run.notes is None
    assert ("failed", 1) == (run.state, run.exit_code)


def test_waiting_ends_with_the_run(api: Api, logger: Logger) -> None:
    run = api.run(logger.run("waited"))
    run.notes = "kept"
    logger.stream("waited", {"complete": True, "exitcode": 0})

    assert "finished" == run.wait_until_finished(poll_s=0.01)
    assert "kept" == run.notes


def test_waiting_ends_with_a_run_that_is_preempted(api: Api, logger: Logger) -> None:
    run = api.run(logger.run("preempted"))
    logger.stream("preempted", {"preempting": True})
    run.reload()
    during = (run.state, run.is_living)
    logger.stream("preempted", {"complete": True, "exitcode": 1})
    run.reload()

    assert ("preempting", True) == during
    assert ("preempted", False) == (run.state, run.is_living)
    assert "preempted" == run.wait_until_finished(poll_s=0.01)


def test_stopping_asks_the_run(api: Api, logger: Logger) -> None:
    run = api.run(logger.run("stopped"))

    run.stop()
    run.reload()

    assert run.stop_requested


def test_your_own_documents_are_answered_as_they_are(api: Api) -> None:
    text = 'query($p: String) { project(name: $p) { run(name: "full") { displayName } } }'
    expected = {"project": {"run": {"displayName": "earnest-sunset-1"}}}

    assert expected == api.query(text, {"p": "demo"})
    assert expected == api.query(runfolio.gql(text), {"p": "demo"})


def test_a_mistake_in_your_own_document_is_told(api: Api) -> None:
    with pytest.raises(runfolio.BadRequestError, match="Cannot query field 'nothing'"):
        api.query("{ nothing }")
    with pytest.raises(runfolio.BadRequestError, match="Syntax Error"):
        api.query("{ viewer { ")


def test_notebooks_show_escaped_tables(api: Api, logger: Logger) -> None:
    path = logger.run("html", displayName="<b>bold</b>", config={"<i>": "</td>"})
    runs = api.runs("ada/demo")
    list(runs)

    assert "&lt;b&gt;bold" in api.run(path)._repr_html_()
    assert "&lt;i&gt;" in api.run(path)._repr_html_()
    assert "<b>" not in runs._repr_html_()
    assert "<Run ada/demo/full 'earnest-sunset-1' (finished)>" == repr(api.run("ada/demo/full"))
    assert "secret" not in repr(Api("http://127.0.0.1:1", "secret-secret-secret"))


def test_a_server_that_is_away_is_told_with_what_to_look_at() -> None:
    with (
        Api("http://127.0.0.1:9", "k", timeout=0.3) as api,
        pytest.raises(runfolio.UnavailableError, match="Is the server running"),
    ):
        _ = api.viewer
