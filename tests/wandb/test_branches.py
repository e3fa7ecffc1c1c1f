"""`resume_from` and `fork_from` of the SDK: what the server is asked, and what both clients read back."""

from __future__ import annotations

from typing import Any

import pytest

import runfolio
from tests.wandb.conftest import MakeSDK
from tests.wandb.environments import NEWEST, VERSIONS
from tests.wandb.sdk import SDK

# The newest, and one whose Python talks to the server itself.
TWO = (NEWEST, VERSIONS[1])


@pytest.fixture(params=TWO)
def one(request: pytest.FixtureRequest, make_sdk: MakeSDK) -> SDK:
    """Each of the two in turn."""
    return make_sdk(request.param)


def seen(run: runfolio.Run) -> list[tuple[int, Any]]:
    """Step and part of each row."""
    return [(row["_step"], row["part"]) for row in run.scan_history()]


def test_a_run_is_rewound_and_goes_on_after_the_step(one: SDK, api: runfolio.Api) -> None:
    name = f"rewound-{one.version}"
    one.run("branch", run=name, part="first", count=10, code=1)
    before = list(api.run(f"ada/branches/{name}").scan_history())

    started = one.run("branch", run=name, part="second", count=3, resume_from=f"{name}?_step=4", config={"lr": 2})
    again = one.run("branch", run=name, part="third", count=2, resume_from=f"{name}?_step=6")

    assert (5, 7) == (started["step"], again["step"])
    run = api.run(f"ada/branches/{name}")
    assert [(step, "first") for step in range(5)] + [(5, "second"), (6, "second"), (7, "third"), (8, "third")] == seen(
        run
    )
    assert ("finished", 0, 8, "third", 8) == (
        run.state,
        run.exit_code,
        run.last_step,
        run.summary["part"],
        run.summary["_step"],
    )
    assert {"lr": 2, "part first": True, "part second": True, "part third": True} == {
        key: value for key, value in run.config.items() if not key.startswith("_")
    }
    first, second = run.branches()
    assert (1, 4, 9, 10) == (first.number, first.step, first.last_step, first.row_count)
    assert before == list(first.scan_history())
    assert [step for step, _ in seen(run)[:7]] + [7] == [row["_step"] for row in second.scan_history()]
    assert ["first line", "second line", "third line"] == sorted(
        {line.text.rpartition(" ")[0] for line in run.console_lines()}
    )


def test_a_rewound_run_that_logs_nothing_more_has_the_summary_of_its_rows(one: SDK, api: runfolio.Api) -> None:
    name = f"quiet-{one.version}"
    one.run("branch", run=name, part="first", count=10)

    one.run("branch", run=name, part="second", count=0, resume_from=f"{name}?_step=4")

    run = api.run(f"ada/branches/{name}")
    assert ([(step, "first") for step in range(5)], 4) == (seen(run), run.last_step)
    assert ("first", 4) == (run.summary["part"], run.summary["number"])


def test_a_fork_goes_on_from_the_step_of_its_parent(one: SDK, api: runfolio.Api) -> None:
    base, name, child = f"base-{one.version}", f"fork-{one.version}", f"child-{one.version}"
    one.run("branch", run=base, part="base", count=6)

    started = one.run("branch", run=name, part="fork", count=3, fork_from=f"{base}?_step=3")
    inner = one.run("branch", run=child, part="child", count=1, fork_from=f"{name}?_step=2")

    assert (4, 3) == (started["step"], inner["step"])
    run, parent = api.run(f"ada/branches/{name}"), api.run(f"ada/branches/{base}")
    assert [(step, "base") for step in range(4)] + [(step, "fork") for step in range(4, 7)] == seen(run)
    assert [(step, "base") for step in range(6)] == seen(parent)
    assert [(0, "base"), (1, "base"), (2, "base"), (3, "child")] == seen(api.run(f"ada/branches/{child}"))
    point = run.forked_from
    assert point is not None
    assert (base, 3, 4, False) == (point.run_id, point.step, point.row_count, point.is_deleted)
    assert [name] == [fork.run_id for fork in parent.forks()]
    assert list(range(7)) == [row["_step"] for row in run.history(pandas=False, keys="part")]
    read = one.run("read_branch", run=name)
    assert (list(range(7)), list(range(7)), 6) == (read["scanned"], read["sampled"], read["last_step"])
    api.runs("ada/branches", filters={"name": base}).delete(dry_run=False)
    assert list(range(7)) == [step for step, _ in seen(run)]
    point = run.forked_from
    assert point is not None
    assert point.is_deleted


def test_a_fork_of_a_run_that_is_not_there_fails_at_once(one: SDK, api: runfolio.Api) -> None:
    refused = one.run(
        "branch", run=f"orphan-{one.version}", part="x", count=1, fork_from="nobody?_step=3", may_fail=["UpsertBucket"]
    )["refused"]

    assert "There is no run 'nobody' in project 'ada/branches'" in refused
    with pytest.raises(runfolio.NotFoundError):
        api.run(f"ada/branches/orphan-{one.version}")


def test_a_rewind_of_a_run_that_is_not_there_fails_at_once(one: SDK) -> None:
    refused = one.run(
        "branch",
        run=f"ghost-{one.version}",
        part="x",
        count=1,
        resume_from=f"ghost-{one.version}?_step=3",
        may_fail=["RewindRun"],
    )["refused"]

    assert f"There is no run 'ghost-{one.version}'" in refused


def test_a_rewound_run_is_resumed_and_used_again(one: SDK, api: runfolio.Api) -> None:
    name = f"then-{one.version}"
    one.run("branch", run=name, part="first", count=10)
    one.run("branch", run=name, part="second", count=2, resume_from=f"{name}?_step=2")

    resumed = one.run("branch", run=name, part="third", count=2, resume="must")

    assert 5 == resumed["step"]
    run = api.run(f"ada/branches/{name}")
    assert [(0, "first"), (1, "first"), (2, "first"), (3, "second"), (4, "second"), (5, "third"), (6, "third")] == seen(
        run
    )


def test_a_scan_after_a_rewind_has_no_row_that_an_earlier_scan_has_kept(newest: SDK) -> None:
    name = "kept-by-the-sdk"
    newest.run("branch", run=name, part="first", count=10)
    first = newest.run("read_branch", run=name)

    newest.run("branch", run=name, part="second", count=3, resume_from=f"{name}?_step=4")
    second = newest.run("read_branch", run=name)

    assert ["first"] * 10 == first["parts"]
    assert ["first"] * 5 + ["second"] * 3 == second["parts"]
