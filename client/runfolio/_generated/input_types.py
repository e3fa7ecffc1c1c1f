from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import AlertSeverity, HistoryStream, ProjectVisibility


class AppendHistoryInput(BaseModel):
    """Rows to append to a run's history."""

    run_id: str = Field(alias="runId")
    "The run's node id."
    offset: int
    "The number of the first row among those of the writer, from 0. What is known already is skipped."
    rows: Optional[list[str]] = None
    "The rows, at most 10,000: each an object. A row without `_step` counts as its number."
    json_lines: Optional[str] = Field(alias="jsonLines", default=None)
    "The rows as one text, a line each, at most 500,000: the same as `rows`, and quicker."
    columns: Optional["HistoryColumnsInput"] = None
    "The rows as columns: the quickest for many at once. One of this, `jsonLines` and `rows`."
    writer: str = ""
    "Who numbers the rows, 0 to 128 of a-z A-Z 0-9 _ -: a fresh one for each process that writes."
    stream: HistoryStream = HistoryStream.HISTORY
    "The stream they belong to."
    summary_metrics: Optional[str] = Field(alias="summaryMetrics", default=None)
    "The writer's whole summary after these rows; null: as it is. What others put into the run's summary stays. A value that is not kept leaves out its key."
    exit_code: Optional[int] = Field(alias="exitCode", default=None)
    "Ends the run after these rows: 0 finished, 254 crashed, 255 killed, any other failed. The first end counts: a run that has ended keeps its state and its code, which `run` tells."


class ArtifactFileInput(BaseModel):
    """A file of an artifact that is to be."""

    name: str
    "Its path in the artifact: relative, with forward slashes."
    md_5: str = Field(alias="md5")
    "MD5 of its bytes, base64."


class BeginArtifactInput(BaseModel):
    """A version that is to be. It belongs to a run, or to a project when somebody makes it without one."""

    collection: str
    "The sequence, made if there is none: 1 to 128 characters."
    type_: str = Field(alias="type")
    "What it is, such as `model`; the sequence keeps its first one."
    digest: str
    "Of its content: the MD5, in hex, of a line for each entry in the order of their names, as the server's README says. What the sequence has already is not made again."
    client_id: str = Field(alias="clientId")
    "A random text of at most 256 characters, by which the same call again means the same artifact."
    run_id: Optional[str] = Field(alias="runId", default=None)
    "Node id of the run that logs it."
    entity_name: Optional[str] = Field(alias="entityName", default=None)
    "The project's entity, when no run is given; null: your own."
    project_name: Optional[str] = Field(alias="projectName", default=None)
    "The project, made if there is none, when no run is given."
    description: Optional[str] = None
    "Text for people."
    metadata: Optional[str] = None
    "A JSON object."
    aliases: Optional[list[str]] = None
    "Names that move to it once it is committed, such as `latest`."
    tags: Optional[list[str]] = None
    "Labels."
    ttl_seconds: Optional[int] = Field(alias="ttlSeconds", default=None)
    "How long it is kept; null: for good."
    history_step: Optional[int] = Field(alias="historyStep", default=None)
    "The number of the history row that the run logs next."


class ChangeArtifactInput(BaseModel):
    """What to change of an artifact. An absent field stays as it is, null clears it."""

    artifact_id: str = Field(alias="artifactId")
    "Node id of the artifact."
    description: Optional[str] = None
    "Text for people."
    metadata: Optional[str] = None
    "A JSON object: all of it."
    add_tags: Optional[list[str]] = Field(alias="addTags", default=None)
    "Labels to add."
    remove_tags: Optional[list[str]] = Field(alias="removeTags", default=None)
    "Labels to take away."
    collection_id: Optional[str] = Field(alias="collectionId", default=None)
    "Where its aliases change; null: in its sequence."
    add_aliases: Optional[list[str]] = Field(alias="addAliases", default=None)
    "Aliases to give to it; one that another version has moves here."
    remove_aliases: Optional[list[str]] = Field(alias="removeAliases", default=None)
    "Aliases to take from it."


