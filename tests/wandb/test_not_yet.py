"""What this server does not have yet is told in a sentence in the user's line, and the run goes on."""

from __future__ import annotations

import pytest

import runfolio
from tests.wandb.conftest import MakeSDK
from tests.wandb.sdk import SDK


def test_what_is_missing_is_told_by_its_name(sdk: SDK, api: runfolio.Api) -> None:
    raised = sdk.run("not_yet", run=f"missing-{sdk.version}")

    assert "This server has no sweeps yet" in raised["sweep"]
    assert "Did you mean" not in raised["sweep"]
    run = api.run(f"ada/missing/missing-{sdk.version}")
    assert ("finished", [0, 1]) == (run.state, [row["loss"] for row in run.scan_history()])


@pytest.mark.parametrize("version", ["0.31.0", "0.22.3"])
def test_users_are_found_by_name_and_large_variables_arrive(make_sdk: MakeSDK, version: str) -> None:
    found = make_sdk(version).run("find_users")

    assert ["ada", None, True] == found["user"]
    assert ["ada"] == found["users"]
    assert found["nobody"] is None
    assert found["verified"]


def test_registries_are_refused_for_the_organization_that_is_missing(with_artifacts: SDK) -> None:
    raised = with_artifacts.run("registry", project=f"registry-{with_artifacts.version}")

    listed = raised.pop("list")
    assert {"link", "link of a run", "read", "full path"} == {*raised}
    assert [] == [told for told in raised.values() if "Unable to find" not in told or "organization" not in told]
    assert "Registry search API is not enabled" in listed
