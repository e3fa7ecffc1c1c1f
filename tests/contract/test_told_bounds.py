"""What descriptions and docstrings tell is so: bounds are those of the code, and what they name is there."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, build_schema

import runfolio
from runfolio_server.actions.artifacts import lineage
from runfolio_server.actions.console import read
from runfolio_server.actions.exports import history as export_action
from runfolio_server.actions.identity import api_keys, invites, users
from runfolio_server.actions.projects import lifecycle as projects
from runfolio_server.actions.runs import bulk, files
from runfolio_server.domain import alert, artifact_names, names
from runfolio_server.domain.run_attributes import RUN_ATTRIBUTES, attribute_of
from runfolio_server.endpoints import export_history
from runfolio_server.filters.language.field_table import camel_case
from runfolio_server.graph.limits import variable_limits
from runfolio_server.graph.relay import connections
from runfolio_server.graph.runs import (
    console,
    facets,
    group,
    histogram,
    histories,
    history,
    history_columns,
    model_graph,
    writing,
)
from runfolio_server.graph.wandb import history as wandb_history
from runfolio_server.history.storage.chunk import SHOWN_BYTES_MAXIMUM
from runfolio_server.history.storage.kept_members import MAX_KEY_BYTES
from runfolio_server.ingest.column_input import MAX_COLUMNS
from runfolio_server.ingest.lines import MAX_LINES

ROOT = Path(__file__).parents[2]
SERVED = build_schema(resources.files("runfolio_schema").joinpath("served.graphql").read_text(encoding="utf-8"))
BOUND = re.compile(r"(?:[Aa]t most|up to|[Tt]he first|than|\d to) (\d[\d,]*)(?!\.?\d)|(\d[\d,]*) unless told")
PAGE = {connections.PAGE_SIZE_DEFAULT, connections.PAGE_SIZE_MAX}
ITEMS_OF_PAGES = "How many items; 50 unless told, at most 1,000."
# Where a number is told, and what it has to be; pages tell theirs alike.
OF_SCHEMA = {
    "AppendHistoryInput.jsonLines": {MAX_LINES},
    "AppendHistoryInput.rows": {variable_limits.ITEMS_MAX},
    "AppendHistoryInput.writer": {128},
    "AppendHistoryPayload.rejected": {writing.REJECTED_SHOWN},
    "AppendHistoryPayload.summaryRejected": {writing.REJECTED_SHOWN},
    **{
        f"{kind.value}.{camel_case(attribute.field)}": {attribute.characters_max, attribute.items_max} - {None}
        for attribute in RUN_ATTRIBUTES
        for kind in attribute.inputs
        if attribute.characters_max is not None
    },
    "CreateInviteInput.days": {invites.INVITE_DAYS_MAX},
    "CreateServiceAccountInput.description": {users.DISPLAYED_NAME_MAX},
    "CreateTeamInput.teamName": {names.ENTITY_NAME_MAX},
    "GenerateApiKeyInput.description": {api_keys.DESCRIPTION_MAX},
    "GenerateApiKeyInput.name": {api_keys.KEY_NAME_MAX},
    "UpdateUserInput.displayName": {users.DISPLAYED_NAME_MAX},
    "User.invites": {invites.OPEN_INVITES_MAX},
    "CreateProjectInput.description": {projects.DESCRIPTION_MAX},
    "CreateProjectInput.name": {names.PROJECT_NAME_MAX},
    "Artifact.lineage(hops)": {lineage.HOPS_MAX},
    "BeginArtifactInput.clientId": {artifact_names.CLIENT_ID_MAX},
    "BeginArtifactInput.collection": {artifact_names.COLLECTION_NAME_MAX},
    "CreateRunInput.name": {names.RUN_NAME_MAX},
    "CopyRunInput.name": {names.RUN_NAME_MAX},
    "MoveRunInput.name": {names.RUN_NAME_MAX},
    "CreateUserInput.username": {63},
    "DeleteFilesInput.files": {files.DELETED_MAX},
    "DeleteRunsInput.ids": {bulk.IDS_MAX},
    "HistoryCurve.runCount": {histories.CURVE_RUNS_MAX},
    "HistoryColumnInput.key": {MAX_KEY_BYTES},
    "HistoryColumnsInput.count": {MAX_LINES},
    "HistoryColumnsInput.columns": {MAX_COLUMNS},
    "ManyRunsPayload.names": {bulk.NAMES_TOLD},
    "ManyRunsPayload.refused": {bulk.NAMES_TOLD},
    "MetricKey.lastValue": {SHOWN_BYTES_MAXIMUM},
    "Project.historyColumns(first)": {histories.RUNS_MAX},
    "Project.historyColumns(keys)": {history_columns.KEYS_MAX},
    "Project.historyColumns(names)": {histories.RUNS_MAX},
    "Project.historyColumns(samples)": {history.SAMPLES_MAX},
    "Mutation.raiseAlert": {alert.ALERTS_MAX},
    "Project.runGroups(bins)": {group.GROUP_BINS_MAX},
    "Project.runGroups(by)": {group.BY_MAX},
    "Project.runGroups(metrics)": {group.METRICS_MAX},
    "Project.runHistogram(bins)": {histogram.BINS_MAX},
    "Project.runKeys(first)": {facets.KEYS_MAX},
    "Project.runValues(first)": {facets.VALUES_MAX},
    "Run.consoleChanges(first)": {console.CONSOLE_PAGE_DEFAULT, console.CONSOLE_PAGE_MAX},
    "Run.consoleChanges(last)": {console.CONSOLE_PAGE_MAX},
    "Run.consoleLines(first)": {console.CONSOLE_PAGE_DEFAULT, console.CONSOLE_PAGE_MAX},
    "Run.consoleLines(last)": {console.CONSOLE_PAGE_MAX},
    "Run.consoleLines(search)": {read.SEARCHED_MAX},
    "Run.events(samples)": {wandb_history.SAMPLES_DEFAULT},
    "Run.history(samples)": {wandb_history.SAMPLES_DEFAULT},
    "Run.historyColumns(keys)": {history_columns.KEYS_MAX},
    "Run.historyColumns(samples)": {history.SAMPLES_MAX},
    "Run.historyRows(first)": {history.ROWS_DEFAULT, history.ROWS_MAX, 16},
    "Run.historySample(samples)": {history.SAMPLES_MAX},
    "Run.logLines(first)": {console.CONSOLE_PAGE_DEFAULT, console.CONSOLE_PAGE_MAX},
    "Run.logLines(last)": {console.CONSOLE_PAGE_DEFAULT, console.CONSOLE_PAGE_MAX},
    "RunBranch.historyRows(first)": {history.ROWS_DEFAULT, history.ROWS_MAX, 16},
    "RunBranch.historySample(samples)": {history.SAMPLES_MAX},
    "ModelGraph.layers(first)": {model_graph.LAYERS_DEFAULT, model_graph.LAYERS_MAX},
    "Run.modelGraphs": {20, 4},
    "RunGroup.history": {histories.CURVE_RUNS_MAX},
    "RunGroup.history(samples)": {histories.CURVE_SAMPLES_MAX},
    "User.apiKeys(first)": {connections.PAGE_SIZE_MAX},
    "RestoreProjectInput.name": {names.PROJECT_NAME_MAX},
    "UndeleteRunsInput.ids": {bulk.IDS_MAX},
    "UpdateProjectInput.description": {projects.DESCRIPTION_MAX},
    "UpdateProjectInput.name": {names.PROJECT_NAME_MAX},
    "UpdateRunsInput.ids": {bulk.IDS_MAX},
}
OF_CLIENT = {
    "artifact.lineage": {lineage.HOPS_MAX},
    "pages.AsyncPages": {connections.PAGE_SIZE_MAX},
    "team.invite": {invites.INVITE_DAYS_DEFAULT},
    "run.history": {history.SAMPLES_MAX},
    "run.history_table": {export_history.SAMPLES_MAX},
    "run_media.model_graphs": {model_graph.LAYERS_MAX},
    "run_life.alert": {alert.TITLE_MAX, alert.TEXT_MAX},
    "runs.histories": {export_action.RUNS_MAX, export_action.RUNS_WITHOUT_KEYS_MAX},
    "run_groups.curves": {group.BY_MAX, histories.CURVE_SAMPLES_MAX, histories.CURVE_RUNS_MAX},
    "run_groups.distributions": {group.GROUP_BINS_MAX},
    "run_groups.groups": {group.BY_MAX},
    "run_console.follow_console": {console.CONSOLE_PAGE_MAX},
    "scan.AsyncScan": {history.ROWS_MAX},
    "run_changes.ChangedRuns": {bulk.NAMES_TOLD},
}


def _bounds(text: str) -> set[int]:
    return {int((one or other).replace(",", "")) for one, other in BOUND.findall(text)}


def _descriptions() -> Iterator[tuple[str, str]]:
    for type_ in SERVED.type_map.values():
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for name, field in type_.fields.items():
                yield f"{type_.name}.{name}", field.description or ""
                for argument, of_argument in getattr(field, "args", {}).items():
                    yield f"{type_.name}.{name}({argument})", of_argument.description or ""


def _docstrings(folder: str) -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / folder).rglob("*.py")):
        if {"_generated", "_sync"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                name = "" if isinstance(node, ast.Module) else node.name
                yield f"{path.stem}.{name}", ast.get_docstring(node) or ""


def test_bounds_in_the_schema_are_those_of_the_server() -> None:
    told = {
        place: _bounds(text) for place, text in _descriptions() if not place.startswith("__") and text != ITEMS_OF_PAGES
    }

    assert {place: bounds for place, bounds in told.items() if bounds} == OF_SCHEMA
    assert _bounds(ITEMS_OF_PAGES) == PAGE


def test_the_table_of_names_tells_the_bounds_of_each() -> None:
    section = (ROOT / "api/README.md").read_text(encoding="utf-8").partition("## Names\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \| .*\|$", section, re.MULTILINE)

    assert {
        "projects": f"1 to {names.PROJECT_NAME_MAX}, none of `{' '.join(sorted(names.FORBIDDEN_IN_PROJECT))}`",
        "run ids": f"1 to {names.RUN_NAME_MAX}, none of `{' '.join(sorted(names.FORBIDDEN_IN_RUN))}`",
        "tags": f"1 to {attribute_of('tags').characters_max}",
        "files": f"at most {names.FILE_NAME_MAX_BYTES:,} bytes of UTF-8",
        "descriptions of API keys": f"at most {api_keys.DESCRIPTION_MAX:,}",
    }.items() <= dict(rows).items()


def test_bounds_in_docstrings_of_the_client_are_those_of_the_server() -> None:
    told = {place: _bounds(text) for place, text in _docstrings("client/runfolio")}

    assert {place: bounds for place, bounds in told.items() if bounds} == OF_CLIENT


@pytest.mark.parametrize("folder", ["api/runfolio_server", "client/runfolio"])
def test_a_field_that_a_docstring_names_is_there(folder: str) -> None:
    unknown = [
        f"{place}: {owner}.{field}"
        for place, text in _docstrings(folder)
        for owner, field in re.findall(r"\b([A-Z]\w+)\.([a-z]\w+)\b", text)
        if (type_ := SERVED.type_map.get(owner)) is not None
        and field not in getattr(type_, "fields", {})
        and not hasattr(getattr(runfolio, owner, None), field)
    ]

    assert [] == unknown


def test_an_error_that_a_docstring_of_the_client_names_is_one_of_its_own_or_of_python() -> None:
    unknown = [
        f"{place}: {name}"
        for place, text in _docstrings("client/runfolio")
        for name in re.findall(r"\b[A-Z][A-Za-z]+Error\b", text)
        if not hasattr(runfolio, name) and not hasattr(builtins, name) and name != "DemoError"
    ]

    assert [] == unknown