class CopyRunInput(BaseModel):
    """A run to copy. It must have ended."""

    id: str
    "The run's node id."
    project_name: str = Field(alias="projectName")
    "The project where the copy is to be; it must be there."
    entity_name: Optional[str] = Field(alias="entityName", default=None)
    "Its entity; null: your own."
    name: Optional[str] = None
    "The slug in URLs of the copy, 1 to 256 characters; null makes one, and so another copy at each call."


class CreateInviteInput(BaseModel):
    """Somebody to invite: by name, or by an address."""

    entity_name: str = Field(alias="entityName")
    "The team."
    username: Optional[str] = None
    "The user; null: by address."
    email: Optional[str] = None
    "The address; null: by name. The user who has it here sees the invite, and whoever has the token may accept it."
    role: Optional[str] = None
    "What they become: `admin`, `member` or `viewer`; null: `member`."
    days: Optional[int] = None
    "For how many days it is good, 1 to 90; null: 14."


class CreateProjectInput(BaseModel):
    """A project to make."""

    name: str
    "Its name in URLs, 1 to 128 characters; unique in its entity."
    entity_name: Optional[str] = Field(alias="entityName", default=None)
    "Its entity; null: your own."
    description: Optional[str] = None
    "Text for people, at most 1000000 characters; null: none."
    visibility: Optional[ProjectVisibility] = None
    "Who else sees it; null: nobody. More than that is for admins of the entity."


class CreateRunFilesInput(BaseModel):
    """Files of a run that are about to be uploaded."""

    entity_name: str = Field(alias="entityName")
    "The run's entity."
    project_name: str = Field(alias="projectName")
    "The run's project."
    run_name: str = Field(alias="runName")
    "The run."
    files: list[str]
    "Names: relative paths with forward slashes. One that is refused costs no other its URL."


class CreateRunInput(BaseModel):
    """A run to make or to take up again. Null and absent leave a field as it is."""

    group: Optional[str] = None
    "Free text that gathers runs; blank: none; at most 512 characters."
    job_type: Optional[str] = Field(alias="jobType", default=None)
    "The role inside a group; blank: none; at most 512 characters."
    notes: Optional[str] = None
    "The user's long text; at most 1,000,000 characters."
    entity_name: Optional[str] = Field(alias="entityName", default=None)
    "Its entity; null: your own."
    project_name: Optional[str] = Field(alias="projectName", default=None)
    "Its project, made if there is none; null: `uncategorized`."
    name: Optional[str] = None
    "The slug in URLs, 1 to 256 characters; null makes one, and so a new run at each call."
    display_name: Optional[str] = Field(alias="displayName", default=None)
    "What people read; made here where it is blank; at most 512 characters."
    config: Optional[str] = None
    'Its config, each entry wrapped as in {"lr": {"value": 0.1}}; a run taken up keeps its others.'
    tags: Optional[list[str]] = None
    "All tags; at most 500 of at most 256 characters each."
    host: Optional[str] = None
    "The machine it runs on; at most 512 characters."
    program: Optional[str] = None
    "What is run; at most 4,096 characters."
    commit: Optional[str] = None
    "Commit of its source; at most 128 characters."
    repository: Optional[str] = None
    "Repository of its source; at most 4,096 characters."
    fork_from: Optional["ForkPointInput"] = Field(alias="forkFrom", default=None)
    "Begin with the rows of another run up to a step. A run that is there already must be that fork."
    environment: Optional["RunEnvironmentInput"] = None
    "What its process tells of itself and its machine."


class CreateServiceAccountInput(BaseModel):
    """A program's account to make."""

    entity_name: str = Field(alias="entityName")
    "The team."
    description: str
    "What it is for, at most 256 characters."
    username: Optional[str] = None
    "What it is called; one of this team that is there is answered. Null: a name is made, and each call makes another account."
    role: Optional[str] = None
    "`admin`, `member` or `viewer`; null: `member`."


class CreateUserInput(BaseModel):
    """A user to make."""

    username: Optional[str] = None
    "1 to 63 of a-z 0-9 _ . -; unique. Null: the part of the email before the @."
    email: Optional[str] = None
    "Email address, unique; null: none."
    admin: Optional[bool] = None
    "Whether a site admin; false unless told."


