"""api/README.md tells of every endpoint, setting and parameter of the export, and of none that is not there."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.routing import Route

from runfolio_server.actions.exports import columns as export_columns
from runfolio_server.actions.exports import history as limits
from runfolio_server.app import create_app
from runfolio_server.domain.events import MEANINGS, EventKind
from runfolio_server.domain.state_change import StateCause
from runfolio_server.endpoints import export_history
from runfolio_server.events.sweep import EVENTS_PER_RUN, KEPT_AT_LEAST_S, OTHERS_KEPT_MAX, OTHERS_KEPT_S
from runfolio_server.events.wake_up import POLL_S
from runfolio_server.graph.runs import histories, history
from runfolio_server.settings import SETTINGS, read_settings

README = (Path(__file__).parents[2] / "api" / "README.md").read_text()


def test_every_endpoint_is_in_the_table_and_no_other() -> None:
    table = README.partition("## Endpoints")[2].partition("\n## ")[0]
    told = {_beginning(path) for path in re.findall(r"`(?:[A-Z]+ )?(/[^`]*)`", table)}
    routes = [route for route in create_app(read_settings({})).routes if isinstance(route, Route)]

    assert {_beginning(route.path) for route in routes} - {"/"} == told - {"/"}


def test_every_setting_is_in_the_table_with_its_default() -> None:
    table = README.partition("\n## Settings")[2].partition("\n## ")[0]
    told = dict(re.findall(r"^\| `(\w+)` \| (?:`([^`]*)`|–)", table, re.MULTILINE))

    assert {setting.name: setting.default for setting in SETTINGS} == told


def test_every_parameter_of_the_history_export_is_in_the_table_and_no_other() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| (.+) \|$", _export_section(), re.MULTILINE))
    of_projects = {name for name, meaning in told.items() if meaning.startswith("a project's only")}

    assert export_history.PROJECT_PARAMETERS == tuple(told)
    assert {*export_history.PROJECT_PARAMETERS} - {*export_history.PARAMETERS} == of_projects


def test_the_bounds_of_parameters_of_the_history_export_are_told() -> None:
    text = _export_section()

    assert f"| `samples` | 1 to {export_history.SAMPLES_MAX:,} |" in text
    assert f"| `first` | 1 to {limits.RUNS_MAX:,} |" in text


def test_how_much_of_a_history_comes_unless_told_is_told() -> None:
    text = _section("Reading history")

    assert f"a page has {history.ROWS_DEFAULT:,} rows" in text
    assert f"a sample has {history.SAMPLES_DEFAULT} rows" in text
    assert f"a group's curve {histories.CURVE_SAMPLES_DEFAULT} stretches" in text
    assert f"`Project.historyColumns` by filters has {histories.RUNS_DEFAULT} runs" in text


def test_every_attribute_of_the_runs_export_is_in_the_table_and_no_other() -> None:
    table_of_columns = README.partition("\n## Runs as columns")[2].partition("\n## ")[0]
    told = {
        name
        for row in re.findall(r"^\| (`.+?) \|", table_of_columns, re.MULTILINE)
        for name in re.findall("`(.+?)`", row)
    }
    attributes = {name for name in told if not name.startswith(("_", "config", "summary"))}

    assert {*export_columns.ATTRIBUTES, export_columns.DURATION} | {"display_name"} == attributes


def test_every_kind_of_event_is_in_the_table_with_its_meaning() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| `(?:run_)?event` \| [^|]*\| (.+) \|$", _section("Events"), re.MULTILINE))

    assert {kind.value: meaning for kind, meaning in MEANINGS.items()} == told
    assert set(EventKind) == set(MEANINGS)


def test_every_cause_of_a_state_is_in_the_table() -> None:
    table = _section("Events").partition("| Cause |")[2].partition("\n\n")[0]

    assert [cause.value for cause in StateCause] == re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)


def test_how_long_events_are_kept_is_told() -> None:
    text = _section("Events")

    assert f"The newest {EVENTS_PER_RUN:,} events of a run stay with the run" in text
    assert f"the newest {OTHERS_KEPT_MAX:,} stay, for {OTHERS_KEPT_S / 86_400:.0f} days." in text
    assert "younger than an hour" in text
    assert KEPT_AT_LEAST_S == 3600
    assert f"every {POLL_S:.0f} seconds" in text


def _section(title: str) -> str:
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def _export_section() -> str:
    return README.partition("\n## History as Arrow or Parquet")[2].partition("\n## ")[0]


def _beginning(path: str) -> str:
    """A path up to what differs from request to request, and its last word where that tells paths apart."""
    parts = [part for part in path.split("/") if part and not part.startswith(("{", "…"))]
    return "/" + "/".join(parts)
