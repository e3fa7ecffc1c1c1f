"""Everything that tells of a run is told by domain/hidden.py to be for everybody or for members: what is new, too."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest
from graphql import GraphQLObjectType, build_schema, get_named_type
from starlette.routing import Route
from strawberry.utils.str_converters import to_camel_case

import runfolio_server
from runfolio_server.actions.exports.columns import ATTRIBUTES as EXPORTED
from runfolio_server.actions.exports.columns import parse_columns
from runfolio_server.app import create_app
from runfolio_server.domain.hidden import (
    ATTRIBUTES,
    DOCUMENTS,
    EDGE_FIELDS,
    EVERYBODY,
    HIDDEN_FILES,
    IN_PART,
    MEMBERS,
    Sight,
    is_hidden_file,
)
from runfolio_server.domain.run_attributes import RUN_ATTRIBUTES
from runfolio_server.errors import Forbidden
from runfolio_server.filters.run_fields import RUN_FIELDS, SHOWN_RUN_FIELDS
from runfolio_server.settings import read_settings

PACKAGE = Path(runfolio_server.__file__).parent
SERVED = build_schema(resources.files("runfolio_schema").joinpath("served.graphql").read_text(encoding="utf-8"))
# The fields of GraphQL's Run beside those of the attributes; a new one stands here with who sees it.
RUN_FIELD_AUDIENCES = {
    **dict.fromkeys(("consoleChanges", "consoleLines", "environment", "logLineCount", "logLines"), MEMBERS),
    # Without hidden files, the SDK's own entries of the config, and artifacts of hidden types.
    **dict.fromkeys(
        ("fileCount", "files", "wandbConfig", "inputArtifacts", "inputs", "outputArtifacts", "outputs"), IN_PART
    ),
    **dict.fromkeys(
        (
            *("alerts", "branch", "branches", "events", "eventsLineCount", "eventsTail", "forkedFrom", "forks"),
            *("history", "historyColumns", "historyKeys", "historyLineCount", "historyRows", "historySample"),
            *("historyTail", "id", "internalId", "lastStep", "metric", "metricKeys", "modelGraphs", "parquetHistory"),
            *("projectId", "readOnly", "rejectedLineCount", "sampledHistory", "stateChanges", "stopped"),
            "trackedSeconds",
        ),
        EVERYBODY,
    ),
}
# What leads to files, and what keeps those that are hidden from whom.
FILE_DOORS = {
    "Run.files": "hidden_files",
    "Artifact.files": "artifacts of hidden types are not found",
    "Artifact.filesByManifestEntries": "likewise",
    "ArtifactCollectionMembership.files": "likewise",
    "ArtifactManifest.file": "likewise",
    "CreateArtifactFilesPayload.files": "of who uploads them",
    "FileEdge.node": "of one of these lists",
}
BYTE_ROUTES = {
    "/export/{entity}/{project}/history.{form}": "history is for everybody",
    "/export/{entity}/{project}/{run}/history.{form}": "likewise",
    "/export/{entity}/{project}/{run}/console.txt": "refused to who does not see all of the run",
    "/export/{entity}/{project}/runs.ndjson": "columns.py and without_hidden",
    "/objects/upload/{token}": "brings bytes and gives none",
    "/objects/download/{token}/{name:path}": "is_hidden_file, and artifacts of hidden types are not found",
    "/artifactsV2/{region}/{entity}/{project}/{collection}/{artifact}/{birth}/{digest}/{name:path}": "likewise",
    "/artifactsV2/{region}/{entity}/{project}/{collection}/{birth}/{digest}/{name:path}": "likewise",
    "/artifactsV2/{region}/{entity}/{birth}/{digest}": "likewise",
    "/artifacts/{entity}/{digest}": "likewise",
}
STRANGER = Sight(sees_all=False)


def test_each_attribute_says_who_sees_it() -> None:
    assert {attribute.column for attribute in RUN_ATTRIBUTES} == set(ATTRIBUTES)


def test_each_field_of_a_run_says_who_sees_it() -> None:
    kind = SERVED.type_map["Run"]
    assert isinstance(kind, GraphQLObjectType)

    attributes = {to_camel_case(attribute.field) for attribute in RUN_ATTRIBUTES}

    assert set(kind.fields) - attributes == set(RUN_FIELD_AUDIENCES)


def test_each_field_of_filters_says_who_may_name_it() -> None:
    of_attributes = {attribute.filter_names[0] for attribute in RUN_ATTRIBUTES if attribute.filter_names}

    assert {column.name for column in RUN_FIELDS.columns} == of_attributes | set(EDGE_FIELDS)
    assert {document.column for document in RUN_FIELDS.documents} == set(DOCUMENTS)


def test_a_field_for_members_is_refused_to_others_by_each_of_its_names() -> None:
    hidden = {attribute.column for attribute in RUN_ATTRIBUTES if ATTRIBUTES[attribute.column] is MEMBERS}
    names = [name for attribute in RUN_ATTRIBUTES if attribute.column in hidden for name in attribute.filter_names]

    assert len(names) > 4
    for name in (*names, *(name for name, audience in EDGE_FIELDS.items() if audience is MEMBERS)):
        for spelling in (name, to_camel_case(name)):
            with pytest.raises(Forbidden):
                SHOWN_RUN_FIELDS.find(spelling, "filters")


def test_each_column_of_exports_says_who_sees_it() -> None:
    for name in EXPORTED:
        attribute = next(each for each in RUN_ATTRIBUTES if each.export_names and each.export_names[0] == name)
        if ATTRIBUTES[attribute.column] is MEMBERS:
            with pytest.raises(Forbidden):
                parse_columns([name], STRANGER)
        else:
            assert parse_columns([name], STRANGER)


def test_each_door_to_files_says_what_keeps_the_hidden_ones() -> None:
    doors = {
        f"{kind.name}.{name}"
        for kind in SERVED.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for name, field in kind.fields.items()
        if str(get_named_type(field.type)) in ("File", "FileConnection")
    }

    assert set(FILE_DOORS) == doors


def test_each_route_that_gives_bytes_of_runs_or_artifacts_says_what_keeps_the_hidden_ones() -> None:
    app = create_app(read_settings({}, database_url="postgresql://nowhere", data_dir="/nowhere"))
    paths = {route.path for route in app.routes if isinstance(route, Route)}

    assert set(BYTE_ROUTES) == {path for path in paths if path.startswith(("/export", "/objects", "/artifacts"))}


def test_only_members_ask_without_telling_their_sight() -> None:
    """A query of runs is made with RunQuery.asked, and a field looked up in run_fields_for: both take the sight."""
    allowed = {"filters/run_query.py", "filters/run_fields.py"}
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if re.search(r"^(?!\s*>>>).*RunQuery\.parse\(|^(?!\s*>>>).*RUN_FIELDS\.find_value", path.read_text(), re.M)
    }

    assert set() == found - allowed


def test_a_run_is_shown_whole_without_a_look_at_the_viewer_only_to_who_changes_it() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if "sees_all=True" in path.read_text()
    }

    assert {
        "domain/hidden.py",
        *(f"graph/runs/{name}.py" for name in ("copying", "mutations", "rewind", "writing")),
        *(f"graph/wandb/{name}.py" for name in ("mutation", "rewind")),
    } == found


@pytest.mark.parametrize("name", ["output.log", "code/a/b.py", "logs/x", "a.patch", "code/\n.py", "x/debug.log"])
def test_a_hidden_file_is_one_in_lists_and_behind_urls(name: str) -> None:
    assert is_hidden_file(name)


@pytest.mark.parametrize("name", ["media/a.png", "encode/a.py", "output_log", "wandb-metadata.json.txt", "model.h5"])
def test_other_files_are_not_hidden(name: str) -> None:
    assert not is_hidden_file(name)
    assert not any("_" in pattern or "\\" in pattern for pattern in HIDDEN_FILES), "`_` is a wildcard of LIKE"
