"""Files of a run: saved, logged as media, listed and downloaded."""

from __future__ import annotations

from pathlib import Path

import pytest

import runfolio
from tests.wandb.sdk import SDK


def test_saved_files_and_media_are_listed_and_downloaded(newest: SDK, api: runfolio.Api, tmp_path: Path) -> None:
    answer = newest.run("files")

    files = answer["files"]
    assert {"sp dir/fü x.txt", "empty.bin", "wandb-metadata.json", "output.log", "requirements.txt"} <= set(files)
    assert (5, 0) == (files["sp dir/fü x.txt"], files["empty.bin"])
    assert files == answer["downloads"]
    assert len(files) == answer["count"]
    assert "saved" == answer["text"]
    for media in (answer["picture"], answer["page"]):
        assert media["size"] == files[media["path"]]
    ours = api.run(answer["path"])
    assert files == {file.name: file.size for file in ours.files()}
    assert b"saved" == ours.file("sp dir/fü x.txt").download(root=tmp_path / "ours").read_bytes()


@pytest.mark.parametrize("artifact", [False, True], ids=["table", "table and artifact"])
def test_an_artifact_that_the_server_does_not_take_breaks_no_run(
    newest: SDK, api: runfolio.Api, artifact: bool
) -> None:
    name = f"table-{artifact}"

    newest.run("table", run=name, artifact=artifact)

    run = api.run(f"ada/tables/{name}")
    assert "finished" == run.state
    assert [0, 1, 2] == [row["loss"] for row in run.scan_history(keys=["loss"])]
    table = next(iter(run.scan_history(keys=["table"])))["table"]
    assert ("table-file", 2, 2) == (table["_type"], table["nrows"], table["ncols"])
    assert table["path"] in [file.name for file in run.files()]


def test_an_older_sdk_goes_on_without_an_artifact_that_the_server_does_not_take(older: SDK, api: runfolio.Api) -> None:
    """It asks whether there is one of this name before, and raises in the caller's own line at an error."""
    name = f"artifact-{older.version}"

    older.run("artifact", run=name)

    run = api.run(f"ada/tables/{name}")
    assert "finished" == run.state
    assert [0, 1] == [row["loss"] for row in run.scan_history(keys=["loss"])]


def test_an_older_sdk_is_told_that_a_table_is_not_stored_and_its_rows_are_kept(older: SDK, api: runfolio.Api) -> None:
    """It waits until the table's artifact is stored, and raises in the caller's own line when it cannot be."""
    name = f"table-{older.version}"

    outcome = older.finish(older.start("table", run=name, artifact=False), exit_code=1)

    assert "createArtifact" in outcome.output
    run = api.run(f"ada/tables/{name}")
    assert "failed" == run.state
    assert [0] == [row["loss"] for row in run.scan_history(keys=["loss"])]