class DeleteArtifactVersionInput(BaseModel):
    """A version to delete."""

    artifact_id: str = Field(alias="artifactId")
    "Node id of the artifact."
    with_aliases: bool = Field(alias="withAliases", default=False)
    "Also when aliases lead to it."


class DeleteFilesInput(BaseModel):
    """Files to delete."""

    files: list[str]
    "Node ids of files, of one run or several; at most 1,000. Those that are gone change nothing."


class DeleteProjectInput(BaseModel):
    """A project to delete."""

    id: str
    "The project's node id."


class DeleteRunsInput(BaseModel):
    """Runs to delete."""

    project_name: str = Field(alias="projectName")
    "The project."
    entity_name: Optional[str] = Field(alias="entityName", default=None)
    "Its entity; null: your own."
    filters: Optional[str] = None
    "Which runs, as for `runs`; {} means all. Either this or ids."
    ids: Optional[list[str]] = None
    "Which runs, by node id; at most 10,000. Either this or filters."
    dry_run: Optional[bool] = Field(alias="dryRun", default=None)
    "Delete nothing, just tell what would be; false unless told."
    delete_artifacts: Optional[bool] = Field(alias="deleteArtifacts", default=None)
    "Whether the artifacts that they logged go with them, once they are purged; false unless told."


class FinishArtifactInput(BaseModel):
    """An artifact whose bytes are all there."""

    artifact_id: str = Field(alias="artifactId")
    "Node id of the artifact."


class ForkPointInput(BaseModel):
    """Where a fork begins."""

    run_name: str = Field(alias="runName")
    "The run that it goes on from, of the same project."
    step: float
    "The last step that the two have in common."


class GenerateApiKeyInput(BaseModel):
    """An API key to make."""

    description: Optional[str] = None
    "What it is for, at most 1,000 characters; null: not told."
    username: Optional[str] = None
    "Whose key; null: yours. Those of service accounts are made by the admins of their teams, others' by site admins only."
    name: Optional[str] = None
    "What it is called in lists, at most 100 characters, unique among the valid keys of its owner; null: it gets a made name, and each call makes another key."
    scope: Optional[str] = None
    "How much of what its owner may do it may: `read`; `write`, which logs, changes and deletes data too; or `admin`, everything. Null: `admin` for people, `write` for service accounts."
    project_name: Optional[str] = Field(alias="projectName", default=None)
    "The only project that it leads to; null: all."
    entity_name: Optional[str] = Field(alias="entityName", default=None)
    "The entity of that project; null: your own."
    expires_at: Optional[datetime] = Field(alias="expiresAt", default=None)
    "From then on it is not valid, UTC; null: never."


class HistoryColumnInput(BaseModel):
    """A column of a run's history: its key, and either numbers, integers or values."""

    key: str
    "The key, each once; one of more than 2,000 bytes is left out."
    numbers: Optional[str] = None
    "Floats: 8 bytes each, IEEE 754 binary64, little-endian."
    integers: Optional[str] = None
    "Integers: 8 bytes each, two's complement, little-endian."
    values: Optional[str] = None
    "Anything: one JSON array. Numbers in it keep their kind: 2 or 2.0."
    present: Optional[str] = None
    "Which rows have the key: row i is bit i % 8, from the least significant, of byte i / 8. The column then has values for these rows only. Null: all have it."


class HistoryColumnsInput(BaseModel):
    """Rows as columns. A column of another shape refuses all; what is not kept of a row is left out."""

    count: int
    "How many rows, 1 to 500,000."
    columns: list["HistoryColumnInput"]
    "1 to 5,000 columns. `_step` is numbers or integers; without it a row counts as its number."


class MoveRunInput(BaseModel):
    """A run to move. It must have ended."""

    id: str
    "The run's node id; the moved run has another."
    project_name: str = Field(alias="projectName")
    "The project where it is to be; it must be there."
    entity_name: Optional[str] = Field(alias="entityName", default=None)
    "Its entity; null: your own."
    name: Optional[str] = None
    "The slug in URLs that it is to have there, 1 to 256 characters; null: the same."


