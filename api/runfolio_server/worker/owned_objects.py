"""What the sweep must know of a kind of owner to tell its objects that are in use from those that are not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from runfolio_server.domain.owner import OwnerKind
from runfolio_server.sql.named import Query
from runfolio_server.sql.objects.unused_objects import OwnerIdRow, UsedKeyRow
from runfolio_server.sql.pool import Database


@dataclass(frozen=True, slots=True)
class OwnedObjects:
    """The objects of one kind of owner.

    NOTE: a statement that gives an object to a row must look into `unused_object` first, and give none that is listed
    there: between the sweep's last look at the rows and the deletion of the bytes nothing else stands.
    """

    kind: OwnerKind
    select_known: Query[OwnerIdRow]
    """$1 owner ids: those that this database has ever known. What belongs to others is not ours to judge."""
    select_used: Query[UsedKeyRow]
    """$1 owner ids, $2 object keys of theirs: those that a row refers to."""
    forget_obsolete: Callable[[Database], Awaitable[None]]
    """Deletes rows that nobody needs any more, before each search, which then finds their objects."""
