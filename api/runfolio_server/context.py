"""What a GraphQL request carries: who asks, the database, the loaders and the object store.

Made for each request by endpoints/graphql.py; read by resolvers as `info.context`.
"""

from __future__ import annotations

from dataclasses import dataclass

from runfolio_server.domain.viewer import Viewer
from runfolio_server.loaders import Loaders
from runfolio_server.objects.signing import UrlSigner
from runfolio_server.sql.pool import Database


@dataclass(frozen=True, slots=True)
class Context:
    """One request. `base_url` is where the client reaches this server, without a slash at the end."""

    viewer: Viewer
    database: Database
    loaders: Loaders
    url_signer: UrlSigner
    base_url: str
