"""Runs and projects deleted and brought back by the sync client, from a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

import runfolio
from runfolio import Api
from tests.live_server import LiveServer

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")


@pytest.fixture
def api(live_server: LiveServer) -> Iterator[Api]:
    """An Api of `ada`."""
    with Api(live_server.base_url, live_server.api_key) as opened:
        yield opened


def test_a_run_is_deleted_listed_and_undeleted(api: Api) -> None:
    with api.create_run("ada/gone", id="r", name="mine") as run:
        run.log({"loss": 1})
    project = api.project("ada/gone")

    run.delete()
    run.delete(with_artifacts=True)

    with pytest.raises(runfolio.NotFoundError):
        run.reload()
    (gone,) = project.deleted_runs()
    assert ("r", "mine", "finished", True, None, 0) == (
        gone.id,
        gone.name,
        gone.state,
        gone.can_be_undeleted,
        gone.moved_to,
        gone.freed_bytes,
    )
    assert gone.deleted_by is not None
    assert "ada" == gone.deleted_by.username
    assert gone.deleted_at < gone.purge_due_at
    run.undelete()
    run.undelete()
    assert [1] == [row["loss"] for row in project.run("r").scan_history()]
    assert 0 == len(project.deleted_runs())


def test_a_run_is_copied_and_moved_with_what_it_has(api: Api) -> None:
    with api.create_run("ada/from", id="r", name="mine", config={"lr": 0.1}) as run:
        run.log({"loss": 1})
        with pytest.raises(runfolio.ConflictError, match="is running; stop it"):
            run.move("ada/from", id="s")
    target = api.create_project("ada/target")

    copy = run.copy("target")
    run.move("ada/target", id="moved")

    assert ["ada", "target", "moved"] == run.path
    for found in (copy, run, target.run("moved"), target.run(copy.id)):
        assert ("mine", {"lr": 0.1}) == (found.name, found.config)
        assert [1] == [row["loss"] for row in found.scan_history()]
    assert copy.id not in ("r", "moved")
    (gone,) = api.project("ada/from").deleted_runs()
    assert ("r", "ada/target/moved", False) == (gone.id, gone.moved_to, gone.can_be_undeleted)
    with pytest.raises(runfolio.ConflictError, match="It was moved to 'ada/target/moved'"):
        gone.undelete()
    with pytest.raises(runfolio.ConflictError, match="'moved' is taken in 'target'"):
        copy.move("target", id="moved")


def test_who_logs_to_a_run_that_was_deleted_meanwhile_is_told_so(api: Api) -> None:
    run = api.create_run("ada/meanwhile", id="r")
    run.log({"loss": 1})
    run.flush()
    api.run("ada/meanwhile/r").delete()

    run.log({"loss": 2})
    with pytest.raises(runfolio.LogError, match="belongs to a deleted run of 'meanwhile'"):
        run.flush()
    with pytest.raises(runfolio.LogError):
        run.finish()


def test_a_run_is_taken_out_of_a_group_and_a_blank_name_is_made_anew(api: Api) -> None:
    api.create_run("ada/labels", id="r", name="mine", group="g", job_type="train").finish()
    run = api.run("ada/labels/r")

    run.name, run.group, run.job_type = " ", None, ""
    run.update()

    assert re.fullmatch(r"[a-z]+-[a-z]+-\d+", run.name)
    assert [None, None] == [run.group, run.job_type]
    again = api.create_run("ada/labels", id="r", name="mine", group="g")
    assert ("mine", "g") == (again.name, again.group)
    again = api.create_run("ada/labels", id="r", name="", group="")
    assert (True, None) == (again.name != "mine", again.group)
    api.runs("ada/labels").update(display_name="", group="")
    assert again.name not in ("", "mine")


def test_a_project_is_made_described_renamed_deleted_and_restored(api: Api) -> None:
    project = api.create_project("ada/draft", description="first")
    assert "first" == api.create_project("draft", "ada", description="second").description

    project.update(name="trials")
    project.update(description=None)
    assert ("trials", None, project.id) == (project.name, project.description, api.project("ada/draft").id)
    api.create_project("ada/taken")
    with pytest.raises(runfolio.ConflictError, match="exists already"):
        project.update(name="taken")
    project.delete()
    project.delete()
    with pytest.raises(runfolio.NotFoundError):
        api.project("ada/trials")
    (gone,) = [found for found in api.deleted_projects() if found.name == "trials"]
    assert (project.id, None, None) == (gone.id, gone.description, gone.purged_at)
    assert gone.created_at <= gone.deleted_at < gone.purge_due_at
    gone.restore("trials again")
    project.restore()
    assert ("trials again", project.id) == (project.name, api.project("ada/trials again").id)
