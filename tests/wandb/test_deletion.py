"""Projects made and runs deleted by the SDK, and what it says of an id that is a tombstone."""

from __future__ import annotations

import re

import pytest

import runfolio
from tests.wandb.conftest import MakeSDK
from tests.wandb.environments import NEWEST

GONE = ("UpsertBucket", "RunResumeStatus", "Run", "ProbeRunInput", "CreateRunFiles")


@pytest.mark.parametrize("version", [NEWEST, "0.22.3"])
def test_a_run_that_the_sdk_deletes_is_gone_for_both_clients_and_comes_back_by_ours(
    make_sdk: MakeSDK, api: runfolio.Api, version: str
) -> None:
    name, run_id = f"made by {version}", "deleted"
    sdk = make_sdk(version)

    found = sdk.run("deletion", project=name, run=run_id, may_fail=GONE, exit_code=None)
    told = sdk.run("tombstone", project=name, run=run_id, may_fail=GONE)

    assert name in found["projects"]
    group, display_name = found["labels"]
    assert group is None
    assert re.fullmatch(r"[a-z]+-[a-z]+-\d+", display_name)
    for resume in ("None", "must", "allow", "never"):
        assert "The run id 'deleted' belongs to a deleted run" in told[resume], resume
    assert "read" in told
    project = api.project(f"ada/{name}")
    (gone,) = project.deleted_runs()
    assert (run_id, True, False) == (gone.id, gone.can_be_undeleted, gone.with_artifacts)
    gone.undelete()
    rows = list(project.run(run_id).scan_history())
    assert [1] == [row["loss"] for row in rows][:1]


def test_the_sdk_deletes_a_project_as_it_does_registries(make_sdk: MakeSDK, api: runfolio.Api) -> None:
    api.create_project("ada/registry")

    told = make_sdk(NEWEST).run("delete_project", id=api.project("ada/registry").id)

    assert {"success": True} == told["deleteModel"]
    (gone,) = [project for project in api.deleted_projects() if project.name == "registry"]
    gone.restore()
    assert "registry" == api.project("ada/registry").name
