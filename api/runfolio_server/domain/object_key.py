"""Where the bytes of an object lie: under its owner, by a name of our own. No text of a user is part of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID, uuid4

from runfolio_server.domain.owner import Owner, OwnerKind

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_KEY = re.compile(f"({'|'.join(OwnerKind)})/({_UUID})/({_UUID})")


@dataclass(frozen=True, slots=True)
class ObjectKey:
    """The key of one object; as text `kind/owner id/name`, which has one spelling.

    >>> print(ObjectKey(Owner(OwnerKind.RUN, UUID(int=1)), UUID(int=2)))
    run/00000000-0000-0000-0000-000000000001/00000000-0000-0000-0000-000000000002
    """

    owner: Owner
    name: UUID

    @classmethod
    def fresh(cls, owner: Owner) -> ObjectKey:
        """A key that no object has had, for each upload: a reader of the object before it is not disturbed."""
        return cls(owner, uuid4())

    @classmethod
    def parse(cls, text: str) -> ObjectKey:
        """The key that is printed like this. Raises ValueError for any other text, and for an unknown kind of owner."""
        found = _KEY.fullmatch(text)
        if found is None:
            raise ValueError(f"{text[:200]!r} is not the key of an object; allowed: {', '.join(OwnerKind)}/UUID/UUID")
        kind, owner_id, name = found.groups()
        return cls(Owner(OwnerKind(kind), UUID(owner_id)), UUID(name))

    def __str__(self) -> str:
        return f"{self.owner.kind}/{self.owner.id}/{self.name}"
