"""Whose stored objects are: their keys start with it, and leave to upload or download is given for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class OwnerKind(StrEnum):
    """What may own objects. The values are the first part of object keys, and stand in the database and signed URLs."""

    RUN = "run"


@dataclass(frozen=True, slots=True)
class Owner:
    """One thing that owns objects. The id of a run is its `run_id`; a number n would be `UUID(int=n)`."""

    kind: OwnerKind
    id: UUID
