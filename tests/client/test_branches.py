"""Rewinding and forking with our own clients, from a real server."""

from __future__ import annotations

from typing import Any

import pytest

from runfolio import Api, AsyncApi, BadRequestError, ForkPoint, NotFoundError, RunFork
from tests.client.full_run import api, logger
from tests.live_server import LiveServer

__all__ = ["api", "logger"]

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")


def steps(rows: Any) -> list[int]:
    return [row["_step"] for row in rows]


def test_a_program_rewinds_its_run_and_goes_on(api: Api) -> None:
    with api.create_run("ada/branched", id="mine") as run:
        for number in range(10):
            run.log({"loss": number, "part": "first"})
        cut = run.rewind(3)
        uncut = run.rewind(3)
        run.log({"loss": -1, "part": "second"})
        run.log({"loss": -2, "part": "second"}, step=9)

    found = api.run("ada/branched/mine")
    assert (True, False) == (cut, uncut)
    assert [0, 1, 2, 3, 4, 9] == steps(found.scan_history()) == steps(found.history(pandas=False))
    assert ["first"] * 4 + ["second"] * 2 == [row["part"] for row in found.scan_history(keys=["part"])]
    assert ("finished", 9, {"loss": -2, "part": "second"}) == (
        found.state,
        found.last_step,
        {key: found.summary[key] for key in ("loss", "part")},
    )
    [branch] = found.branches()
    assert (1, 3, 9, 10, 1) == (branch.number, branch.step, branch.last_step, branch.row_count, len(found.branches()))
    assert list(range(10)) == steps(branch.scan_history(page_size=3)) == steps(branch.history(pandas=False))
    assert [4, 5] == steps(branch.scan_history(keys="loss", min_step=4, max_step=6))
    assert list(range(10)) == list(branch.history()["_step"])
    assert [6, 6] == [key.count for key in found.metric_keys() if key.name in ("loss", "part")]
    assert (6, 9) == (len(found.history_table(keys=["loss"])), found.metric("loss").last_step)


def test_a_run_that_has_ended_is_rewound_and_taken_up(api: Api) -> None:
    with api.create_run("ada/branched", id="ended") as run:
        run.log_columns({"loss": list(range(1000))})
    assert run.rewind(499)
    assert ("pending", None, 499) == (run.state, run.exit_code, run.summary["_step"])

    with api.create_run("ada/branched", id="ended") as again:
        again.log({"loss": -1})

    assert [*range(500), 500] == steps(again.scan_history())
    assert "rewind" in [change.cause for change in again.state_changes()]


def test_a_program_forks_a_run(api: Api) -> None:
    with api.create_run("ada/branched", id="base") as base:
        for number in range(6):
            base.log({"loss": number})
    with api.create_run("ada/branched", id="fork", fork_from="base?_step=3") as fork:
        fork.log({"loss": -4})
    with api.create_run("ada/branched", id="inner", fork_from=("fork", 4)) as inner:
        inner.log({"loss": -5})

    assert [0, 1, 2, 3, -4] == [row["loss"] for row in fork.scan_history()]
    assert [0, 1, 2, 3, -4, -5] == [row["loss"] for row in inner.scan_history()]
    assert ForkPoint("base", 3, 4, is_deleted=False) == fork.forked_from
    assert [RunFork("fork", 3, 4)] == list(base.forks())
    assert base.forked_from is None
    table = api.runs("ada/branched", filters={"name": {"$in": ["base", "fork", "inner"]}}).histories(keys=["loss"])
    assert [6, 5, 6] == [list(table.to_pandas()["run_id"]).count(name) for name in ("base", "fork", "inner")]
    api.runs("ada/branched", filters={"name": "base"}).delete(dry_run=False)
    assert 5 == len(list(fork.scan_history()))
    assert ForkPoint("base", 3, 4, is_deleted=True) == fork.forked_from


def test_what_cannot_be_forked_is_told(api: Api) -> None:
    api.create_run("ada/branched", id="there").finish()

    with pytest.raises(NotFoundError, match="There is no run 'nobody' in project 'ada/branched'"):
        api.create_run("ada/branched", id="orphan", fork_from=("nobody", 3))
    with pytest.raises(BadRequestError, match="is there already, and is no fork"):
        api.create_run("ada/branched", id="there", fork_from=("base", 3))
    with pytest.raises(ValueError, match=r'allowed: \(run id, step\), or "run\?_step=12"'):
        api.create_run("ada/branched", fork_from="base")


async def test_the_async_client_does_the_same(live_server: LiveServer) -> None:
    async with AsyncApi(live_server.base_url, live_server.api_key) as client:
        async with await client.create_run("ada/branched", id="async") as run:
            for number in range(5):
                await run.log({"loss": number})
            assert await run.rewind(1)
            await run.log({"loss": -1})
        fork = await client.create_run("ada/branched", id="async-fork", fork_from=("async", 2))

        assert [0, 1, -1] == [row["loss"] async for row in fork.scan_history()]
        [branch] = await run.branches().load()
        assert 5 == len([row async for row in branch.scan_history()])
        assert ForkPoint("async", 2, 3, is_deleted=False) == await fork.forked_from
        await fork.finish()
