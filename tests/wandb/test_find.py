"""`wandb.Api().runs(…)` of the real package: filters, order, pages, counts, and errors in words that help."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.live_server import LiveServer
from tests.wandb.conftest import MakeSDK
from tests.wandb.environments import NEWEST, python_with
from tests.wandb.recorder import Recorder
from tests.wandb.sdk import SDK

RUNS: list[dict[str, Any]] = [
    {
        "id": f"run{number:02}",
        "config": {"lr": number / 10, "model": {"depth": number % 3}, "name": "ab"[number % 2]},
        "summary": {"loss": (number * 7) % 5, "eval/acc": number},
        "tags": ["all", f"mod{number % 4}"],
        "group": f"g{number % 2}",
        "exit_code": 1 if number == 3 else 0,
    }
    for number in range(7)
]
NAMES = [run["id"] for run in RUNS]


@pytest.fixture(scope="module")
def seeded(server: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Seven runs that the newest version has logged; the path of their project."""
    sdk = SDK(NEWEST, python_with(NEWEST), tmp_path_factory.mktemp("seeder"), server, Recorder())
    try:
        sdk.run("seed_runs", project="find", runs=RUNS)
    finally:
        sdk.end()
    return "ada/find"


def test_runs_are_found_by_filters_and_in_order(sdk: SDK, seeded: str) -> None:
    lists: dict[str, tuple[dict[str, Any], list[str]]] = {
        "all": ({}, NAMES),
        "pages of two": ({"per_page": 2}, NAMES),
        "page of a thousand": ({"per_page": 1000}, NAMES),
        "newest first": ({"order": "-created_at", "per_page": 3}, NAMES[::-1]),
        "config": ({"filters": {"config.lr": {"$gte": 0.25}}}, NAMES[3:]),
        "config value": ({"filters": {"config.lr.value": {"$lt": 0.25}}, "per_page": 1}, NAMES[:3]),
        "nested": ({"filters": {"config.model.depth": 2}}, [NAMES[2], NAMES[5]]),
        "summary": ({"filters": {"summary_metrics.eval/acc": {"$in": [1, 5]}}}, [NAMES[1], NAMES[5]]),
        "state": ({"filters": {"state": "failed"}}, [NAMES[3]]),
        "tags": ({"filters": {"tags": {"$in": ["mod0"]}}}, [NAMES[0], NAMES[4]]),
        "or": ({"filters": {"$or": [{"config.name": "b"}, {"name": "run00"}]}}, [NAMES[n] for n in (0, 1, 3, 5)]),
        "regex": ({"filters": {"display_name": {"$regex": "^nothing$"}}}, []),
        "by metric": (
            {"order": "-summary_metrics.loss,+name", "per_page": 2},
            [NAMES[n] for n in sorted(range(7), key=lambda n: (-((n * 7) % 5), n))],
        ),
        "by config": ({"order": "+config.name,-config.lr"}, [NAMES[n] for n in (6, 4, 2, 0, 5, 3, 1)]),
    }

    found = sdk.run("find", path=seeded, lists={name: options for name, (options, _) in lists.items()})

    expected = {
        name: {"count": len(names), "names": names, "first": names[0] if names else None}
        for name, (_, names) in lists.items()
    }
    assert expected == found


def test_lists_can_be_sliced_and_show_what_the_runs_hold(sdk: SDK, seeded: str) -> None:
    found = sdk.run(
        "find",
        path=seeded,
        slices={"per_page": 2, "of": [[0, 3], [2, 5], [5, 7]], "indices": [6, 0]},
        details=True,
    )

    assert [NAMES[0:3], NAMES[2:5], NAMES[5:7]] == found["slices"]
    assert [NAMES[6], NAMES[0]] == found["indices"]
    details = found["details"]
    assert RUNS[0]["config"] == details["config"]
    assert RUNS[0]["summary"].items() <= details["summary"].items()
    assert (["all", "mod0"], "finished", "g0", "ada") == tuple(
        details[key] for key in ("tags", "state", "group", "user")
    )
    assert [0] == details["history"]
    assert ["find"] == found["projects"]
    assert 0 == found["sweeps"]


@pytest.mark.parametrize("version", ["0.31.0", "0.22.3"])
def test_a_lazy_list_becomes_a_full_one(make_sdk: MakeSDK, seeded: str, version: str) -> None:
    found = make_sdk(version).run("find_lazily", path=seeded)

    assert NAMES == found["lazy"]
    assert [run["config"] for run in RUNS] == found["configs"] == found["eager"]
    assert [(run["id"], run["summary"]["loss"]) for run in RUNS] == [
        (row["run_id"], row["loss"]) for row in found["histories"]
    ]


def test_a_mistake_is_told_in_our_words(sdk: SDK, seeded: str) -> None:
    lists: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
        "field": ({"filters": {"colour": 1}}, ("filters.colour", "display_name")),
        "operator": (
            {"filters": {"$or": [{"state": "failed"}, {"config.lr": {"$gte1": 1}}]}},
            ("$gte1", "filters.$or[1].config.lr", "$gte"),
        ),
        "operand": ({"filters": {"created_at": {"$gt": "soon"}}}, ("soon", "filters.created_at.$gt", "ISO 8601")),
        "order": ({"order": "-colour"}, ("order[0].colour", "created_at")),
        "page size": ({"per_page": 1001}, ("first is 1001", "0 to 1000")),
    }

    told = sdk.run(
        "find_wrongly", path=seeded, may_fail=("Runs",), lists={name: options for name, (options, _) in lists.items()}
    )

    assert set(lists) == set(told)
    for name, (_, words) in lists.items():
        kind, message = told[name]
        assert "none" != kind, json.dumps(told)
        # Older versions show nobody the body of a 400.
        for word in words if sdk.version == NEWEST else ("400 Client Error",):
            assert word in message
    assert len(lists) == len([one for one in sdk.recorder.exchanges if one.status == 400]), "none is tried again"
