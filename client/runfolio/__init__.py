"""The client of a runfolio server. Everything public is here; every other module is private.

Importing it costs next to nothing: what is named below is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gql import gql

    from runfolio._async.alerts import AsyncAlerts
    from runfolio._async.api import AsyncApi
    from runfolio._async.artifact import AsyncArtifact
    from runfolio._async.artifact_files import AsyncArtifactFile, AsyncArtifactFiles
    from runfolio._async.artifacts import AsyncArtifactCollections, AsyncArtifacts, AsyncRunArtifactList
    from runfolio._async.branches import AsyncBranches, AsyncBranchScan, AsyncRunBranch
    from runfolio._async.console import AsyncConsoleFollower, AsyncConsoleLines
    from runfolio._async.deleted import AsyncDeletedProject, AsyncDeletedProjects, AsyncDeletedRun, AsyncDeletedRuns
    from runfolio._async.files import AsyncFile, AsyncFiles
    from runfolio._async.history import AsyncHistoryScan
    from runfolio._async.media import AsyncHtml, AsyncImage, AsyncMedia, AsyncPlotly, AsyncTable, AsyncVideo
    from runfolio._async.project import AsyncProject, AsyncProjects
    from runfolio._async.run import AsyncRun
    from runfolio._async.run_lineage import AsyncForks
    from runfolio._async.runs import AsyncRuns
    from runfolio._async.state_changes import AsyncStateChanges
    from runfolio._core.alert import Alert
    from runfolio._core.artifact_collection import ArtifactCollection
    from runfolio._core.artifact_lineage import ArtifactLineage, LineageEdge, LineageRun
    from runfolio._core.console_line import ConsoleLine
    from runfolio._core.errors import (
        ApiError,
        AuthenticationError,
        BadRequestError,
        ConfigurationError,
        ConflictError,
        DownloadError,
        LogError,
        MalformedPathError,
        MissingExtraError,
        NotFoundError,
        PermissionDeniedError,
        RestoreError,
        RunfolioError,
        ServerError,
        TooLargeError,
        TooManyRequestsError,
        UnavailableError,
    )
    from runfolio._core.filters import Config, Field, Filter, Summary, Tag
    from runfolio._core.fork_point import ForkPoint, RunFork
    from runfolio._core.group_curves import GroupCurve
    from runfolio._core.media import Box, Histogram, ModelGraph, ModelLayer
    from runfolio._core.metadata_field import Metadata
    from runfolio._core.metric_key import MetricKey
    from runfolio._core.missing_value import MISSING
    from runfolio._core.restored_code import RestoredCode
    from runfolio._core.run_changes import ChangedRuns
    from runfolio._core.run_facets import DocumentKey, FieldValue, HistogramBin, RunField
    from runfolio._core.run_metric import RunMetric
    from runfolio._core.run_order import OrderWarning
    from runfolio._core.run_overview import RunOverview
    from runfolio._core.settings import Setting, Settings
    from runfolio._core.state_change import StateChange
    from runfolio._core.user import Entity, User
    from runfolio._sync.alerts import Alerts
    from runfolio._sync.api import Api
    from runfolio._sync.artifact import Artifact
    from runfolio._sync.artifact_files import ArtifactFile, ArtifactFiles
    from runfolio._sync.artifacts import ArtifactCollections, Artifacts, RunArtifactList
    from runfolio._sync.branches import Branches, BranchScan, RunBranch
    from runfolio._sync.console import ConsoleFollower, ConsoleLines
    from runfolio._sync.deleted import DeletedProject, DeletedProjects, DeletedRun, DeletedRuns
    from runfolio._sync.files import File, Files
    from runfolio._sync.history import HistoryScan
    from runfolio._sync.media import Html, Image, Media, Plotly, Table, Video
    from runfolio._sync.project import Project, Projects
    from runfolio._sync.run import Run
    from runfolio._sync.run_lineage import Forks
    from runfolio._sync.runs import Runs
    from runfolio._sync.state_changes import StateChanges
    from runfolio.history_table import HistoryTable

_NAMES_BY_MODULE = {
    "gql": ("gql",),
    "runfolio._async.alerts": ("AsyncAlerts",),
    "runfolio._async.api": ("AsyncApi",),
    "runfolio._async.branches": ("AsyncBranchScan", "AsyncBranches", "AsyncRunBranch"),
    "runfolio._async.deleted": ("AsyncDeletedProject", "AsyncDeletedProjects", "AsyncDeletedRun", "AsyncDeletedRuns"),
    "runfolio._async.artifact": ("AsyncArtifact",),
    "runfolio._async.artifact_files": ("AsyncArtifactFile", "AsyncArtifactFiles"),
    "runfolio._async.artifacts": ("AsyncArtifactCollections", "AsyncArtifacts", "AsyncRunArtifactList"),
    "runfolio._core.artifact_collection": ("ArtifactCollection",),
    "runfolio._core.artifact_lineage": ("ArtifactLineage", "LineageEdge", "LineageRun"),
    "runfolio._core.metadata_field": ("Metadata",),
    "runfolio._sync.artifact": ("Artifact",),
    "runfolio._sync.artifact_files": ("ArtifactFile", "ArtifactFiles"),
    "runfolio._sync.artifacts": ("ArtifactCollections", "Artifacts", "RunArtifactList"),
    "runfolio._async.files": ("AsyncFile", "AsyncFiles"),
    "runfolio._async.console": ("AsyncConsoleFollower", "AsyncConsoleLines"),
    "runfolio._async.history": ("AsyncHistoryScan",),
    "runfolio._async.media": ("AsyncHtml", "AsyncImage", "AsyncMedia", "AsyncPlotly", "AsyncTable", "AsyncVideo"),
    "runfolio._async.project": ("AsyncProject", "AsyncProjects"),
    "runfolio._async.run": ("AsyncRun",),
    "runfolio._async.run_lineage": ("AsyncForks",),
    "runfolio._async.runs": ("AsyncRuns",),
    "runfolio._async.state_changes": ("AsyncStateChanges",),
    "runfolio._core.alert": ("Alert",),
    "runfolio._core.console_line": ("ConsoleLine",),
    "runfolio._core.errors": (
        "ApiError",
        "AuthenticationError",
        "BadRequestError",
        "ConfigurationError",
        "ConflictError",
        "DownloadError",
        "LogError",
        "MalformedPathError",
        "MissingExtraError",
        "NotFoundError",
        "PermissionDeniedError",
        "RestoreError",
        "RunfolioError",
        "ServerError",
        "TooLargeError",
        "TooManyRequestsError",
        "UnavailableError",
    ),
    "runfolio._core.filters": ("Config", "Field", "Filter", "Summary", "Tag"),
    "runfolio._core.fork_point": ("ForkPoint", "RunFork"),
    "runfolio._core.group_curves": ("GroupCurve",),
    "runfolio._core.media": ("Box", "Histogram", "ModelGraph", "ModelLayer"),
    "runfolio._core.metric_key": ("MetricKey",),
    "runfolio._core.missing_value": ("MISSING",),
    "runfolio._core.restored_code": ("RestoredCode",),
    "runfolio._core.run_changes": ("ChangedRuns",),
    "runfolio._core.run_facets": ("DocumentKey", "FieldValue", "HistogramBin", "RunField"),
    "runfolio._core.run_metric": ("RunMetric",),
    "runfolio._core.run_order": ("OrderWarning",),
    "runfolio._core.settings": ("Setting", "Settings"),
    "runfolio._core.run_overview": ("RunOverview",),
    "runfolio._core.state_change": ("StateChange",),
    "runfolio._core.user": ("Entity", "User"),
    "runfolio._sync.alerts": ("Alerts",),
    "runfolio._sync.api": ("Api",),
    "runfolio._sync.branches": ("BranchScan", "Branches", "RunBranch"),
    "runfolio._sync.deleted": ("DeletedProject", "DeletedProjects", "DeletedRun", "DeletedRuns"),
    "runfolio._sync.files": ("File", "Files"),
    "runfolio._sync.console": ("ConsoleFollower", "ConsoleLines"),
    "runfolio._sync.history": ("HistoryScan",),
    "runfolio._sync.media": ("Html", "Image", "Media", "Plotly", "Table", "Video"),
    "runfolio._sync.project": ("Project", "Projects"),
    "runfolio._sync.run": ("Run",),
    "runfolio._sync.run_lineage": ("Forks",),
    "runfolio._sync.runs": ("Runs",),
    "runfolio._sync.state_changes": ("StateChanges",),
    "runfolio.history_table": ("HistoryTable",),
}
_MODULE_BY_NAME = {name: module for module, names in _NAMES_BY_MODULE.items() for name in names}

__all__ = [
    "MISSING",
    "Alert",
    "Alerts",
    "Api",
    "ApiError",
    "Artifact",
    "ArtifactCollection",
    "ArtifactCollections",
    "ArtifactFile",
    "ArtifactFiles",
    "ArtifactLineage",
    "Artifacts",
    "AsyncAlerts",
    "AsyncApi",
    "AsyncArtifact",
    "AsyncArtifactCollections",
    "AsyncArtifactFile",
    "AsyncArtifactFiles",
    "AsyncArtifacts",
    "AsyncBranchScan",
    "AsyncBranches",
    "AsyncConsoleFollower",
    "AsyncConsoleLines",
    "AsyncDeletedProject",
    "AsyncDeletedProjects",
    "AsyncDeletedRun",
    "AsyncDeletedRuns",
    "AsyncFile",
    "AsyncFiles",
    "AsyncForks",
    "AsyncHistoryScan",
    "AsyncHtml",
    "AsyncImage",
    "AsyncMedia",
    "AsyncPlotly",
    "AsyncProject",
    "AsyncProjects",
    "AsyncRun",
    "AsyncRunArtifactList",
    "AsyncRunBranch",
    "AsyncRuns",
    "AsyncStateChanges",
    "AsyncTable",
    "AsyncVideo",
    "AuthenticationError",
    "BadRequestError",
    "Box",
    "BranchScan",
    "Branches",
    "ChangedRuns",
    "Config",
    "ConfigurationError",
    "ConflictError",
    "ConsoleFollower",
    "ConsoleLine",
    "ConsoleLines",
    "DeletedProject",
    "DeletedProjects",
    "DeletedRun",
    "DeletedRuns",
    "DocumentKey",
    "DownloadError",
    "Entity",
    "Field",
    "FieldValue",
    "File",
    "Files",
    "Filter",
    "ForkPoint",
    "Forks",
    "GroupCurve",
    "Histogram",
    "HistogramBin",
    "HistoryScan",
    "HistoryTable",
    "Html",
    "Image",
    "LineageEdge",
    "LineageRun",
    "LogError",
    "MalformedPathError",
    "Media",
    "Metadata",
    "MetricKey",
    "MissingExtraError",
    "ModelGraph",
    "ModelLayer",
    "NotFoundError",
    "OrderWarning",
    "PermissionDeniedError",
    "Plotly",
    "Project",
    "Projects",
    "RestoreError",
    "RestoredCode",
    "Run",
    "RunArtifactList",
    "RunBranch",
    "RunField",
    "RunFork",
    "RunMetric",
    "RunOverview",
    "RunfolioError",
    "Runs",
    "ServerError",
    "Setting",
    "Settings",
    "StateChange",
    "StateChanges",
    "Summary",
    "Table",
    "Tag",
    "TooLargeError",
    "TooManyRequestsError",
    "UnavailableError",
    "User",
    "Video",
    "gql",
]


def __getattr__(name: str) -> object:
    if name not in _MODULE_BY_NAME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULE_BY_NAME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
