"""Whose stored objects are: their keys start with it, and leave to upload or download is given for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class OwnerKind(StrEnum):
    """What may own objects. The values are the first part of object keys, and stand in the database and signed URLs."""

    RUN = "run"
    ENTITY = "entity"


@dataclass(frozen=True, slots=True)
class Owner:
    """One thing that owns objects. The id of a run is its `run_id`; a number n, as entities have, is `UUID(int=n)`."""

    kind: OwnerKind
    id: UUID


def entity_owner(entity_id: int) -> Owner:
    """The entity as the owner of what its artifacts are made of.

    >>> print(entity_owner(7).id)
    00000000-0000-0000-0000-000000000007
    """
    return Owner(OwnerKind.ENTITY, UUID(int=entity_id))
