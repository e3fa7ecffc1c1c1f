"""Users, keys and teams by the unmodified `wandb.Api()`, and runs of a team by the unmodified SDK."""

from __future__ import annotations

from typing import Any

import pytest

import runfolio
from tests.wandb.conftest import MakeSDK
from tests.wandb.sdk import SDK

WITH_TEAMS = ("0.31.0", "0.22.3")


@pytest.mark.parametrize("version", WITH_TEAMS)
def test_users_keys_and_teams_are_managed_by_the_sdk(make_sdk: MakeSDK, api: runfolio.Api, version: str) -> None:
    sdk = make_sdk(version)
    name = f"v{version.replace('.', '-')}"
    api.create_user(f"guest-{name}")

    is_newest = version == WITH_TEAMS[0]
    # deleteApiKey takes the newest one: not that of this test.
    api.create_api_key(f"to be deleted by {version}")
    names: dict[str, Any] = {"team": f"team-{name}", "email": f"{name}@example.com", "guest": f"guest-{name}"}
    found = sdk.run("people", **names, generates=is_newest)

    assert [name, f"{name}@example.com", False] == found["user"]
    assert ([40, "ada", True] if is_newest else [0, None, True]) == found["key"]
    assert [f"team-{name}", True, False, False] == found["team"]
    assert [True, False, True, False] == found["invited"]
    assert ["nightly builds", "SERVICE", False] == found["account"]
    assert [
        ["ada", True, False],
        [f"guest-{name}", False, True],
        ["nightly builds", False, False],
        [f"{name}@example.com", True, True],
    ] == sorted(found["members"], key=lambda member: (member[2] and "@" in member[0], member[0]))
    assert [True] * 3 == found["removed"]
    # The last admin stays.
    assert [["ada", False]] == found["left"]
    assert found["teams"]


def test_a_member_logs_to_a_project_of_the_team(with_artifacts: SDK, api: runfolio.Api) -> None:
    sdk = with_artifacts
    name = f"lab-{sdk.version.replace('.', '-')}"
    team = api.create_team(name)

    found = sdk.run("team_run", entity=name, run="by-a-member")

    path = f"{name}/shared/by-a-member"
    assert {
        "path": path,
        "rows": [0.5],
        "files": ["weights.txt"],
        "artifact": "1 2 3",
        "runs": True,
        "entity": "ada",
    } == found
    assert [0.5] == [row["loss"] for row in api.run(path).scan_history()]
    assert "admin" == team.role


def test_a_service_account_logs_to_its_team_without_naming_it(newest: SDK, api: runfolio.Api) -> None:
    account = api.create_team("builders").create_service_account("CI", username="builders-ci")
    key = api.create_api_key("ci", username=account.username).key
    assert key is not None

    found = newest.run("team_run", {"WANDB_API_KEY": key}, entity=None, run="by-a-program")

    assert ("builders/shared/by-a-program", "builders") == (found["path"], found["entity"])
    assert api.run("builders/shared/by-a-program").user is not None
