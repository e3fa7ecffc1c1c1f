from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class GetRunOverview(BaseModel):
    entity: Optional["GetRunOverviewEntity"]
    project: Optional["GetRunOverviewProject"]


class GetRunOverviewEntity(BaseModel):
    name: str


class GetRunOverviewProject(BaseModel):
    run: Optional["GetRunOverviewProjectRun"]


class GetRunOverviewProjectRun(BaseModel):
    started_at: Optional[datetime] = Field(alias="startedAt")
    finished_at: Optional[datetime] = Field(alias="finishedAt")
    duration: float
    tracked_seconds: float = Field(alias="trackedSeconds")
    environment: "GetRunOverviewProjectRunEnvironment"


class GetRunOverviewProjectRunEnvironment(BaseModel):
    command: Optional[str]
    os: Optional[str]
    python_version: Optional[str] = Field(alias="pythonVersion")
    python_executable: Optional[str] = Field(alias="pythonExecutable")
    cpu_count: Optional[int] = Field(alias="cpuCount")
    logical_cpu_count: Optional[int] = Field(alias="logicalCpuCount")
    cpu_model: Optional[str] = Field(alias="cpuModel")
    memory_bytes: Optional[int] = Field(alias="memoryBytes")
    gpu_type: Optional[str] = Field(alias="gpuType")
    gpu_count: Optional[int] = Field(alias="gpuCount")
    git_remote: Optional[str] = Field(alias="gitRemote")
    git_commit: Optional[str] = Field(alias="gitCommit")
    sdk_version: Optional[str] = Field(alias="sdkVersion")
