"""The sync client against a real server."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest

import runfolio
from runfolio import Api
from tests.client.builders import Logger
from tests.live_server import LiveServer

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")

ROWS: list[dict[str, Any]] = [
    {"_step": 0, "loss": 2, "acc": 0.5},
    {"_step": 1, "loss": 1.0, "acc": math.nan},
    {"_step": 2, "loss": math.inf, "note": "x"},
    {"_step": 10, "loss": 0.25, "acc": 1, "nested": {"a": [1, 2.0]}},
]
CONFIG = {"lr": 0.1, "layers": [1, 2], "optimizer": {"name": "adam", "beta": 0.9}}


@pytest.fixture(scope="module")
def logger(live_server: LiveServer) -> Logger:
    """Logs into ada/demo, where one full run is already."""
    logger = Logger(live_server, "demo")
    logger.run(
        "full",
        displayName="earnest-sunset-1",
        rows=ROWS,
        config=CONFIG,
        summary={"loss": 0.25, "worst": math.inf, "_step": 10},
        console=[
            '{"ts":"2026-11-20T10:06:28.966102","content":"hello"}',
            '{"level":"error","ts":"?","content":"oh"}',
        ],
        system=[{"_timestamp": 1.5, "system.cpu": 3.5}],
        exit_code=0,
        groupName="folds",
        jobType="train",
        tags=["baseline"],
    )
    logger.file("full", "wandb-metadata.json", b'{"host": "box", "gpu": null}')
    logger.file("full", "media/images/a.txt", b"some bytes")
    return logger


@pytest.fixture
def api(live_server: LiveServer, logger: Logger) -> Iterator[Api]:
    """An Api of `ada`."""
    with Api(live_server.base_url, live_server.api_key) as opened:
        yield opened


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


def test_scanned_rows_have_their_exact_types(api: Api) -> None:
    rows = list(api.run("ada/demo/full").scan_history())

    assert repr(ROWS) == repr(rows)


def test_a_scan_goes_through_small_pages_without_gaps_and_again_from_the_start(api: Api) -> None:
    scan = api.run("ada/demo/full").scan_history(page_size=1)

    assert [0, 1, 2, 10] == [row["_step"] for row in scan]
    assert [0, 1, 2, 10] == [row["_step"] for row in scan]
    assert [0, 1] == [next(scan)["_step"], next(scan)["_step"]]


def test_a_scan_keeps_to_its_keys_and_steps(api: Api) -> None:
    run = api.run("ada/demo/full")

    assert [{"_step": 0, "acc": 0.5}, {"_step": 10, "acc": 1}] == [
        row for row in run.scan_history(keys=["acc"]) if not math.isnan(row["acc"])
    ]
    assert [1, 2] == [row["_step"] for row in run.scan_history(min_step=1, max_step=10)]


def test_history_is_a_table_with_the_step_first(api: Api) -> None:
    table = api.run("ada/demo/full").history(keys=["loss"])

    assert ["_step", "loss"] == list(table.columns)
    assert [2, 1, math.inf, 0.25] == table["loss"].tolist()
    assert "int64" == str(table["_step"].dtype)


def test_history_without_pandas_is_a_list_of_rows(api: Api) -> None:
    run = api.run("ada/demo/full")

    assert repr(ROWS) == repr(run.history(pandas=False))
    assert 2 == len(run.history(samples=2, pandas=False))
    assert [3.5] == [row["system.cpu"] for row in run.history(stream="system", pandas=False)]


def test_too_many_samples_are_refused_with_what_is_allowed(api: Api) -> None:
    with pytest.raises(runfolio.BadRequestError, match=r"samples is 20000; allowed: 1 to 10000") as caught:
        api.run("ada/demo/full").history(samples=20_000)

    assert "samples" == caught.value.path


def test_metric_keys_tell_their_ranges(api: Api) -> None:
    keys = {key.name: key for key in api.run("ada/demo/full").metric_keys()}

    loss = keys["loss"]
    assert ("number", 4, 0, 10, 0.25) == (loss.kind, loss.count, loss.first_step, loss.last_step, loss.last_value)


def test_console_lines_come_with_their_time_and_level(api: Api) -> None:
    first, second = api.run("ada/demo/full").console_lines(page_size=1)

    assert ("hello", "", 0) == (first.text, first.level, first.number)
    assert first.timestamp is not None
    assert UTC is first.timestamp.tzinfo
    assert ("oh", "error", None) == (str(second), second.level, second.timestamp)


def test_metadata_is_the_file_of_the_sdk(api: Api, logger: Logger) -> None:
    logger.run("bare")

    assert {"host": "box", "gpu": None} == api.run("ada/demo/full").metadata
    assert api.run("ada/demo/bare").metadata is None


def test_files_are_listed_counted_and_chosen(api: Api) -> None:
    run = api.run("ada/demo/full")
    files = run.files(per_page=1)

    assert 2 == len(files)
    assert ["media/images/a.txt", "wandb-metadata.json"] == [file.name for file in files]
    assert ["media/images/a.txt"] == [file.name for file in run.files(pattern="media/%")]
    assert 0 == len(run.files(names=[]))
    assert [] == list(run.files(names=["nothing"]))


def test_a_file_is_read_and_downloaded_whole(api: Api, tmp_path: Path) -> None:
    file = api.run("ada/demo/full").file("media/images/a.txt")

    path = file.download(tmp_path)

    assert tmp_path / "media/images/a.txt" == path
    assert b"some bytes" == path.read_bytes() == file.read()
    assert 10 == file.size


def test_a_download_asks_before_it_overwrites(api: Api, tmp_path: Path) -> None:
    file = api.run("ada/demo/full").file("media/images/a.txt")
    path = file.download(tmp_path)
    path.write_bytes(b"mine")

    with pytest.raises(FileExistsError, match="replace=True"):
        file.download(tmp_path)
    assert b"mine" == file.download(tmp_path, exist_ok=True).read_bytes()
    assert b"some bytes" == file.download(tmp_path, replace=True).read_bytes()


def test_other_bytes_than_listed_are_not_kept(api: Api, logger: Logger, tmp_path: Path) -> None:
    logger.run("replaced")
    logger.file("replaced", "model.bin", b"before")
    file = api.run("ada/demo/replaced").file("model.bin")
    file._fields.md_5 = base64.b64encode(b"0" * 16).decode()

    with pytest.raises(runfolio.DownloadError, match="list it again"):
        file.download(tmp_path)
    assert [] == list(tmp_path.iterdir())


def test_a_missing_file_is_named(api: Api) -> None:
    with pytest.raises(runfolio.NotFoundError, match="There is no file 'nothing' in run 'ada/demo/full'"):
        api.run("ada/demo/full").file("nothing")


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


def test_stopping_asks_the_run(api: Api, logger: Logger) -> None:
    run = api.run(logger.run("stopped"))

    run.stop()
    run.reload()

    assert run.stop_requested


@pytest.fixture(scope="module")
def many(live_server: LiveServer) -> list[str]:
    """The ids of the seven runs of ada/many, oldest first."""
    logger = Logger(live_server, "many")
    ids = [f"run-{number}" for number in range(7)]
    for number, run_id in enumerate(ids):
        logger.run(run_id, config={"n": number, "opt": {"lr": number / 10}}, summary={"loss": float(number)})
    return ids


def test_runs_are_listed_counted_and_kept(api: Api, many: list[str]) -> None:
    runs = api.runs("ada/many", per_page=3)

    assert 7 == len(runs)
    assert many == [run.id for run in runs]
    assert [id(run) for run in runs] == [id(run) for run in runs]


def test_runs_are_indexed_and_sliced(api: Api, many: list[str]) -> None:
    runs = api.runs("ada/many", per_page=2)

    assert many[3] == runs[3].id
    assert many[1:3] == [run.id for run in runs[1:3]]
    assert many[-1] == runs[-1].id
    assert many[::-2] == [run.id for run in runs[::-2]]
    with pytest.raises(IndexError):
        _ = runs[7]
    with pytest.raises(IndexError):
        _ = runs[-8]


def test_runs_become_a_table_with_dotted_columns(api: Api, many: list[str]) -> None:
    table = api.runs("ada/many").to_pandas()

    assert many == table["id"].tolist()
    assert list(range(7)) == table["config.n"].tolist()
    assert 0.6 == table["config.opt.lr"].max()
    assert 6.0 == table["summary.loss"].max()
    assert "UTC" == str(table["created_at"].dt.tz)


def test_runs_of_a_missing_project_are_an_error_at_the_first_look(api: Api) -> None:
    runs = api.runs("ada/nothing")

    with pytest.raises(runfolio.NotFoundError, match="There is no project 'nothing'"):
        len(runs)


@pytest.mark.parametrize("per_page", [0, 1001])
def test_a_page_size_out_of_bounds_is_refused(per_page: int, api: Api) -> None:
    with pytest.raises(ValueError, match="allowed: 1 to 1000"):
        api.runs("ada/many", per_page=per_page)


def test_projects_are_listed_and_found(api: Api, many: list[str]) -> None:
    project = api.project("many")

    assert ("many", "ada", ["ada", "many"]) == (project.name, project.entity, project.path)
    assert many == [run.id for run in project.runs()]
    assert "run-3" == project.run("run-3").id
    assert {"demo", "many"} <= {project.name for project in api.projects()}
    assert {"demo", "many"} <= {project.name for project in api.projects("ada", per_page=1)}
    assert "many" == api.project("ada/many").name
    with pytest.raises(runfolio.NotFoundError, match="There is no project 'nothing' in entity 'ada'"):
        api.project("nothing")


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
