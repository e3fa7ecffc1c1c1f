from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class StopRunInput(BaseModel):
    """A run to stop."""

    id: str
    "The run's node id."


class UpdateRunInput(BaseModel):
    """What to change of a run. An absent field stays as it is, null clears it."""

    id: str
    "The run's node id."
    display_name: Optional[str] = Field(alias="displayName", default=None)
    "What people read; cannot be cleared."
    notes: Optional[str] = None
    "The user's long text."
    description: Optional[str] = None
    "A second long text."
    tags: Optional[list[str]] = None
    "All tags; at most 500."
    group: Optional[str] = None
    "Free text that gathers runs."
    job_type: Optional[str] = Field(alias="jobType", default=None)
    "The role inside a group."
    config: Optional[str] = None
    'The whole config, each entry wrapped as in {"lr": {"value": 0.1}}.'
    summary_metrics: Optional[str] = Field(alias="summaryMetrics", default=None)
    "The whole summary."
