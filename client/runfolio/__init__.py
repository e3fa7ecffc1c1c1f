"""The client of a runfolio server. Everything public is here; every other module is private.

Importing it costs next to nothing: what is named below is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from runfolio._core.public_names import NAMES_BY_MODULE

if TYPE_CHECKING:
    from gql import gql

    from runfolio._async.alerts import AsyncAlerts, AsyncProjectAlerts
    from runfolio._async.api import AsyncApi
    from runfolio._async.artifact import AsyncArtifact
    from runfolio._async.artifact_files import AsyncArtifactFile, AsyncArtifactFiles
    from runfolio._async.artifacts import AsyncArtifactCollections, AsyncArtifacts, AsyncRunArtifactList
    from runfolio._async.branches import AsyncBranches, AsyncBranchScan, AsyncRunBranch
    from runfolio._async.console import AsyncConsoleFollower, AsyncConsoleLines
    from runfolio._async.deleted import AsyncDeletedProject, AsyncDeletedProjects, AsyncDeletedRun, AsyncDeletedRuns
    from runfolio._async.files import AsyncFile, AsyncFiles
    from runfolio._async.history import AsyncHistoryScan
    from runfolio._async.media import AsyncHtml, AsyncImage, AsyncMedia, AsyncPlotly, AsyncVideo
    from runfolio._async.people import AsyncApiKeys
    from runfolio._async.project import AsyncProject, AsyncProjects
    from runfolio._async.run import AsyncRun
    from runfolio._async.run_lineage import AsyncForks
    from runfolio._async.runs import AsyncRuns
    from runfolio._async.state_changes import AsyncStateChanges
    from runfolio._async.tables import AsyncJoinedTable, AsyncPartitionedTable, AsyncTable
    from runfolio._async.team import AsyncTeam, AsyncTeamInvites, AsyncTeamMembers, AsyncTeams
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
    from runfolio._core.people import ApiKey, Invite, TeamMember
    from runfolio._core.restored_code import RestoredCode
    from runfolio._core.run_changes import ChangedRuns
    from runfolio._core.run_facets import DocumentKey, FieldValue, HistogramBin, RunField
    from runfolio._core.run_metric import RunMetric
    from runfolio._core.run_order import OrderWarning
    from runfolio._core.run_overview import RunOverview
    from runfolio._core.settings import Setting, Settings
    from runfolio._core.state_change import StateChange
    from runfolio._core.user import Entity, User
    from runfolio._sync.alerts import Alerts, ProjectAlerts
    from runfolio._sync.api import Api
    from runfolio._sync.artifact import Artifact
    from runfolio._sync.artifact_files import ArtifactFile, ArtifactFiles
    from runfolio._sync.artifacts import ArtifactCollections, Artifacts, RunArtifactList
    from runfolio._sync.branches import Branches, BranchScan, RunBranch
    from runfolio._sync.console import ConsoleFollower, ConsoleLines
    from runfolio._sync.deleted import DeletedProject, DeletedProjects, DeletedRun, DeletedRuns
    from runfolio._sync.files import File, Files
    from runfolio._sync.history import HistoryScan
    from runfolio._sync.media import Html, Image, Media, Plotly, Video
    from runfolio._sync.people import ApiKeys
    from runfolio._sync.project import Project, Projects
    from runfolio._sync.run import Run
    from runfolio._sync.run_lineage import Forks
    from runfolio._sync.runs import Runs
    from runfolio._sync.state_changes import StateChanges
    from runfolio._sync.tables import JoinedTable, PartitionedTable, Table
    from runfolio._sync.team import Team, TeamInvites, TeamMembers, Teams
    from runfolio.history_table import HistoryTable

_MODULE_BY_NAME = {name: module for module, names in NAMES_BY_MODULE.items() for name in names}

__all__ = [
    "MISSING",
    "Alert",
    "Alerts",
    "Api",
    "ApiError",
    "ApiKey",
    "ApiKeys",
    "Artifact",
    "ArtifactCollection",
    "ArtifactCollections",
    "ArtifactFile",
    "ArtifactFiles",
    "ArtifactLineage",
    "Artifacts",
    "AsyncAlerts",
    "AsyncApi",
    "AsyncApiKeys",
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
    "AsyncJoinedTable",
    "AsyncMedia",
    "AsyncPartitionedTable",
    "AsyncPlotly",
    "AsyncProject",
    "AsyncProjectAlerts",
    "AsyncProjects",
    "AsyncRun",
    "AsyncRunArtifactList",
    "AsyncRunBranch",
    "AsyncRuns",
    "AsyncStateChanges",
    "AsyncTable",
    "AsyncTeam",
    "AsyncTeamInvites",
    "AsyncTeamMembers",
    "AsyncTeams",
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
    "Invite",
    "JoinedTable",
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
    "PartitionedTable",
    "PermissionDeniedError",
    "Plotly",
    "Project",
    "ProjectAlerts",
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
    "Team",
    "TeamInvites",
    "TeamMember",
    "TeamMembers",
    "Teams",
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
