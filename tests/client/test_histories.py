"""The histories of many runs in one request, and groups of runs as curves."""

from __future__ import annotations

import math
from collections.abc import Iterator

import httpx
import pytest

import runfolio
from runfolio import Api, AsyncApi, Config
from runfolio_server.history.reading.table import read_tables
from tests.client.builders import Logger
from tests.live_server import LiveServer

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")

RUNS, STEPS = 6, 20


def loss(run: int, step: int) -> float:
    return run + 1 / (step + 1)


@pytest.fixture(scope="module")
def logger(live_server: LiveServer) -> Logger:
    """Logs into ada/many, where there are six runs of two models, one without rows and one with odd ones."""
    logger = Logger(live_server, "many")
    for run in range(RUNS):
        rows = [{"_step": step, "loss": loss(run, step), "acc": step} for step in range(STEPS)]
        logger.run(f"r{run}", config={"model": ("mlp", "cnn")[run % 2], "seed": run // 2}, rows=rows)
    logger.run("empty", config={"model": "mlp", "seed": 9})
    logger.run("odd", config={"seed": 9}, rows=[{"_step": 0, "loss": math.nan}, {"_step": 1, "loss": 7, "note": "x"}])
    return logger


class Counting(httpx.HTTPTransport):
    """A network that notes what is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        return super().handle_request(request)


@pytest.fixture
def network() -> Counting:
    """The network that the Api uses."""
    return Counting()


@pytest.fixture
def api(live_server: LiveServer, logger: Logger, network: Counting) -> Iterator[Api]:
    """An Api of `ada`."""
    with Api(live_server.base_url, live_server.api_key, transport=network) as opened:
        yield opened


def test_the_histories_of_the_chosen_runs_come_in_one_request_in_their_order(api: Api, network: Counting) -> None:
    table = api.runs("ada/many", Config("model") == "mlp", order="-name").histories("loss").to_pandas()

    assert ["/export/ada/many/history.arrow"] == network.asked
    assert ["run_id", "_step", "loss"] == list(table.columns)
    assert "str" == str(table["run_id"].dtype)
    expected = [(f"r{run}", step, loss(run, step)) for run in (4, 2, 0) for step in range(STEPS)]
    assert expected == list(table.itertuples(index=False, name=None))


@pytest.mark.parametrize("page_bytes", [1, 4_000_000])
def test_each_row_keeps_its_run_however_many_pages_there_are(
    api: Api, monkeypatch: pytest.MonkeyPatch, page_bytes: int
) -> None:
    monkeypatch.setattr(read_tables, "__kwdefaults__", {"page_bytes": page_bytes})

    table = api.runs("ada/many").histories(["loss", "note"])

    expected = [f"r{run}" for run in range(RUNS) for _ in range(STEPS)] + ["odd", "odd"]
    assert expected == table.to_pandas()["run_id"].tolist() == table.to_polars()["run_id"].to_list()
    assert expected == table.to_arrow()["run_id"].to_pylist()
    assert "String" == str(table.to_polars()["run_id"].dtype)
    assert "x" == table.to_polars()["note"].to_list()[-1]


def test_a_project_reads_those_that_are_named_sampled_or_the_first(api: Api) -> None:
    project = api.project("ada/many")

    named = project.histories(["acc"], ids=["r3", "r1"], min_step=5, max_step=7).to_pandas()
    sampled = project.histories("loss", samples=4, filters=Config("model") == "cnn").to_pandas()
    first = project.histories("loss", order="-name", first=2).to_pandas()

    assert [("r1", 5), ("r1", 6), ("r3", 5), ("r3", 6)] == list(zip(named["run_id"], named["acc"], strict=True))
    assert {"r1": 4, "r3": 4, "r5": 4} == sampled["run_id"].value_counts().to_dict()
    assert {"r5": STEPS, "r4": STEPS} == first["run_id"].value_counts().to_dict()
    with pytest.raises(runfolio.NotFoundError, match="There is no run 'nobody' in project 'ada/many'"):
        project.histories("loss", ids=["r1", "nobody"])
    with pytest.raises(ValueError, match=r"ids is \[\]; allowed: a list of ids"):
        project.histories("loss", ids=[])


def test_no_run_is_a_table_without_rows_and_no_project_is_an_error(api: Api) -> None:
    nothing = api.runs("ada/many", {"name": "nobody"}).histories("loss")

    assert ["run_id", "_step", "loss"] == list(nothing.to_pandas().columns) == nothing.to_polars().columns
    assert 0 == len(nothing)
    with pytest.raises(runfolio.NotFoundError, match="There is no project 'nothing' in entity 'ada'"):
        api.runs("ada/nothing").histories("loss")
    with pytest.raises(runfolio.BadRequestError, match="Unknown operator"):
        api.runs("ada/many", {"name": {"$is": 1}}).histories("loss")


def test_groups_are_curves_with_a_band(api: Api) -> None:
    table = api.project("ada/many").curves(by=["config.model"], key="loss")

    assert ["config.model", "x", "mean", "std", "min", "max", "count"] == list(table.columns)
    assert ["cnn"] * STEPS + ["mlp"] * STEPS + [None] == table["config.model"].astype(object).where(
        table["config.model"].notna(), None
    ).tolist()
    for at, model in ((0, 1), (STEPS, 0)):
        for step in range(STEPS):
            values = [loss(run, step) for run in range(model, RUNS, 2)]
            row = table.iloc[at + step]
            assert (step, 3, min(values), max(values)) == (row["x"], row["count"], row["min"], row["max"])
            assert (pytest.approx(sum(values) / 3), pytest.approx(2)) == (row["mean"], row["std"])
    last = table.iloc[-1]
    assert (1, 7, 1, True) == (last["x"], last["mean"], last["count"], math.isnan(last["std"]))


def test_curves_run_along_another_key(api: Api) -> None:
    table = api.project("ada/many").curves("config.model", "loss", x_axis="loss")

    assert len(table)
    assert table["x"].tolist() == pytest.approx(table["mean"].tolist())


def test_curves_are_objects_too_and_keep_to_filters_and_samples(api: Api) -> None:
    curves = api.runs("ada/many", Config("seed") < 2).curves([Config("model"), "state"], "acc", samples=5, pandas=False)

    assert [{"config.model": "cnn", "state": "running"}, {"config.model": "mlp", "state": "running"}] == [
        curve.group for curve in curves
    ]
    assert [2, 2] == [curve.run_count for curve in curves]
    assert [1.5, 5.5, 9.5, 13.5, 17.5] == curves[0].x == curves[0].mean
    assert ([0.0] * 5, [2] * 5) == (curves[0].std, curves[0].count)
    without = api.project("ada/many").curves("config.model", "unknown", pandas=False)
    assert [[], [], []] == [curve.x for curve in without]
    nothing = api.project("ada/many").curves("config.model", "unknown", filters={"name": "r1"})
    assert (0, ["float64"] * 5 + ["int64"]) == (len(nothing), [str(kind) for kind in nothing.dtypes][1:])
    alone = api.project("ada/many").curves("name", "loss", filters={"name": "r1"})
    assert ("float64", True) == (str(alone["std"].dtype), bool(alone["std"].isna().all()))
    with pytest.raises(runfolio.BadRequestError, match="samples is 3000; allowed: 1 to 2000"):
        api.project("ada/many").curves("config.model", "loss", 3000)


def test_more_groups_than_a_page_has_are_all_there(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runfolio._sync.curves.GROUPS_PER_PAGE", 2)

    curves = api.runs("ada/many").curves("name", "loss", pandas=False)

    assert sorted(["empty", "odd", *(f"r{run}" for run in range(RUNS))]) == [curve.group["name"] for curve in curves]


async def test_the_async_client_answers_the_same(live_server: LiveServer, api: Api) -> None:
    async with AsyncApi(live_server.base_url, live_server.api_key) as other:
        histories = await other.runs("ada/many", Config("seed") == 0).histories(["loss", "acc"])
        project = await other.project("ada/many")
        curves = await project.curves("config.model", "loss", 10)
        objects = await project.curves("config.model", "loss", 10, pandas=False)

    expected = api.runs("ada/many", Config("seed") == 0).histories(["loss", "acc"])
    assert expected.to_arrow().equals(histories.to_arrow())
    assert api.project("ada/many").curves("config.model", "loss", 10).equals(curves)
    assert api.project("ada/many").curves("config.model", "loss", 10, pandas=False) == objects
