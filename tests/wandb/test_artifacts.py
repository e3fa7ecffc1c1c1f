"""Artifacts are logged, versioned, used, changed, linked and downloaded by the unmodified SDK."""

from __future__ import annotations

import pytest

from tests.wandb.sdk import SDK

FILES = {"a b/größe.txt": "one", "empty.bin": ""}


def test_an_artifact_that_was_logged_is_used_and_downloaded(with_artifacts: SDK) -> None:
    found = with_artifacts.run("artifact_round", project=f"round-{with_artifacts.version}")

    first, repeated, second = found["logged"]
    assert ("weights:v0", "weights:v0", "v0") == (first["name"], first["source"], first["version"])
    assert ("COMMITTED", "model", 3, 2) == (first["state"], first["type"], first["size"], first["files"])
    assert ("first words", {"lr": 0.5, "n": [1, 2]}) == (first["description"], first["metadata"])
    # The same content is the same version, with the aliases of both.
    assert (first["version"], first["digest"]) == (repeated["version"], repeated["digest"])
    assert ["again", "best", "latest"] == repeated["aliases"]
    assert ("v1", ["latest"]) == (second["version"], second["aliases"])
    assert ("weights:best", FILES, "one") == (found["used"], found["downloaded"], found["entry"])
    assert second == found["read"]
    assert ({"a b/größe.txt": 3, "empty.bin": 0}, "two") == (found["listed"], found["one"])
    assert ["weights:v1", "weights:v0"] == found["versions"]
    assert (["weights:v0", "weights:v1"], ["weights:v0"], [2, 1]) == (
        found["outputs"],
        found["inputs"],
        found["counts"],
    )
    assert ("logs", ["uses"]) == (found["logged_by"], found["used_by"])
    assert [True, True, False, False] == found["exists"]


def test_aliases_tags_text_and_versions_change_after_an_artifact_was_logged(with_artifacts: SDK) -> None:
    found = with_artifacts.run(
        "artifact_changes",
        project=f"changes-{with_artifacts.version}",
        # What is refused on purpose.
        may_fail=("UpdateArtifact", "DeleteArtifact"),
    )

    # Before any row was logged there is no step; after one it is 0.
    assert [None, 0] == found["steps"]
    assert {
        "aliases": ["added", "two"],
        "tags": ["second", "third"],
        "told": ["second", "third"],
        "description": "new words",
        "metadata": {"text": "two", "nothing": None, "more": [1, {"a": None}]},
        "ttl": 172_800.0,
    } == found["changed"]
    assert found["forever"] is None
    assert "Invalid tag" in found["wrong"]
    # An alias is given to another version; what asked for the version by it has the rest.
    assert [["two"], ["added"]] == found["moved"]
    assert "alias" in found["with aliases"]
    assert found["deleted"] is None
    assert [False, False, True] == found["exists"]
    assert "set:v2" in found["missing"]
    # A number is given once, and the newest version that is left is the latest.
    assert ("v4", "v3") == (found["next"], found["latest"])
    assert "no-such-project" in found["no project"]


def test_types_and_collections_are_listed_and_changed(with_artifacts: SDK) -> None:
    is_new = with_artifacts.version >= "0.28"
    found = with_artifacts.run("artifact_collections", project=f"collections-{with_artifacts.version}", is_new=is_new)

    assert ["dataset", "model"] == found["types"]
    assert ["alpha", "portfolio", "beta"] == found["collections"]
    assert [True, False] == found["exists"]
    versions = ["v4", "v3", "v2", "v1", "v0"]
    assert (versions, 5, versions) == (found["newest first"], found["count"], found["pages"])
    assert [f"portfolio:{version}" for version in versions] == found["of portfolio"]
    assert [] == found["tagged"]
    if is_new:
        assert (["v0", "v1"], ["v2", "v3", "v4"]) == (found["oldest first"], found["from a cursor"])
        assert [*reversed(versions)] == found["by time"]
        assert (["beta"], ["alpha", "beta", "portfolio"]) == (found["named"], found["by name"])
        assert ["portfolio", "gamma", "beta", "alpha"] == found["of project"]
    assert ["latest"] == found["aliases"]
    assert ["renamed", "words", "samples", ["three", "two"], True] == found["changed"]
    assert ["" if is_new else None, False] == found["portfolio"]
    assert ("renamed:v1", "renamed:v1") == (found["by new name"], found["linked"])
    assert [False, True] == found["after portfolio"]
    assert [False, True] == found["after sequence"]


