"""What a GraphQL request carries: who asks, the database, the loaders and the object store.

Made for each request by endpoints/graphql.py; read by resolvers as `info.context`.
"""

from __future__ import annotations

from asyncio import Semaphore
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from runfolio_server.actions.identity.people import Acting
from runfolio_server.answer_budget import AnswerBudget
from runfolio_server.domain.object_key import ObjectKey
from runfolio_server.domain.viewer import Viewer
from runfolio_server.events.wake_up import EventWakeUp
from runfolio_server.loaders import Loaders
from runfolio_server.objects.signing import DownloadGrant, UrlSigner
from runfolio_server.objects.store import ObjectStore
from runfolio_server.remembered import RememberedAccess
from runfolio_server.sql.pool import Database
from runfolio_server.sql.run_lists.indexes import OrderIndexes


@dataclass(frozen=True, slots=True)
class Context:
    """One request.

    `base_url` is where the client reaches this server, without a slash at the end, and `objects_url` where it downloads
    from: the same, unless files have an origin of their own. `storage_regions` are those that artifacts may name. The
    names of `headers` are looked up in any case. `session_id` is the browser's session by which the request
    came; None: it came by a key.
    """

    viewer: Viewer
    database: Database
    loaders: Loaders
    url_signer: UrlSigner
    object_store: ObjectStore
    cursor_secret: bytes
    order_indexes: OrderIndexes
    remembered_access: RememberedAccess
    wake_up: EventWakeUp
    base_url: str
    objects_url: str
    storage_regions: tuple[str, ...]
    headers: Mapping[str, str]
    budget: AnswerBudget
    deleted_kept_days: int
    session_id: UUID | None

    @property
    def acting(self) -> Acting:
        """Who changes accounts and teams, and where."""
        return Acting(self.database, self.remembered_access, self.wake_up, self.viewer)

    @property
    def reads(self) -> Semaphore:
        """To be held while a history is read: see Loaders."""
        return self.loaders.reads

    def download_url(self, object_key: str, file_name: str, artifact_id: int | None = None) -> str:
        """Where to GET an object, by the name that a browser should give it: absolute, signed, expiring.

        `artifact_id`: of an entity's object, the artifact by which it is read.
        """
        grant = DownloadGrant(ObjectKey.parse(object_key), file_name, artifact_id, self.viewer.key_id)
        return self.url_signer.download_url(self.objects_url, grant)
