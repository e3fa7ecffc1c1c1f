"""`/artifactsV2/…` and `/artifacts/…`: the bytes of a file of an artifact, by entity and MD5, with an API key.

SDKs make these addresses themselves where they have no signed one. The bytes of a digest are stored once in an entity,
so that region, project, collection and name in the address add nothing, and are not looked at; artifacts are, because
a link may be in another entity than the bytes.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runfolio_server.endpoints.answers import answering_errors
from runfolio_server.endpoints.callers import reader_of
from runfolio_server.endpoints.object_response import object_response
from runfolio_server.errors import AppError, NotFound
from runfolio_server.filters.error_excerpt import name_excerpt
from runfolio_server.graph.relay.node_ids import decode_number
from runfolio_server.objects.store import ObjectStore
from runfolio_server.sql.artifacts.downloads import SELECT_READABLE_BYTES

MD5 = re.compile("[0-9a-f]{32}")


async def download_artifact_file(request: Request) -> Response:
    """`GET | HEAD`: the bytes, or one range of them. 404 when the caller may read no artifact that has them."""
    state = request.app.state
    store: ObjectStore = state.object_store
    entity, digest = request.path_params["entity"], request.path_params["digest"]

    viewer, database = await reader_of(request)
    found = None
    if MD5.fullmatch(digest):
        md5 = base64.b64encode(bytes.fromhex(digest)).decode("ascii")
        artifacts = [request.path_params[name] for name in ("artifact", "birth") if name in request.path_params]
        async with database.connection() as connection:
            found = await connection.row(SELECT_READABLE_BYTES, entity, list(_artifact_ids(artifacts)), md5, viewer)
    if found is None:
        raise NotFound(
            f"No artifact of {name_excerpt(entity)} that you may read has a file with MD5 {name_excerpt(digest)}."
        )
    return await object_response(request, store, found.object_key, request.path_params.get("name") or found.path)


def _artifact_ids(node_ids: Iterable[str]) -> Iterator[int]:
    """The keys of what are ids of artifacts."""
    for node_id in node_ids:
        with suppress(AppError):
            yield decode_number("Artifact", node_id)


_LONG = "/artifactsV2/{region}/{entity}/{project}/{collection}"

artifact_file_routes: list[Route] = [
    Route(path, answering_errors(download_artifact_file), methods=["GET"])
    for path in (
        f"{_LONG}/{{artifact}}/{{birth}}/{{digest}}/{{name:path}}",
        f"{_LONG}/{{birth}}/{{digest}}/{{name:path}}",
        "/artifactsV2/{region}/{entity}/{birth}/{digest}",
        "/artifacts/{entity}/{digest}",
    )
]
