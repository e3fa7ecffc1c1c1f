"""Lists of runs and projects, chosen and in order, by the sync client from a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import runfolio
from runfolio import Api, Config, Field, Summary, Tag
from tests.client.builders import Logger
from tests.live_server import LiveServer

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")


@pytest.fixture
def api(live_server: LiveServer) -> Iterator[Api]:
    """An Api of `ada`."""
    with Api(live_server.base_url, live_server.api_key) as opened:
        yield opened


@pytest.fixture(scope="module")
def many(live_server: LiveServer) -> list[str]:
    """The ids of the seven runs of ada/many, oldest first; there is one run in ada/other."""
    Logger(live_server, "other").run("alone")
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
    assert {"other", "many"} <= {project.name for project in api.projects()}
    assert {"other", "many"} <= {project.name for project in api.projects("ada", per_page=1)}
    assert "many" == api.project("ada/many").name
    with pytest.raises(runfolio.NotFoundError, match="There is no project 'nothing' in entity 'ada'"):
        api.project("nothing")


def chosen(api: Api, filters: runfolio.Filter | dict[str, object], order: str | list[str] = "+created_at") -> list[str]:
    """The ids of the runs of ada/many that these filters choose."""
    return [run.id for run in api.runs("ada/many", filters, order)]


def test_filters_choose_runs_as_a_dict_or_as_an_expression(api: Api, many: list[str]) -> None:
    assert ["run-5", "run-6"] == chosen(api, {"config.n": {"$gt": 4}}) == chosen(api, Config("n") > 4)
    assert ["run-2"] == chosen(api, (Config("opt.lr") == 0.2) & Summary("loss").exists())
    assert ["run-0", "run-6"] == chosen(api, (Summary("loss") < 1) | (Summary("loss") >= 6))
    assert ["run-1", "run-3"] == chosen(api, Config("n").isin([1, 3]))
    assert ["run-4"] == chosen(api, Field("name").regex("4$"))
    assert many == chosen(api, ~Tag("baseline") & Config("nothing").missing())
    assert [] == chosen(api, Tag("baseline"))


def test_a_key_with_dots_is_told_from_a_path(api: Api, live_server: LiveServer) -> None:
    logger = Logger(live_server, "dotted")
    logger.run("flat", config={"a.b": 1, 'say "x"': 1, "no, comma": 2})
    logger.run("nested", config={"a": {"b": 1}})

    def found(filters: runfolio.Filter, order: str = "+created_at") -> list[str]:
        return [run.id for run in api.runs("ada/dotted", filters, order)]

    assert ["flat", "nested"] == found(Config("a.b") == 1)
    assert ["flat"] == found(Config.exact("a.b") == 1)
    assert ["nested"] == found(Config.exact("a", "b") == 1)
    assert ["flat"] == found(Config('say "x"') == 1, order=f"-{Config('no, comma')},+name")


def test_runs_are_counted_and_kept_in_the_order_asked_for(api: Api, many: list[str]) -> None:
    runs = api.runs("ada/many", Config("n") < 3, order="-summary.loss", per_page=2)

    assert 3 == len(runs)
    assert ["run-2", "run-1", "run-0"] == [run.id for run in runs]
    assert {"config.n": {"$lt": 3}} == runs.filters
    assert "-summary.loss" == runs.order
    assert many[::-1] == chosen(api, {}, ["+state", "-config.n"])


def test_a_mistake_in_a_filter_tells_where_and_what_is_allowed(api: Api, many: list[str]) -> None:
    with pytest.raises(runfolio.BadRequestError, match=r"\$gte1") as caught:
        list(api.runs("ada/many", {"config.n": {"$gte1": 4}}))

    assert "filters.config.n" == caught.value.path
    assert caught.value.allowed is not None
    assert "$gte" in caught.value.allowed
    with pytest.raises(runfolio.BadRequestError, match="order") as caught:
        list(api.runs("ada/many", order="-nothing"))
    assert "order[0].nothing" == caught.value.path


def test_what_the_runs_hold_is_told_without_reading_them(api: Api, many: list[str]) -> None:
    project = api.project("ada/many")

    assert [("n", "number", 7), ("opt.lr", "number", 7)] == [
        (key.key, key.type, key.run_count) for key in project.keys("config")
    ], "what the SDK keeps in a config for itself is left out"
    assert ["loss"] == [key.key for key in project.keys("summary", search="os", filters=Config("n") == 1)]
    assert [(1, 1), (2, 1)] == sorted(
        (value.value, value.run_count) for value in project.values(Config("n"), filters=Config("n").isin([1, 2]))
    )
    bins = project.histogram("summary.loss", bins=3)
    assert [2, 2, 3] == [one.run_count for one in bins]
    assert (0, 6) == (bins[0].low, bins[-1].high)
    with pytest.raises(ValueError, match="allowed: config, summary"):
        project.keys("history")  # type: ignore[arg-type]
