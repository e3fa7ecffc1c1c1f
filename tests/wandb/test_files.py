"""Files of a run: saved, logged as media, listed and downloaded."""

from __future__ import annotations

from pathlib import Path

import pytest

import runfolio
from tests.wandb.conftest import MakeSDK
from tests.wandb.environments import NEWEST
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


@pytest.mark.parametrize("version", [NEWEST, "0.22.3"])
def test_files_are_sent_overwritten_and_deleted_after_the_run(make_sdk: MakeSDK, version: str) -> None:
    found = make_sdk(version).run("files_by_api", run=f"later-{version}")

    assert ("sub/late.txt", [4, 11], "later still") == (found["name"], found["sizes"], found["text"])
    assert {"sub/late.txt", "config.yaml"} == {*found["before"]} - {*found["after"]}
    assert "wandb-summary.json" in found["after"]


# As the screenshots of macOS, Japanese and Persian names and family emoji have them.
HARD_NAME = "10\u202f30\u202fPM\u00a0太郎\u3000می\u200cخواهم 👩\u200d👩\u200d👧\u200d👦"


def test_a_hard_name_costs_no_run_its_other_files_and_metrics(sdk: SDK, api: runfolio.Api) -> None:
    name = HARD_NAME

    found = sdk.run("hard_names", name=name, run=f"{name} {sdk.version}")

    assert ["ada", name, f"{name} {sdk.version}", name] == found["names"]
    assert {"config.yaml", "wandb-summary.json", "wandb-metadata.json", found["paths"]["plain"]} <= set(found["files"])
    assert found["paths"]["plain"] == found["downloads"]["plain"]
    # The path of an image has its key.
    assert found["paths"][name] == found["downloads"][name]
    spelled = found["downloads"]["a\tb"]
    assert "\t" in found["paths"]["a\tb"]
    assert "a%09b" in spelled
    assert spelled in found["files"]
    assert ([0.5], [{"acc": 1}]) == (found["losses"], found["evaluated"])
    assert ({"a%09b", name}, 1) == ({*found["tags"]}, found["late"])
    ours = api.run(found["path"])
    assert 1 == ours.rejected_line_count
    assert spelled == ours.file(found["paths"]["a\tb"]).name


@pytest.mark.parametrize("version", [NEWEST, "0.22.3"])
def test_wandb_verify_is_content_with_a_run_and_its_file(make_sdk: MakeSDK, version: str) -> None:
    sdk = make_sdk(version)

    # It tells what it misses on its output, and asks for its file by the name `./…`.
    outcome = sdk.finish(sdk.start("verify_run"))

    assert outcome.answer is True, outcome.output
