"""History as the real SDK reads it: from live rows, from files, and from one after the other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet
import pytest

import runfolio
from tests.bucket import in_a_directory
from tests.live_server import LiveServer
from tests.wandb.sdk import SDK

STEPS = 40
# All that the SDK's reader survives, on disk: no type with 64-bit offsets.
PARQUET_TYPES = ("int64", "double", "bool", "string", "list<", "struct<")


@pytest.fixture
def live_run(api: runfolio.Api, request: pytest.FixtureRequest) -> Iterator[runfolio.Run]:
    """A run of its own that is still being logged, with a row for each of 40 steps."""
    run = api.create_run("ada/history", id=request.node.name[-60:].replace("[", "-").strip("]").replace(".", "-"))
    for step in range(STEPS):
        run.log({"loss": 1 / (step + 1), "whole": step})
    run.flush()
    yield run
    run.finish()


def _read(sdk: SDK, run: runfolio.Run, key: str = "loss", *, histories: bool = False) -> Any:
    folder = sdk.home / f"exports-{len(list(sdk.home.iterdir()))}"
    folder.mkdir()
    return sdk.run("history_calls", path="/".join(run.path), key=key, folder=str(folder), histories=histories)


def _steps(rows: list[dict[str, Any]]) -> list[int]:
    return [row["_step"] for row in rows]


def _sums(paths: list[str]) -> list[str]:
    return [hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in paths]


def test_every_version_reads_every_row_once_whether_the_run_goes_on_or_has_ended(
    sdk: SDK, live_run: runfolio.Run
) -> None:
    live = _read(sdk, live_run)
    live_run.finish()
    ended = _read(sdk, live_run)

    for answer in (live, ended):
        assert STEPS - 1 == answer["lastHistoryStep"]
        assert {"loss", "whole"} <= answer["history_keys"]["keys"].keys()
        for call in ("scanned", "paged", "beta"):
            assert list(range(STEPS)) == _steps(answer.get(call, [{"_step": step} for step in range(STEPS)])), call
        assert [1 / (step + 1) for step in range(STEPS)] == [row["loss"] for row in answer["keys"]]
        assert [1 / (step + 1) for step in range(3, 17)] == [row["loss"] for row in answer["window"]]
        assert [1 / (step + 1) for step in range(STEPS)] == [row["loss"] for row in answer["sampled_keys"]]
        assert [STEPS] * 4 == list(map(len, answer["large_pages"]))
    assert live["scanned"] == ended["scanned"]
    assert live["keys"] == ended["keys"]


def test_a_run_that_goes_on_has_no_files_and_a_scan_of_it_sees_no_row_twice(
    newest: SDK, live_run: runfolio.Run, api: runfolio.Api
) -> None:
    going_on = _read(newest, live_run)
    live_run.finish()
    ended = _read(newest, live_run)
    with api.create_run("ada/history", id=live_run.id) as again:
        for step in range(STEPS, STEPS + 30):
            again.log({"loss": 0.5, "whole": step})
        again.flush()
        taken_up = _read(newest, live_run)
    ended_again = _read(newest, live_run)

    assert "IncompleteRunHistoryError" == going_on["refused"] == taken_up["refused"]
    assert list(range(STEPS)) == _steps(going_on["scanned"]) == _steps(ended["scanned"])
    assert list(range(STEPS + 30)) == _steps(taken_up["scanned"]) == _steps(ended_again["scanned"])
    assert [1, 2] == [len(answer["exported"]) for answer in (ended, ended_again)]
    # Files that an SDK has in its cache stay what they are.
    assert _sums(ended["exported"]) == _sums(ended_again["exported"])[:1]
    tables = [pyarrow.parquet.read_table(path) for path in ended_again["exported"]]
    assert [list(range(STEPS)), list(range(STEPS, STEPS + 30))] == [table["_step"].to_pylist() for table in tables]


def test_a_file_has_only_columns_that_the_reader_survives(newest: SDK, api: runfolio.Api) -> None:
    row = {
        "whole": 1,
        "part": 0.5,
        "not a number": float("nan"),
        "sure": True,
        "text": "ж",
        "nothing": None,
        "a.dot/and slash": 2,
        "list": [1, 2.5],
        "picture": {"_type": "image-file", "path": "a.png", "size": 3},
    }
    with api.create_run("ada/history", id="every-column") as run:
        for number in range(STEPS):
            run.log({**row, "whole": number})

    answer = _read(newest, run, key="a.dot/and slash")

    schema = pyarrow.parquet.read_schema(answer["exported"][0])
    assert "_step" == schema.names[0]
    assert {"list", "picture"} == set(schema.names[-2:])
    assert None is schema.metadata
    assert all(str(kind).startswith(PARQUET_TYPES) for kind in schema.types)
    assert list(range(STEPS)) == [found["whole"] for found in answer["scanned"]]
    first = answer["scanned"][0]
    assert first["not a number"] != first["not a number"]
    plain = [key for key in row if key not in ("not a number", "whole")]
    assert {key: row[key] for key in plain} == {key: first[key] for key in plain}
    assert [2] * STEPS == [found["a.dot/and slash"] for found in answer["keys"]]


def test_a_file_is_read_in_ranges_with_its_url_alone(newest: SDK, live_run: runfolio.Run, server: LiveServer) -> None:
    live_run.finish()
    url = _urls(server, live_run)[0]

    first = httpx.get(url, headers={"Range": "bytes=0-0"})
    part = httpx.get(url, headers={"Range": "bytes=4-11"})
    whole = httpx.get(url)

    assert url.startswith(server.base_url)
    assert [206, 206, 200] == [first.status_code, part.status_code, whole.status_code]
    assert f"bytes 0-0/{len(whole.content)}" == first.headers["Content-Range"]
    assert whole.content[4:12] == part.content
    assert whole.content.startswith(b"PAR1")
    assert whole.content == httpx.get(_urls(server, live_run)[0]).content


@in_a_directory
def test_a_file_whose_bytes_are_gone_is_not_offered_so_that_no_cache_is_poisoned(
    newest: SDK, live_run: runfolio.Run, server: LiveServer
) -> None:
    live_run.finish()
    assert 1 == len(_urls(server, live_run))
    for path in (server.data_dir / "objects").rglob("*"):
        if path.is_file():
            path.unlink()

    answer = _read(newest, live_run)

    assert [] == _urls(server, live_run)
    assert list(range(STEPS)) == _steps(answer["scanned"]) == _steps(answer["beta"])
    assert "IncompleteRunHistoryError" == answer["refused"]


@pytest.mark.parametrize(
    "rows",
    [
        [{"_step": 5, "v": 1}, {"_step": 4, "v": 2}, {"_step": 4, "v": 3}],
        [{"_step": 0, "v": 1}, {"_step": 1, "v": "text"}],
        [{"_step": 0, "v": 1, "rare": 1}, {"_step": 1, "v": 2}],
        [{"_step": 0, "v": {"inner": 1}}],
        [{"_step": 0, "v": 2**70}],
        [{"_step": 0, "v": "\ud800"}],
    ],
    ids=["steps repeat", "types change", "a key is missing", "an object", "a huge integer", "a lone surrogate"],
)
def test_rows_that_a_file_would_not_give_back_are_read_live(
    newest: SDK, api: runfolio.Api, rows: list[dict[str, Any]], request: pytest.FixtureRequest
) -> None:
    with api.create_run("ada/live", id=request.node.callspec.id.replace(" ", "-")) as run:
        for row in rows:
            run.log(row)

    answer = _read(newest, run, key="v")

    assert "IncompleteRunHistoryError" == answer["refused"]
    assert len(rows) == len(answer["scanned"]) == len(answer["keys"])
    assert sorted(row["_step"] for row in rows) == _steps(answer["scanned"])


def test_rows_below_what_is_in_files_end_the_files(newest: SDK, live_run: runfolio.Run, api: runfolio.Api) -> None:
    live_run.finish()
    before = _read(newest, live_run)
    with api.create_run("ada/history", id=live_run.id) as again:
        again.log({"loss": 0.5, "whole": 3}, step=3)

    after = _read(newest, live_run)

    assert 1 == len(before["exported"])
    assert "IncompleteRunHistoryError" == after["refused"]
    assert sorted([*range(STEPS), 3]) == _steps(after["scanned"])


def test_a_run_without_rows_has_neither_files_nor_rows(newest: SDK, api: runfolio.Api) -> None:
    with api.create_run("ada/history", id="empty") as run:
        pass

    answer = _read(newest, run)

    assert [] == answer["scanned"] == answer["exported"] == answer["sampled"]
    assert -1 == answer["lastHistoryStep"]


def test_the_histories_of_a_projects_runs_come_in_one_call(newest: SDK, api: runfolio.Api) -> None:
    runs = [api.create_run("ada/histories", id=name) for name in ("one", "two")]
    for run in runs:
        with run:
            for step in range(20):
                run.log({"loss": step})

    answer = _read(newest, runs[0], histories=True)

    assert {"one", "two"} == {row["run_id"] for row in answer["histories"]}
    assert 10 == len(answer["histories"])


def _urls(server: LiveServer, run: runfolio.Run) -> list[str]:
    query = (
        "query($e: String!, $p: String!, $r: String!) { project(entityName: $e, name: $p) { run(name: $r) {"
        ' parquetHistory(liveKeys: ["_step"]) { parquetUrls liveData } } } }'
    )
    variables = dict(zip("epr", run.path, strict=True))
    answer = httpx.post(
        f"{server.base_url}/graphql",
        json={"query": query, "variables": variables},
        headers={"Authorization": f"Bearer {server.api_key}", "User-Agent": "runfolio tests"},
    ).json()
    urls: list[str] = answer["data"]["project"]["run"]["parquetHistory"]["parquetUrls"]
    return urls
