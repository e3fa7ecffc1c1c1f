from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import (
    AlertSeverity,
    ArtifactState,
    ArtifactUseDirection,
    RunFieldType,
    RunStateCause,
)


class UserFields(BaseModel):
    id: str
    username: str
    name: str
    created_at: datetime = Field(alias="createdAt")


class AccountFields(UserFields):
    email: Optional[str]
    admin: Optional[bool]
    kind: str
    deactivated_at: Optional[datetime] = Field(alias="deactivatedAt")


class ApiKeyFields(BaseModel):
    id: str
    name: str
    description: Optional[str]
    scope: str
    is_limited: bool = Field(alias="isLimited")
    project: Optional["ApiKeyFieldsProject"]
    created_at: Optional[datetime] = Field(alias="createdAt")
    last_used_at: Optional[datetime] = Field(alias="lastUsedAt")
    expires_at: Optional[datetime] = Field(alias="expiresAt")


class ApiKeyFieldsProject(BaseModel):
    name: str
    entity: "ApiKeyFieldsProjectEntity"


class ApiKeyFieldsProjectEntity(BaseModel):
    name: str


class ProjectNameFields(BaseModel):
    name: str
    entity: "ProjectNameFieldsEntity"


class ProjectNameFieldsEntity(BaseModel):
    name: str


class ArtifactCollectionFields(BaseModel):
    typename__: str = Field(alias="__typename")
    id: str
    name: str
    description: Optional[str]
    created_at: datetime = Field(alias="createdAt")
    updated_at: datetime = Field(alias="updatedAt")
    default_artifact_type: "ArtifactCollectionFieldsDefaultArtifactType" = Field(
        alias="defaultArtifactType"
    )
    project: Optional["ArtifactCollectionFieldsProject"]


class ArtifactCollectionFieldsDefaultArtifactType(BaseModel):
    name: str


class ArtifactCollectionFieldsProject(ProjectNameFields):
    pass


class ArtifactFields(BaseModel):
    id: str
    state: ArtifactState
    digest: str
    description: Optional[str]
    metadata: Optional[str]
    size: int
    file_count: int = Field(alias="fileCount")
    history_step: Optional[int] = Field(alias="historyStep")
    created_at: datetime = Field(alias="createdAt")
    updated_at: datetime = Field(alias="updatedAt")
    version_index: Optional[int] = Field(alias="versionIndex")
    tags: list["ArtifactFieldsTags"]
    artifact_type: "ArtifactFieldsArtifactType" = Field(alias="artifactType")
    artifact_sequence: "ArtifactFieldsArtifactSequence" = Field(
        alias="artifactSequence"
    )
    membership: Optional["ArtifactFieldsMembership"]


class ArtifactFieldsTags(BaseModel):
    name: str


class ArtifactFieldsArtifactType(BaseModel):
    name: str


class ArtifactFieldsArtifactSequence(BaseModel):
    name: str
    project: Optional["ArtifactFieldsArtifactSequenceProject"]


class ArtifactFieldsArtifactSequenceProject(ProjectNameFields):
    pass


class ArtifactFieldsMembership(BaseModel):
    version_index: int = Field(alias="versionIndex")
    aliases: list["ArtifactFieldsMembershipAliases"]
    artifact_collection: Optional["ArtifactFieldsMembershipArtifactCollection"] = Field(
        alias="artifactCollection"
    )


class ArtifactFieldsMembershipAliases(BaseModel):
    alias: str


class ArtifactFieldsMembershipArtifactCollection(BaseModel):
    id: str
    name: str
    project: Optional["ArtifactFieldsMembershipArtifactCollectionProject"]


class ArtifactFieldsMembershipArtifactCollectionProject(ProjectNameFields):
    pass


class ArtifactUploadFields(BaseModel):
    name: str
    upload_url: Optional[str] = Field(alias="uploadUrl")
    upload_headers: list[str] = Field(alias="uploadHeaders")
    birth_artifact_id: str = Field(alias="birthArtifactId")


class ArtifactUseFields(BaseModel):
    run_id: str = Field(alias="runId")
    artifact_id: str = Field(alias="artifactId")
    direction: ArtifactUseDirection
    used_as: Optional[str] = Field(alias="usedAs")
    at: datetime


class ConsoleLineFields(BaseModel):
    number: int
    timestamp: Optional[str]
    level: str
    label: str
    line: str


class DeletedProjectFields(BaseModel):
    id: str
    name: str
    description: Optional[str]
    created_at: datetime = Field(alias="createdAt")
    deleted_at: datetime = Field(alias="deletedAt")
    purge_due_at: datetime = Field(alias="purgeDueAt")
    purged_at: Optional[datetime] = Field(alias="purgedAt")


class DeletedRunFields(BaseModel):
    id: str
    name: str
    display_name: str = Field(alias="displayName")
    state: str
    deleted_at: datetime = Field(alias="deletedAt")
    deleted_by: Optional["DeletedRunFieldsDeletedBy"] = Field(alias="deletedBy")
    purge_due_at: datetime = Field(alias="purgeDueAt")
    purged_at: Optional[datetime] = Field(alias="purgedAt")
    can_be_undeleted: bool = Field(alias="canBeUndeleted")
    with_artifacts: bool = Field(alias="withArtifacts")
    freed_bytes: int = Field(alias="freedBytes")
    moved_to: Optional[str] = Field(alias="movedTo")