def test_an_artifact_is_linked_into_portfolios_and_taken_out(with_artifacts: SDK) -> None:
    project = f"links-{with_artifacts.version}"
    found = with_artifacts.run("artifact_links", project=project, is_new=with_artifacts.version >= "0.31")

    # Its version is that of the portfolio.
    assert ["shelf:latest", "v0", "net:v1", True, False] == found["linked"]
    assert [["latest", "of-portfolio"], ["latest"]] == found["aliases"]
    assert [["moved"], ["latest"]] == found["changed"]
    links = [f"ada/{project}/other:v0", f"ada/{project}/shelf:v0", f"ada/elsewhere-{project}/shelf:v0"]
    assert sorted(links) == found["links"]
    assert [False, "late:v0"] == found["late"]
    assert (["shelf", "net"], "file.txt") == (found["collections"], found["files"])
    # Who used it through the link used it.
    assert ["links"] == found["used by"]
    assert "v0" == found["same link"]
    assert ([False, True], 2) == (found["unlinked"], found["left"])
    assert [False, True] == found["deleted link"]
    assert "Artifact.delete" in found["source"]


def test_artifacts_are_made_in_increments_by_several_and_of_references(with_artifacts: SDK) -> None:
    # 0.19 knows no regions.
    region = "near" if with_artifacts.version >= "0.22" else None
    found = with_artifacts.run(
        "artifact_kinds", project=f"kinds-{with_artifacts.version}", region=region, may_fail=("CreateArtifact",)
    )

    assert {"a.txt": "a", "b.txt": "b", "both.txt": "new"} == found["increments"]
    files = {"one-0.txt": "one", "one-1.txt": "one", "two-0.txt": "two", "two-1.txt": "two"}
    assert [False, files, 4] == found["together"]
    references = found["references"]
    assert "v0" == references["same"]
    assert {"outside.txt": references["expected"], "far.bin": "https://files.invalid/a.bin"} == references["refs"]
    assert (7, "outside", {"inner.txt": "target"}) == (references["size"], references["text"], references["followed"])
    assert ["v2", {"both.txt": "old", "drafted.txt": "drafted"}] == found["draft"]
    assert ["v0", True] == found["alone"]
    assert found["empty digest"] == found["empty"]
    assert "already exists with type 'dataset'" in found["type"]
    if region:
        assert "no-such-region" in found["region"]
        assert "near" == found["near"]


def test_models_are_artifacts_and_configs_name_them(with_artifacts: SDK) -> None:
    project = f"models-{with_artifacts.version}"
    # Where it uses an artifact of a config, 0.22 asks the environment for the project, and not the run.
    found = with_artifacts.run("artifact_models", {"WANDB_PROJECT": project}, project=project)

    assert (["weights", "weights"], "net:v0", "model") == (found["texts"], found["in run"], found["type"])
    model = found["config"]["model"]
    assert ("artifactVersion", "v0", "net") == (model["_type"], model["version"], model["sequenceName"])
    assert {"config", "uses"} == {*found["used by"]}
    assert "net:v0" in found["inputs"]


def test_code_and_tables_of_a_run_are_artifacts(with_artifacts: SDK) -> None:
    found = with_artifacts.run("artifact_code", project=f"code-{with_artifacts.version}")

    assert ["run-code-table:v0", "run-code-table:v1"] == found["types"]["run_table"]
    assert ["train.py"] == found["code"]
    assert [["a", "b"], [[0, "x"], [1, "x"]]] == found["table"]


def test_artifacts_of_an_offline_run_are_synced_later(with_artifacts: SDK) -> None:
    project = f"offline-{with_artifacts.version}"
    folder = with_artifacts.run("artifact_offline", project=project)["folder"]

    for _ in range(2):
        # The second finds that all of it is there.
        with_artifacts.sync(folder)

    found = with_artifacts.run("artifact_read", path=f"ada/{project}/late")
    assert {"v0": ["one"], "v1": ["latest", "two"]} == found["aliases"]
    assert ({"file.txt": "two"}, {"text": "two"}) == (found["files"], found["metadata"])
    assert "offline" == found["by"]


def test_the_command_line_puts_gets_and_lists_artifacts(with_artifacts: SDK) -> None:
    name = f"ada/cli-{with_artifacts.version}/put"
    folder = with_artifacts.home / "folder"
    folder.mkdir()
    (folder / "file.txt").write_text("put")

    with_artifacts.command("artifact", "put", "--name", name, "--type", "dataset", "--alias", "best", str(folder))
    listed = with_artifacts.command("artifact", "ls", name.rpartition("/")[0], "--type", "dataset")
    with_artifacts.command("artifact", "get", f"{name}:best", "--root", "got")

    assert "put:v0" in listed
    assert "put" == (with_artifacts.home / "got" / "file.txt").read_text()


@pytest.mark.parametrize(
    "operation",
    [
        "CreateArtifact",
        "CreateArtifactManifest",
        "CreateArtifactFiles",
        "CommitArtifact",
        "UseArtifact",
        "LinkArtifact",
    ],
)
def test_an_operation_whose_answer_was_lost_is_sent_again_and_done_once(newest: SDK, operation: str) -> None:
    newest.recorder.lost.add(operation)

    found = newest.run("artifact_repeated", project=f"lost-{operation.lower()}")

    assert not newest.recorder.lost
    assert {"versions": ["once:v0"], "shelf": ["shelf:v0"], "text": "once", "inputs": 1, "outputs": 1} == found