class PlaceArtifactInput(BaseModel):
    """A portfolio to link an artifact into."""

    artifact_id: str = Field(alias="artifactId")
    "Node id of the artifact."
    entity_name: Optional[str] = Field(alias="entityName", default=None)
    "The portfolio's entity; null: your own."
    project_name: str = Field(alias="projectName")
    "The portfolio's project, made if there is none."
    portfolio: str
    "The portfolio, made if there is none."
    aliases: Optional[list[str]] = None
    "Names that lead to it there."


class RaiseAlertInput(BaseModel):
    """Something that somebody should know at once."""

    run_id: str = Field(alias="runId")
    "The run's node id."
    title: str
    "What it is about; beyond 256 characters it is cut off. One title is one alert, as often as it is raised within `waitS`."
    text: str = ""
    "What it says; beyond 10,000 characters it is cut off."
    severity: AlertSeverity = AlertSeverity.INFO
    "How bad it is."
    wait_s: float = Field(alias="waitS", default=60)
    "For how long after it no other of its title is kept, in seconds."


class RecordArtifactUseInput(BaseModel):
    """An artifact that a run uses."""

    run_id: str = Field(alias="runId")
    "Node id of the run."
    artifact_id: str = Field(alias="artifactId")
    "Node id of the artifact."
    used_as: Optional[str] = Field(alias="usedAs", default=None)
    "What the run calls it."


class RemoveArtifactInput(BaseModel):
    """A portfolio to take an artifact out of."""

    artifact_id: str = Field(alias="artifactId")
    "Node id of the artifact."
    collection_id: str = Field(alias="collectionId")
    "Node id of the portfolio."


class RestoreProjectInput(BaseModel):
    """A deleted project to bring back."""

    id: str
    "The project's node id."
    name: Optional[str] = None
    "Its name in URLs, 1 to 128 characters; unique in its entity. Null: the one that it had; another may have it by now."


class RewindHistoryInput(BaseModel):
    """A run to take back to an earlier step."""

    id: str
    "The run's node id."
    step: float
    "The last step that is kept. A row without a step counts as its number. Below all: no row is kept."


class RunEnvironmentInput(BaseModel):
    """What the process of a run tells of itself and its machine; absent: not told."""

    command: Optional[str] = None
    "The program with its arguments."
    os: Optional[str] = None
    "Operating system and its version."
    python_version: Optional[str] = Field(alias="pythonVersion", default=None)
    "Version of Python."
    python_executable: Optional[str] = Field(alias="pythonExecutable", default=None)
    "Path of the Python that runs it."
    cpu_count: Optional[int] = Field(alias="cpuCount", default=None)
    "Cores."
    logical_cpu_count: Optional[int] = Field(alias="logicalCpuCount", default=None)
    "Cores with hyper-threads."
    cpu_model: Optional[str] = Field(alias="cpuModel", default=None)
    "Name of the processor."
    memory_bytes: Optional[int] = Field(alias="memoryBytes", default=None)
    "Memory of the machine."
    gpu_type: Optional[str] = Field(alias="gpuType", default=None)
    "Name of the GPUs."
    gpu_count: Optional[int] = Field(alias="gpuCount", default=None)
    "How many GPUs."
    git_remote: Optional[str] = Field(alias="gitRemote", default=None)
    "Remote repository of its source."
    git_commit: Optional[str] = Field(alias="gitCommit", default=None)
    "Commit of its source."
    sdk_version: Optional[str] = Field(alias="sdkVersion", default=None)
    "Version of the SDK that logs it."


class StopRunInput(BaseModel):
    """A run to stop."""

    id: str
    "The run's node id."


class UndeleteRunsInput(BaseModel):
    """Deleted runs to bring back."""

    project_name: str = Field(alias="projectName")
    "The project."
    entity_name: Optional[str] = Field(alias="entityName", default=None)
    "Its entity; null: your own."
    ids: list[str]
    "Which runs, by node id; at most 10,000."