class DeletedRunFieldsDeletedBy(UserFields):
    pass


class DocumentKeyFields(BaseModel):
    key: str
    field: str
    type_: str = Field(alias="type")
    run_count: int = Field(alias="runCount")


class EntityFields(BaseModel):
    id: str
    name: str
    kind: str
    created_at: datetime = Field(alias="createdAt")


class FieldValueFields(BaseModel):
    value: Optional[str]
    run_count: int = Field(alias="runCount")


class FileFields(BaseModel):
    id: str
    name: str
    size_bytes: int = Field(alias="sizeBytes")
    mimetype: Optional[str]
    md_5: Optional[str] = Field(alias="md5")
    digest: Optional[str]
    updated_at: datetime = Field(alias="updatedAt")
    direct_url: str = Field(alias="directUrl")


class HistogramBinFields(BaseModel):
    low: float
    high: float
    run_count: int = Field(alias="runCount")


class InviteFields(BaseModel):
    id: str
    team_name: str = Field(alias="teamName")
    role: str
    email: Optional[str]
    created_at: datetime = Field(alias="createdAt")
    expires_at: datetime = Field(alias="expiresAt")
    user: Optional["InviteFieldsUser"]
    invited_by: Optional["InviteFieldsInvitedBy"] = Field(alias="invitedBy")


class InviteFieldsUser(BaseModel):
    username: str


class InviteFieldsInvitedBy(BaseModel):
    username: str


class LineageRunFields(BaseModel):
    id: str
    name: str
    display_name: str = Field(alias="displayName")
    state: str
    job_type: Optional[str] = Field(alias="jobType")
    project: "LineageRunFieldsProject"


class LineageRunFieldsProject(ProjectNameFields):
    pass


class ManyRunsFields(BaseModel):
    count: int
    names: list[str]
    refused: list["ManyRunsFieldsRefused"]
    refused_count: int = Field(alias="refusedCount")


class ManyRunsFieldsRefused(BaseModel):
    name: str
    message: str


class MetricKeyFields(BaseModel):
    name: str
    kind: str
    count: int
    first_step: float = Field(alias="firstStep")
    last_step: float = Field(alias="lastStep")
    low: Optional[float]
    high: Optional[float]
    last_value: Optional[str] = Field(alias="lastValue")


class PageFields(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


class ProjectFields(BaseModel):
    id: str
    name: str
    description: Optional[str]
    created_at: datetime = Field(alias="createdAt")
    entity: "ProjectFieldsEntity"
    user: Optional["ProjectFieldsUser"]


class ProjectFieldsEntity(BaseModel):
    name: str


class ProjectFieldsUser(UserFields):
    pass


class RunAlertFields(BaseModel):
    number: int
    title: str
    text: str
    severity: AlertSeverity
    at: datetime
    user: Optional["RunAlertFieldsUser"]


class RunAlertFieldsUser(UserFields):
    pass


class RunBranchFields(BaseModel):
    number: int
    step: float
    last_step: Optional[float] = Field(alias="lastStep")
    row_count: int = Field(alias="rowCount")
    left_at: datetime = Field(alias="leftAt")


class RunFieldFields(BaseModel):
    name: str
    aliases: list[str]
    type_: RunFieldType = Field(alias="type")
    operators: list[str]
    values: list[str]
    is_sortable: bool = Field(alias="isSortable")


class RunFields(BaseModel):
    id: str
    name: str
    display_name: str = Field(alias="displayName")
    state: str
    tags: list[str]
    group: Optional[str]
    job_type: Optional[str] = Field(alias="jobType")
    notes: Optional[str]
    description: Optional[str]
    config: str
    summary_metrics: str = Field(alias="summaryMetrics")
    system_metrics: Optional[str] = Field(alias="systemMetrics")
    sweep_name: Optional[str] = Field(alias="sweepName")
    host: Optional[str]
    program: Optional[str]
    commit: Optional[str]
    repository: Optional[str]
    exit_code: Optional[int] = Field(alias="exitCode")
    stop_requested: bool = Field(alias="stopRequested")
    created_at: datetime = Field(alias="createdAt")
    updated_at: datetime = Field(alias="updatedAt")
    heartbeat_at: datetime = Field(alias="heartbeatAt")
    finished_at: Optional[datetime] = Field(alias="finishedAt")
    started_at: Optional[datetime] = Field(alias="startedAt")
    user: Optional["RunFieldsUser"]


class RunFieldsUser(UserFields):
    pass


class RunStateChangeFields(BaseModel):
    state: str
    previous_state: Optional[str] = Field(alias="previousState")
    cause: RunStateCause
    reason: str
    at: datetime
    user: Optional["RunStateChangeFieldsUser"]


class RunStateChangeFieldsUser(UserFields):
    pass


class TeamMemberFields(BaseModel):
    role: str
    created_at: datetime = Field(alias="createdAt")
    user: Optional["TeamMemberFieldsUser"]


class TeamMemberFieldsUser(UserFields):
    kind: str
