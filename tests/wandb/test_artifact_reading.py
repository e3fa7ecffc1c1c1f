"""Artifacts are read in the rarer ways of the SDK: parts, without its cache, by tag, over hops, by old addresses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bucket import in_a_directory
from tests.long_run import only_long
from tests.wandb.conftest import MakeSDK
from tests.wandb.environments import ARTIFACT_VERSIONS
from tests.wandb.sdk import SDK

LARGE_TIMEOUT_S = 900
TREE = {name: f"text of {name}" for name in ("a/1.txt", "a/2.txt", "b/3.txt", "root.txt")}


@pytest.fixture
def tree(with_artifacts: SDK) -> tuple[SDK, str]:
    """The SDK and a project with the artifact `tree`."""
    project = f"tree-{with_artifacts.version}-{with_artifacts.home.name}"
    with_artifacts.run("artifact_downloads", project=project, step="log", cache="")
    return with_artifacts, project


def test_a_part_of_an_artifact_is_downloaded_also_without_the_cache_and_checked_out(tree: tuple[SDK, str]) -> None:
    sdk, project = tree
    cache = str(sdk.home / "another cache")

    found = sdk.run("artifact_downloads", {"WANDB_CACHE_DIR": cache}, project=project, step="read", cache=cache)

    checked_out = sdk.run("artifact_downloads", project=project, step="check out", cache="")

    assert {name: text for name, text in TREE.items() if name.startswith("a/")} == found["below a"]
    assert (TREE, 2, 0) == (found["skipped"], found["cached as usual"], found["cached by skipping"])
    assert TREE == checked_out["checked out"]


@in_a_directory
def test_an_address_that_has_expired_is_asked_for_again(tree: tuple[SDK, str]) -> None:
    sdk, project = tree
    sdk.recorder.expired = len(TREE)

    found = sdk.run("artifact_downloads", project=project, step="expired", cache="")

    assert 0 == sdk.recorder.expired
    assert (TREE, TREE["a/1.txt"]) == (found["all"], found["one"])


@in_a_directory
def test_headers_of_the_users_own_come_with_every_request_for_bytes(newest: SDK) -> None:
    headers = {"WANDB_X_EXTRA_HTTP_HEADERS": json.dumps({"X-Of-The-User": "yes"})}

    newest.run("artifact_downloads", headers, project="headers", step="log", cache="")

    stored = newest.recorder.stored
    assert len(stored) > len(TREE)
    assert {b"yes"} == {given.get(b"x-of-the-user") for given in stored}


def test_many_versions_are_found_by_tag_and_alias_and_changed_by_a_run_of_the_public_api(with_artifacts: SDK) -> None:
    # An older SDK sends the aliases of the public API in a shape that no server takes.
    aliases = ["by-public"] if with_artifacts.version >= "0.28" else []
    project = f"many-{with_artifacts.version}"
    # It also asks the environment for the project, and not the run.
    found = with_artifacts.run("artifact_many", {"WANDB_PROJECT": project}, project=project, aliases=aliases)

    newest_first = [f"v{number}" for number in reversed(range(12))]
    assert newest_first == found["every"]
    assert (newest_first[1::2], newest_first[::2]) == (found["even"], found["tagged"])
    assert [*reversed(newest_first)] == found["by alias"]
    public = found["public"]
    assert ("set:v3", "set:v5") == (public["logged"], public["used"])
    assert (["v3"], ["v5"]) == (public["outputs"], public["inputs"])
    assert {"number-3", *aliases} == {*public["aliases"]}
    assert "v7" == public["linked"]
    assert "over three hops" == found["hops"]


@only_long
@pytest.mark.parametrize("version", ARTIFACT_VERSIONS)
def test_a_file_of_more_than_two_gibibytes_comes_in_parts(make_sdk: MakeSDK, version: str, tmp_path: Path) -> None:
    sdk = make_sdk(version, timeout_s=LARGE_TIMEOUT_S)

    found = sdk.run("artifact_large", project=f"large-{version}", folder=str(tmp_path))

    assert found["sent"] == found["received"]
    ranges = {given[b"range"] for given in sdk.recorder.stored if b"range" in given}
    assert len(ranges) > 10, "it came in one piece"
