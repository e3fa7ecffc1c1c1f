"""Every name that is printed is one that is accepted: of columns, of keys and of metrics, whatever the keys are."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from runfolio import MISSING, Api, Config, OrderWarning, Summary
from tests.client.builders import Logger
from tests.live_server import LiveServer

pytestmark = pytest.mark.usefixtures("anyio_backend")

NUMBERS = itertools.count()
EXAMPLES = 2
# Not made smaller: each example asks a server a hundred times.
PHASES = (Phase.explicit, Phase.generate)
KEYS = (
    "a", "b", "a.b", "b.a", "mAP@0.5", "mAP@0.5:0.95", "a > 0.5", "x[0]", 'say "x"', "it's", "no, comma", "a.b, c",
    "a.", ".b", "..", "0", "ключ", "value", "$gt", "{}", "tags", 'b["c"]', "back\\slash", "back\\,", "a ",
)  # fmt: skip
keys = st.sampled_from(KEYS) | st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=4)
documents = st.recursive(
    st.integers(0, 3) | st.lists(st.integers(0, 3), max_size=2),
    lambda inner: st.dictionaries(keys, inner, min_size=1, max_size=3),
    max_leaves=6,
).map(lambda value: value if isinstance(value, dict) else {"a": value})


@pytest.fixture(scope="module")
def api(live_server: LiveServer) -> Iterator[Api]:
    """An Api of `ada`."""
    with Api(live_server.base_url, live_server.api_key) as opened:
        yield opened


def check(api: Api, project: str, name: str, order: str, value: Any = MISSING) -> None:
    """The name selects the run `odd`, and not `empty`, which was made before, wherever a field may be named."""
    runs = api.runs(project)

    assert ["odd"] == [run.id for run in api.runs(project, {name: {"$exists": True}})], name
    assert ["odd", "empty"] == [run.id for run in api.runs(project, order=order)], name
    groups = runs.groups(name, pandas=False)
    counted = {
        found.run_count: found.value for found in api.project(project).values(name) if found.value is not MISSING
    }
    assert [1, 1] == [group["runs"] for group in groups], name
    assert [1] == list(counted), name
    if value is not MISSING:
        assert value == groups[0][name] == counted[1], name
        assert isinstance(value, list | dict) != bool(api.project(project).histogram(name)), name


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(documents, documents)
@example({"limit": {"a > 0.5": 1, "a": {"b": {"c.d": {"e": {"f.g": 2}}}}}}, {"eval": {"mAP@0.5": 2}, "no, comma": 1})
@example({"a, b": {"c": 1}, "": 2, "a": {"": 1, "b ": 3}}, {"a.b": 1, "a": {"b": 2}, "b": {"a.b, c": 1}})
@example({"a": {"b": {"c": 1}, "b.c": 2}, "a.0": {"b": 1}, "0": [1]}, {".".join("a" * 40): 1})
def test_the_name_of_every_column_and_key_selects_its_run(
    api: Api, live_server: LiveServer, config: dict[str, Any], summary: dict[str, Any]
) -> None:
    project = f"ada/p{next(NUMBERS)}"
    logger = Logger(live_server, project.partition("/")[2])
    logger.run("empty")
    logger.run("odd", config=config, summary=summary)

    table = api.runs(project).to_pandas()
    row = table[table["id"] == "odd"].iloc[0]
    names = [name for name in table.columns if name.startswith(("config", "summary"))]
    chosen = api.runs(project).to_pandas(["id", *names])
    assert ["id", *names] == list(chosen.columns)
    cells = chosen[chosen["id"] == "odd"].iloc[0]
    for name in names:
        assert row[name] == cells[name], name
        check(api, project, name, name, row[name])
    fields = {key.field for document in ("config", "summary") for key in api.project(project).keys(document)}
    assert fields <= set(names)


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(documents)
@example({"eval": {"mAP@0.5": 2, "a.b, c": 1}, "no, comma": 1, "back\\,": {"a.b,": 3}})
def test_the_name_of_every_metric_selects_its_run_and_its_rows(api: Api, row: dict[str, Any]) -> None:
    project = f"ada/p{next(NUMBERS)}"
    api.create_run(project, id="empty").finish()
    with api.create_run(project, id="odd") as run:
        run.log({key: value for key, value in row.items() if not key.startswith("_")})

    for key in api.run(f"{project}/odd").metric_keys():
        # An order is trimmed at its end, and what it names is text: only brackets keep that space.
        if key.name and not key.name[-1].isspace() and not key.name.startswith("_"):
            check(api, project, Summary(key.name).name, f"{+Summary(key.name)}")
            assert 1 == len(list(api.run(f"{project}/odd").scan_history([key.name]))), key.name


def test_an_order_by_a_key_that_no_run_has_is_told_and_the_runs_come_all_the_same(
    api: Api, live_server: LiveServer
) -> None:
    logger = Logger(live_server, "orders")
    logger.run("one", config={"lr": 1, "only": {"here": None}})
    logger.run("two", config={"lr": 2})

    for order in ("-config.lr", "+created_at", "-config.only.here", ["-config.lr", "+config.only.here"]):
        assert 2 == len(list(api.runs("ada/orders", order=order))), "no warning: warnings are errors"
    with pytest.warns(OrderWarning, match=r"has config\.lrr"):
        assert ["one", "two"] == [run.id for run in api.runs("ada/orders", order=+Config("lrr"), per_page=1)]
    with pytest.warns(OrderWarning, match=r"has config\.lrr"):
        assert ["two", "one"] == [run.id for run in api.runs("ada/orders", order=["-config.lr", "config.lrr"])]
    with pytest.warns(OrderWarning, match=r"has config\.only"):
        assert ["two"] == [run.id for run in api.runs("ada/orders", Config("lr") == 2, order="-config.only")]
    with pytest.warns(OrderWarning, match=r"has config\.lrr"):
        assert ["two", "one"] == api.runs("ada/orders", order="-config.lrr").to_pandas()["id"].tolist()
    assert [] == list(api.runs("ada/orders", Config("lr") == 3, order="-config.lrr")), "of no runs nothing is told"
