"""The operations that the client sends: document, type of the answer, and whether sending it twice does harm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from runfolio import _generated as generated

R = TypeVar("R", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Operation(Generic[R]):
    """One operation of schema/operations; `is_repeatable` lets the transport send it again after a lost answer."""

    name: str
    document: str
    result: type[R]
    is_repeatable: bool = True


GET_VIEWER = Operation("GetViewer", generated.GET_VIEWER_GQL, generated.GetViewer)
GET_USER = Operation("GetUser", generated.GET_USER_GQL, generated.GetUser)
CREATE_USER = Operation("CreateUser", generated.CREATE_USER_GQL, generated.CreateUser, is_repeatable=False)
UPDATE_USER = Operation("UpdateUser", generated.UPDATE_USER_GQL, generated.UpdateUser)
DEACTIVATE_USER = Operation("DeactivateUser", generated.DEACTIVATE_USER_GQL, generated.DeactivateUser)
ACTIVATE_USER = Operation("ActivateUser", generated.ACTIVATE_USER_GQL, generated.ActivateUser)
LIST_API_KEYS = Operation("ListApiKeys", generated.LIST_API_KEYS_GQL, generated.ListApiKeys)
LIST_API_KEYS_OF = Operation("ListApiKeysOf", generated.LIST_API_KEYS_OF_GQL, generated.ListApiKeysOf)
GENERATE_API_KEY = Operation(
    "GenerateApiKey", generated.GENERATE_API_KEY_GQL, generated.GenerateApiKey, is_repeatable=False
)
DELETE_API_KEY = Operation("DeleteApiKey", generated.DELETE_API_KEY_GQL, generated.DeleteApiKey, is_repeatable=False)
RESET_API_KEYS = Operation("ResetApiKeys", generated.RESET_API_KEYS_GQL, generated.ResetApiKeys, is_repeatable=False)
GET_TEAM = Operation("GetTeam", generated.GET_TEAM_GQL, generated.GetTeam)
LIST_TEAMS = Operation("ListTeams", generated.LIST_TEAMS_GQL, generated.ListTeams)
LIST_TEAM_MEMBERS = Operation("ListTeamMembers", generated.LIST_TEAM_MEMBERS_GQL, generated.ListTeamMembers)
LIST_TEAM_INVITES = Operation("ListTeamInvites", generated.LIST_TEAM_INVITES_GQL, generated.ListTeamInvites)
LIST_INVITES = Operation("ListInvites", generated.LIST_INVITES_GQL, generated.ListInvites)
CREATE_TEAM = Operation("CreateTeam", generated.CREATE_TEAM_GQL, generated.CreateTeam)
CREATE_INVITE = Operation("CreateInvite", generated.CREATE_INVITE_GQL, generated.CreateInvite, is_repeatable=False)
ACCEPT_INVITE = Operation("AcceptInvite", generated.ACCEPT_INVITE_GQL, generated.AcceptInvite)
REVOKE_INVITE = Operation("RevokeInvite", generated.REVOKE_INVITE_GQL, generated.RevokeInvite)
CHANGE_ROLE = Operation("ChangeRole", generated.CHANGE_ROLE_GQL, generated.ChangeRole)
REMOVE_MEMBER = Operation("RemoveMember", generated.REMOVE_MEMBER_GQL, generated.RemoveMember, is_repeatable=False)
LEAVE_TEAM = Operation("LeaveTeam", generated.LEAVE_TEAM_GQL, generated.LeaveTeam, is_repeatable=False)
CREATE_SERVICE_ACCOUNT = Operation(
    "CreateServiceAccount", generated.CREATE_SERVICE_ACCOUNT_GQL, generated.CreateServiceAccount, is_repeatable=False
)
GET_PROJECT = Operation("GetProject", generated.GET_PROJECT_GQL, generated.GetProject)
LIST_PROJECTS = Operation("ListProjects", generated.LIST_PROJECTS_GQL, generated.ListProjects)
GET_RUN = Operation("GetRun", generated.GET_RUN_GQL, generated.GetRun)
GET_RUN_OVERVIEW = Operation("GetRunOverview", generated.GET_RUN_OVERVIEW_GQL, generated.GetRunOverview)
LIST_RUNS = Operation("ListRuns", generated.LIST_RUNS_GQL, generated.ListRuns)
LIST_STATE_CHANGES = Operation("ListStateChanges", generated.LIST_STATE_CHANGES_GQL, generated.ListStateChanges)
UPDATE_RUN = Operation("UpdateRun", generated.UPDATE_RUN_GQL, generated.UpdateRun)
UPDATE_RUN_STATE = Operation("UpdateRunState", generated.UPDATE_RUN_STATE_GQL, generated.UpdateRunState)
LIST_PROJECT_ALERTS = Operation("ListProjectAlerts", generated.LIST_PROJECT_ALERTS_GQL, generated.ListProjectAlerts)
LIST_ALERTS = Operation("ListAlerts", generated.LIST_ALERTS_GQL, generated.ListAlerts)
RAISE_ALERT = Operation("RaiseAlert", generated.RAISE_ALERT_GQL, generated.RaiseAlert)
STOP_RUN = Operation("StopRun", generated.STOP_RUN_GQL, generated.StopRun)
LIST_BRANCHES = Operation("ListBranches", generated.LIST_BRANCHES_GQL, generated.ListBranches)
SAMPLE_BRANCH = Operation("SampleBranch", generated.SAMPLE_BRANCH_GQL, generated.SampleBranch)
SCAN_BRANCH = Operation("ScanBranch", generated.SCAN_BRANCH_GQL, generated.ScanBranch)
GET_FORK_POINT = Operation("GetForkPoint", generated.GET_FORK_POINT_GQL, generated.GetForkPoint)
LIST_FORKS = Operation("ListForks", generated.LIST_FORKS_GQL, generated.ListForks)
REWIND_HISTORY = Operation("RewindHistory", generated.REWIND_HISTORY_GQL, generated.RewindHistory)
SAMPLE_HISTORY = Operation("SampleHistory", generated.SAMPLE_HISTORY_GQL, generated.SampleHistory)
SCAN_HISTORY = Operation("ScanHistory", generated.SCAN_HISTORY_GQL, generated.ScanHistory)
LIST_METRIC_KEYS = Operation("ListMetricKeys", generated.LIST_METRIC_KEYS_GQL, generated.ListMetricKeys)
GET_METRIC = Operation("GetMetric", generated.GET_METRIC_GQL, generated.GetMetric)
CREATE_RUN = Operation("CreateRun", generated.CREATE_RUN_GQL, generated.CreateRun)
APPEND_HISTORY = Operation("AppendHistory", generated.APPEND_HISTORY_GQL, generated.AppendHistory)
GET_HISTORY_COUNTS = Operation("GetHistoryCounts", generated.GET_HISTORY_COUNTS_GQL, generated.GetHistoryCounts)
LIST_MODEL_GRAPHS = Operation("ListModelGraphs", generated.LIST_MODEL_GRAPHS_GQL, generated.ListModelGraphs)
LIST_FILES = Operation("ListFiles", generated.LIST_FILES_GQL, generated.ListFiles)
CREATE_RUN_FILES = Operation("CreateRunFiles", generated.CREATE_RUN_FILES_GQL, generated.CreateRunFiles)
DELETE_FILES = Operation("DeleteFiles", generated.DELETE_FILES_GQL, generated.DeleteFiles)
LIST_CONSOLE_LINES = Operation("ListConsoleLines", generated.LIST_CONSOLE_LINES_GQL, generated.ListConsoleLines)
FOLLOW_CONSOLE = Operation("FollowConsole", generated.FOLLOW_CONSOLE_GQL, generated.FollowConsole)
UPDATE_RUNS = Operation("UpdateRuns", generated.UPDATE_RUNS_GQL, generated.UpdateRuns)
DELETE_RUNS = Operation("DeleteRuns", generated.DELETE_RUNS_GQL, generated.DeleteRuns)
MOVE_RUN = Operation("MoveRun", generated.MOVE_RUN_GQL, generated.MoveRun)
COPY_RUN = Operation("CopyRun", generated.COPY_RUN_GQL, generated.CopyRun)
UNDELETE_RUNS = Operation("UndeleteRuns", generated.UNDELETE_RUNS_GQL, generated.UndeleteRuns)
LIST_DELETED_RUNS = Operation("ListDeletedRuns", generated.LIST_DELETED_RUNS_GQL, generated.ListDeletedRuns)
CREATE_PROJECT = Operation("CreateProject", generated.CREATE_PROJECT_GQL, generated.CreateProject)
UPDATE_PROJECT = Operation("UpdateProject", generated.UPDATE_PROJECT_GQL, generated.UpdateProject)
DELETE_PROJECT = Operation("DeleteProject", generated.DELETE_PROJECT_GQL, generated.DeleteProject)
RESTORE_PROJECT = Operation("RestoreProject", generated.RESTORE_PROJECT_GQL, generated.RestoreProject)
LIST_DELETED_PROJECTS = Operation(
    "ListDeletedProjects", generated.LIST_DELETED_PROJECTS_GQL, generated.ListDeletedProjects
)
LIST_RUN_GROUPS = Operation("ListRunGroups", generated.LIST_RUN_GROUPS_GQL, generated.ListRunGroups)
LIST_GROUP_CURVES = Operation("ListGroupCurves", generated.LIST_GROUP_CURVES_GQL, generated.ListGroupCurves)
LIST_RUN_VALUES = Operation("ListRunValues", generated.LIST_RUN_VALUES_GQL, generated.ListRunValues)
GET_RUN_HISTOGRAM = Operation("GetRunHistogram", generated.GET_RUN_HISTOGRAM_GQL, generated.GetRunHistogram)
LIST_RUN_FIELDS = Operation("ListRunFields", generated.LIST_RUN_FIELDS_GQL, generated.ListRunFields)
LIST_RUN_KEYS = Operation("ListRunKeys", generated.LIST_RUN_KEYS_GQL, generated.ListRunKeys)
GET_ARTIFACT = Operation("GetArtifact", generated.GET_ARTIFACT_GQL, generated.GetArtifact)
FIND_ARTIFACT = Operation("FindArtifact", generated.FIND_ARTIFACT_GQL, generated.FindArtifact)
GET_ARTIFACT_LINEAGE = Operation("GetArtifactLineage", generated.GET_ARTIFACT_LINEAGE_GQL, generated.GetArtifactLineage)
LIST_ARTIFACTS = Operation("ListArtifacts", generated.LIST_ARTIFACTS_GQL, generated.ListArtifacts)
LIST_ARTIFACT_COLLECTIONS = Operation(
    "ListArtifactCollections", generated.LIST_ARTIFACT_COLLECTIONS_GQL, generated.ListArtifactCollections
)
LIST_ARTIFACT_FILES = Operation("ListArtifactFiles", generated.LIST_ARTIFACT_FILES_GQL, generated.ListArtifactFiles)
LIST_RUN_INPUTS = Operation("ListRunInputs", generated.LIST_RUN_INPUTS_GQL, generated.ListRunInputs)
LIST_RUN_OUTPUTS = Operation("ListRunOutputs", generated.LIST_RUN_OUTPUTS_GQL, generated.ListRunOutputs)
BEGIN_ARTIFACT = Operation("BeginArtifact", generated.BEGIN_ARTIFACT_GQL, generated.BeginArtifact)
UPLOAD_ARTIFACT_FILES = Operation(
    "UploadArtifactFiles", generated.UPLOAD_ARTIFACT_FILES_GQL, generated.UploadArtifactFiles
)
UPLOAD_ARTIFACT_MANIFEST = Operation(
    "UploadArtifactManifest", generated.UPLOAD_ARTIFACT_MANIFEST_GQL, generated.UploadArtifactManifest
)
FINISH_ARTIFACT = Operation("FinishArtifact", generated.FINISH_ARTIFACT_GQL, generated.FinishArtifact)
RECORD_ARTIFACT_USE = Operation("RecordArtifactUse", generated.RECORD_ARTIFACT_USE_GQL, generated.RecordArtifactUse)
CHANGE_ARTIFACT = Operation("ChangeArtifact", generated.CHANGE_ARTIFACT_GQL, generated.ChangeArtifact)
PLACE_ARTIFACT = Operation("PlaceArtifact", generated.PLACE_ARTIFACT_GQL, generated.PlaceArtifact)
REMOVE_ARTIFACT = Operation("RemoveArtifact", generated.REMOVE_ARTIFACT_GQL, generated.RemoveArtifact)
DELETE_ARTIFACT_VERSION = Operation(
    "DeleteArtifactVersion", generated.DELETE_ARTIFACT_VERSION_GQL, generated.DeleteArtifactVersion
)