class UpdateProjectInput(BaseModel):
    """What to change of a project. An absent field stays as it is."""

    id: str
    "The project's node id."
    name: Optional[str] = None
    "Its name in URLs, 1 to 128 characters; unique in its entity. Null leaves it. The former name leads to the project until another has it."
    description: Optional[str] = None
    "Text for people, at most 1000000 characters; null clears it."
    visibility: Optional[ProjectVisibility] = None
    "Who else sees it, for admins of its entity to decide; null leaves it."


class UpdateRunInput(BaseModel):
    """What to change of a run. An absent field stays as it is, null clears it."""

    group: Optional[str] = None
    "Free text that gathers runs; blank: none; at most 512 characters."
    job_type: Optional[str] = Field(alias="jobType", default=None)
    "The role inside a group; blank: none; at most 512 characters."
    notes: Optional[str] = None
    "The user's long text; at most 1,000,000 characters."
    id: str
    "The run's node id."
    display_name: Optional[str] = Field(alias="displayName", default=None)
    "What people read. A blank one is made anew, null leaves it; at most 512 characters."
    description: Optional[str] = None
    "A second long text; at most 1,000,000 characters."
    tags: Optional[list[str]] = None
    "All tags; at most 500 of at most 256 characters each."
    config: Optional[str] = None
    'The whole config, each entry wrapped as in {"lr": {"value": 0.1}}. What an SDK keeps there stays.'
    summary_metrics: Optional[str] = Field(alias="summaryMetrics", default=None)
    "The whole summary."


class UpdateRunStateInput(BaseModel):
    """A run to send back to wait, or to give up."""

    id: str
    "The run's node id."
    state: str
    "pending: it is to wait for another process; failed: it will not go on. The table of a run's life says from which states."


class UpdateRunsInput(BaseModel):
    """What to change of many runs. An absent field stays as it is, null clears it."""

    group: Optional[str] = None
    "Free text that gathers runs; blank: none; at most 512 characters."
    job_type: Optional[str] = Field(alias="jobType", default=None)
    "The role inside a group; blank: none; at most 512 characters."
    notes: Optional[str] = None
    "The user's long text; at most 1,000,000 characters."
    project_name: str = Field(alias="projectName")
    "The project."
    entity_name: Optional[str] = Field(alias="entityName", default=None)
    "Its entity; null: your own."
    filters: Optional[str] = None
    "Which runs, as for `runs`; {} means all. Either this or ids."
    ids: Optional[list[str]] = None
    "Which runs, by node id; at most 10,000. Either this or filters."
    add_tags: Optional[list[str]] = Field(alias="addTags", default=None)
    "Tags to add."
    remove_tags: Optional[list[str]] = Field(alias="removeTags", default=None)
    "Tags to remove."
    tags: Optional[list[str]] = None
    "Tags instead of those there are; at most 500 of at most 256 characters each."
    display_name: Optional[str] = Field(alias="displayName", default=None)
    "What people read. A blank one is made anew, null leaves it; at most 512 characters."
    config: Optional[str] = None
    'Entries to set in the config, not wrapped: {"lr": 0.1}.'
    dry_run: Optional[bool] = Field(alias="dryRun", default=None)
    "Change nothing, just tell what would be; false unless told."


class UpdateUserInput(BaseModel):
    """What to change of a user. Null and absent leave a field as it is."""

    username: Optional[str] = None
    "Whom; null: you."
    display_name: Optional[str] = Field(alias="displayName", default=None)
    "What people read, at most 256 characters; empty: the username."
    email: Optional[str] = None
    "Email address, unique; empty: none. By site admins only."
    admin: Optional[bool] = None
    "Whether a site admin. By site admins only, and not of the last one."


class UploadArtifactFilesInput(BaseModel):
    """Files whose bytes an artifact needs."""

    artifact_id: str = Field(alias="artifactId")
    "Node id of the artifact."
    files: list["ArtifactFileInput"]
    "The files."


class UploadArtifactManifestInput(BaseModel):
    """The list of all files of an artifact, which is uploaded as a file."""

    artifact_id: str = Field(alias="artifactId")
    "Node id of the artifact."
    md_5: str = Field(alias="md5")
    "MD5 of the list's bytes, base64."
