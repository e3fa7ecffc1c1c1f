"""Many runs at once: changed, deleted, grouped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import runfolio
from runfolio import Api, Config, Field, Runs, Summary, Tag
from tests.client.builders import Logger
from tests.live_server import LiveServer

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")


@pytest.fixture
def api(live_server: LiveServer) -> Iterator[Api]:
    """An Api of `ada`."""
    with Api(live_server.base_url, live_server.api_key) as opened:
        yield opened


def seeded(api: Api, live_server: LiveServer, project: str) -> Runs:
    """Six runs: two learning rates, three seeds each."""
    logger = Logger(live_server, project)
    for number in range(6):
        lr = 0.1 if number < 3 else 0.01
        config = {"lr": lr, "seed": number % 3, "model": {"name": "mlp"}}
        logger.run(f"r{number}", config=config, summary={"loss": lr + number}, tags=["old"])
    return api.runs(f"ada/{project}")


def test_what_filters_choose_is_changed_and_nothing_else(api: Api, live_server: LiveServer) -> None:
    runs = seeded(api, live_server, "updated")
    slow = api.runs("ada/updated", Config("lr") == 0.01)
    assert 3 == len(list(slow))

    changed = slow.update(
        add_tags=["slow"], remove_tags=["old"], group="slow ones", notes=None, config={"checked": True}
    )

    assert (3, ("r3", "r4", "r5"), False) == (changed.count, tuple(sorted(changed.ids)), changed.is_dry_run)
    assert [["old"]] * 3 + [["slow"]] * 3 == [run.tags for run in runs]
    assert [None] * 3 + ["slow ones"] * 3 == [run.group for run in runs]
    assert {"lr": 0.01, "seed": 0, "model": {"name": "mlp"}, "checked": True} == runs[3].config
    assert [["slow"]] * 3 == [run.tags for run in slow], "a list that was loaded is loaded again"


def test_a_dry_run_changes_nothing_and_says_so(api: Api, live_server: LiveServer) -> None:
    runs = seeded(api, live_server, "dry")

    told = api.runs("ada/dry", Config("seed") == 1).update(tags=["new"], dry_run=True)
    deleted = runs.delete(dry_run=True)

    assert "<2 runs would be updated: " in repr(told)
    assert "nothing was, since dry_run=True" in repr(told)
    assert 6 == deleted.count == len(api.runs("ada/dry"))
    assert ", …;" in repr(deleted)
    assert {("old",)} == {tuple(run.tags) for run in runs}


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_run_that_the_change_does_not_fit_is_named_and_the_others_are_changed(
    api: Api, live_server: LiveServer, dry_run: bool
) -> None:
    project = f"full-{dry_run}".lower()
    logger = Logger(live_server, project)
    logger.run("full", tags=[str(number) for number in range(500)])
    logger.run("empty")

    changed = api.runs(f"ada/{project}").update(add_tags=["one more"], dry_run=dry_run)

    assert (1, ("empty",), 1) == (changed.count, changed.ids, changed.refused_count)
    assert {"full": "501 tags; allowed: 500"} == changed.refused
    assert "; 1 not: see refused" in repr(changed)


def test_deleting_has_to_be_said(api: Api, live_server: LiveServer) -> None:
    runs = seeded(api, live_server, "deleted")
    chosen = api.runs("ada/deleted", Config("seed") == 0)

    with pytest.raises(TypeError, match="dry_run"):
        chosen.delete()  # type: ignore[call-arg]
    done = chosen.delete(dry_run=False)

    assert 2 == done.count
    assert "<2 runs deleted: " in repr(done)
    assert ["r1", "r2", "r4", "r5"] == [run.id for run in runs]
    assert 0 == len(chosen)


def test_a_change_of_nothing_is_refused(api: Api) -> None:
    with pytest.raises(ValueError, match="Nothing to change"):
        api.runs("ada/updated").update()
    with pytest.raises(TypeError, match="not the str 'x'"):
        api.runs("ada/updated").update(add_tags="x")


def test_a_change_that_is_not_allowed_is_told(api: Api, live_server: LiveServer) -> None:
    runs = seeded(api, live_server, "refused")

    with pytest.raises(runfolio.BadRequestError, match="allowed"):
        runs.update(tags=["x" * 300])
    with pytest.raises(runfolio.NotFoundError):
        api.runs("ada/nothing").update(tags=[])


def test_groups_are_aggregated_over_all_runs(api: Api, live_server: LiveServer) -> None:
    runs = seeded(api, live_server, "grouped")

    table = runs.groups(by=[Config("lr")], metrics=["summary.loss"])
    rows = runs.groups("config.lr", Summary("loss"), pandas=False)

    assert ["config.lr", "runs"] == list(table.columns)[:2]
    assert [0.01, 0.1] == table["config.lr"].tolist() == [row["config.lr"] for row in rows]
    assert [3, 3] == table["runs"].tolist()
    assert [4.01, 1.1] == pytest.approx(table["summary.loss.mean"].tolist())
    assert [1.0, 1.0] == pytest.approx(table["summary.loss.std"].tolist())
    assert "int64" == str(table["summary.loss.count"].dtype)


def test_what_a_group_of_one_run_lacks_is_nan_in_a_column_of_numbers(api: Api, live_server: LiveServer) -> None:
    runs = seeded(api, live_server, "single")

    table = runs.groups(by=["name"], metrics=["summary.loss", "summary.nothing"])
    empty = api.runs("ada/single", Tag("nothing")).groups("name", "summary.loss")

    for frame in (table, empty):
        kinds = {
            str(name).rpartition(".")[2]: str(kind) for name, kind in frame.dtypes.items() if "summary" in str(name)
        }
        assert {"count": "int64", **dict.fromkeys(("mean", "std", "min", "max", "median"), "float64")} == kinds
        assert "int64" == str(frame["runs"].dtype)
    assert ["nan"] * 6 == [f"{std:.3f}" for std in table["summary.loss.std"]]
    assert [True] * 6 == table["summary.nothing.mean"].isna().tolist()
    assert [0] * 6 == table["summary.nothing.count"].tolist()


def test_distributions_share_their_edges_and_count_each_run_once(api: Api, live_server: LiveServer) -> None:
    runs = seeded(api, live_server, "distributed")

    table = runs.distributions(by=[Config("lr")], metrics=["summary.loss"], bins=4)

    assert ["config.lr", "metric", "low", "high", "runs"] == list(table.columns)
    assert ["float64", "float64", "int64"] == [str(table[name].dtype) for name in ("low", "high", "runs")]
    assert {0.01: 3, 0.1: 3} == table.groupby("config.lr")["runs"].sum().to_dict()
    edges = [part[["low", "high"]].to_numpy().tolist() for _, part in table.groupby("config.lr")]
    assert 4 == len(edges[0])
    assert edges[0] == edges[1]


def test_groups_keep_to_the_filters_and_name_unknown_fields(api: Api, live_server: LiveServer) -> None:
    seeded(api, live_server, "few")
    runs = api.runs("ada/few", (Config("seed") < 2) & Tag("old"))

    assert [2, 2] == [row["runs"] for row in runs.groups("config.lr", pandas=False)]
    assert [{"config.nothing": runfolio.MISSING, "runs": 4}] == runs.groups("config.nothing", pandas=False)
    assert 0 == len(api.runs("ada/few", Tag("nothing")).groups(Field("group"), ["summary.loss"]))
    with pytest.raises(runfolio.BadRequestError, match="Unknown field"):
        runs.groups(by=["nothing"])
    with pytest.raises(runfolio.NotFoundError, match="There is no project 'nothing'"):
        api.runs("ada/nothing").groups("group")


def test_a_null_is_not_a_missing_value_in_groups_and_facets(api: Api, live_server: LiveServer) -> None:
    logger = Logger(live_server, "nulls")
    configs: list[dict[str, Any]] = [{"model": None}, {}, {}, {"model": "mlp"}, {"model": 1e308}]
    for number, config in enumerate(configs):
        logger.run(f"n{number}", config={**config, "lr": 0.1} if config else {}, summary={"loss": number})
    runs = api.runs("ada/nulls")

    values = {(repr(found.value), found.run_count) for found in api.project("ada/nulls").values(Config("model"))}
    rows = runs.groups(Config("model"), Summary("loss"), pandas=False)
    table = runs.groups([Config("model"), Config("lr")])

    # 1e308 is a float, though jsonb has written its digits out.
    assert {("MISSING", 2), ("None", 1), ("'mlp'", 1), ("1e+308", 1)} == values
    assert {("MISSING", 2), ("None", 1), ("'mlp'", 1), ("1e+308", 1)} == {
        (repr(row["config.model"]), row["runs"]) for row in rows
    }
    assert {("nan", 2), ("None", 1), ("'mlp'", 1), ("1e+308", 1)} == {
        (repr(model), count) for model, count in zip(table["config.model"], table["runs"], strict=True)
    }
    assert "float64" == table["config.lr"].dtype, "what is only missing leaves numbers numbers"
    assert not runfolio.MISSING


def test_a_column_that_is_asked_for_twice_is_refused(api: Api, live_server: LiveServer) -> None:
    runs = seeded(api, live_server, "twice")

    with pytest.raises(ValueError, match="'id' is given twice; allowed: each name once"):
        runs.to_pandas(["id", "id"])
    with pytest.raises(ValueError, match="'group' is given twice"):
        runs.groups(["group", "group"])
    with pytest.raises(ValueError, match=r"'summary\.loss' is given twice"):
        runs.groups("group", [Summary("loss"), "summary.loss"])


def test_runs_are_ordered_by_fields(api: Api, live_server: LiveServer) -> None:
    seeded(api, live_server, "ordered")

    runs = api.runs("ada/ordered", order=[-Config("lr"), Config("seed")])

    assert ["r0", "r1", "r2", "r3", "r4", "r5"] == [run.id for run in runs]
    assert "r3" == api.project("ada/ordered").runs(order=Config("lr"))[0].id


def test_the_id_of_a_deleted_run_is_taken(api: Api) -> None:
    api.create_run("ada/gone", id="gone").finish()
    api.runs("ada/gone").delete(dry_run=False)

    with pytest.raises(runfolio.ConflictError, match="belongs to a deleted run") as refused:
        api.create_run("ada/gone", id="gone")
    assert (410, "GONE") == (refused.value.status, refused.value.code)
