"""A whole project as one table, by the sync client from a real server."""

from __future__ import annotations

import math
from collections.abc import Iterator

import polars
import pytest

import runfolio
from runfolio import Api, Config
from tests.client.builders import Logger
from tests.live_server import LiveServer

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")


@pytest.fixture(scope="module")
def logger(live_server: LiveServer) -> Logger:
    """Logs into ada/table, where there are three runs: plain, odd and empty."""
    logger = Logger(live_server, "table")
    config = {"lr": 1, "n": 2, "flag": True, "opt": {"name": "adam", "betas": [0.9, 0.99]}, "a.b": "key", "big": 2**60}
    logger.run("plain", config=config, summary={"loss": 2, "acc": 0.5}, tags=["x", "y"], exit_code=0)
    odd = {"lr": 0.5, "n": "two", "a": {"b": "path"}, "huge": 10**30, "none": None, "hole": {}}
    logger.run("odd", config=odd, summary={"loss": math.nan, "acc": math.inf, "word": "\ud800"})
    logger.run("empty", groupName="g")
    return logger


@pytest.fixture
def api(live_server: LiveServer, logger: Logger) -> Iterator[Api]:
    """An Api of `ada`."""
    with Api(live_server.base_url, live_server.api_key) as opened:
        yield opened


def test_pandas_has_the_types_of_the_values(api: Api) -> None:
    table = api.runs("ada/table").to_pandas()

    assert ["plain", "odd", "empty"] == table["id"].tolist()
    types = {name: str(dtype) for name, dtype in table.dtypes.items()}
    assert "float64" == types["config.lr"] == types["summary.loss"] == types["exit_code"]
    assert "boolean" == types["config.flag"]
    assert "Int64" == types["config.big"], "not exact as a float"
    assert "object" == types["config.n"] == types["config.opt.betas"] == types["tags"] == types["config.huge"]
    assert "datetime64[us, UTC]" == types["created_at"] == types["heartbeat_at"] == types["finished_at"]
    assert [2, "two", None] == table["config.n"].tolist()
    assert 2**60 == table["config.big"][0]
    assert 10**30 == table["config.huge"][1]
    assert {} == table["config.hole"][1]
    assert [["x", "y"], [], []] == table["tags"].tolist()
    assert math.isinf(table["summary.acc"][1])
    assert "\ufffd" == table["summary.word"][1], "no table can hold a lone surrogate"
    assert not [name for name in table.columns if "_wandb" in name]


def test_columns_are_attributes_then_config_then_summary(api: Api) -> None:
    names = list(api.runs("ada/table").to_pandas().columns)

    ranks = [1 if name.startswith("config.") else 2 if name.startswith("summary.") else 0 for name in names]
    assert sorted(ranks) == ranks
    assert {"id", "name", "state", "user", "entity", "project", "created_at"} <= set(names[: ranks.index(1)])


def test_one_key_with_a_dot_goes_before_a_path_where_a_run_has_both(api: Api, logger: Logger) -> None:
    logger.run("both", config={"a": {"b": "path", "c": 1}, "a.b": "key"})

    table = api.runs("ada/table").to_pandas(["id", "config.a.b", "config.a.c"]).set_index("id")

    assert ["key", "path", "key"] == table["config.a.b"][["plain", "odd", "both"]].tolist()
    assert 1 == table["config.a.c"]["both"]


def test_columns_come_as_asked_for_even_where_no_run_has_them(api: Api) -> None:
    table = api.runs("ada/table", Config("lr").exists(), order="-config.lr").to_pandas(
        ["summary.nothing", "config.lr", "id"]
    )

    assert ["summary.nothing", "config.lr", "id"] == list(table.columns)
    assert [("plain", 1.0), ("odd", 0.5)] == list(zip(table["id"], table["config.lr"], strict=True))
    with pytest.raises(runfolio.BadRequestError, match="Unknown column 'loss'") as caught:
        api.runs("ada/table").to_pandas(["loss"])
    assert "columns" == caught.value.path
    assert "summary.<key>" in (caught.value.allowed or ())


def test_polars_tells_missing_from_nan(api: Api) -> None:
    table = api.runs("ada/table").to_polars()

    assert polars.Float64 == table["config.lr"].dtype
    assert polars.Int64 == table["config.big"].dtype
    assert polars.Boolean == table["config.flag"].dtype
    assert polars.Datetime("us", "UTC") == table["created_at"].dtype == table["finished_at"].dtype
    assert polars.List(polars.String) == table["tags"].dtype
    assert ["2", '"two"', None] == table["config.n"].to_list()[:3]
    assert "[0.9,0.99]" == table["config.opt.betas"][0]
    loss = table["summary.loss"].to_list()[:3]
    assert (2.0, None) == (loss[0], loss[2])
    assert math.isnan(loss[1])


def test_arrow_has_the_same_types(api: Api) -> None:
    table = api.runs("ada/table", {"name": "plain"}).to_arrow()

    types = {name: str(table.schema.field(name).type) for name in table.column_names}
    assert "int64" == types["config.lr"] == types["config.n"] == types["exit_code"]
    assert "double" == types["summary.acc"]
    assert "timestamp[us, tz=UTC]" == types["finished_at"]
    assert "list<item: string>" == types["tags"].replace("element", "item")
    assert [["x", "y"]] == table.column("tags").to_pylist()


def test_a_project_without_runs_is_a_table_without_rows(api: Api) -> None:
    nothing = api.runs("ada/table", {"name": "nothing"})

    for table in (nothing.to_pandas(), nothing.to_polars()):
        assert 0 == len(table)
        assert {"id", "created_at", "tags"} <= set(table.columns)
    assert 0 == nothing.to_arrow().num_rows
    with pytest.raises(runfolio.NotFoundError, match="There is no project 'nothing' in entity 'ada'"):
        api.runs("ada/nothing").to_pandas()
    with pytest.raises(runfolio.BadRequestError, match="Unknown operator"):
        api.runs("ada/table", {"name": {"$is": 1}}).to_pandas()
