"""The composition root: settings → the ASGI application. Run by `serve`, and in-process by the tests."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Never
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from runfolio_server.actions.identity.session_lookup import SessionLookup
from runfolio_server.actions.identity.sign_in import SignIn
from runfolio_server.actions.identity.users import ensure_secret
from runfolio_server.actions.listening import tell_that_it_listens
from runfolio_server.actions.others_changes import forget_what_others_revoke
from runfolio_server.actions.stored_objects import check_download, check_upload, register_upload
from runfolio_server.answer_room import room_for_answers
from runfolio_server.endpoints.addresses import address_routes
from runfolio_server.endpoints.answers import json_response
from runfolio_server.endpoints.artifact_files import artifact_file_routes
from runfolio_server.endpoints.bodies import room_for_bodies
from runfolio_server.endpoints.explorer import explorer_routes
from runfolio_server.endpoints.export import export_routes
from runfolio_server.endpoints.export_console import export_console_routes
from runfolio_server.endpoints.export_history import export_history_routes
from runfolio_server.endpoints.file_stream import file_stream_routes
from runfolio_server.endpoints.graphql import graphql_routes
from runfolio_server.endpoints.health import Readiness, health_routes
from runfolio_server.endpoints.metrics import metrics_routes, own_numbers
from runfolio_server.endpoints.objects import object_routes, room_for_uploads
from runfolio_server.endpoints.objects_origin import ObjectsOrigin
from runfolio_server.endpoints.session import session_routes
from runfolio_server.endpoints.web_door import Application
from runfolio_server.endpoints.wrong_keys import WrongKeys
from runfolio_server.events.wake_up import EventWakeUp
from runfolio_server.filters.error_excerpt import name_excerpt
from runfolio_server.graph.schema import masked_error
from runfolio_server.ingest.target import RunTargets
from runfolio_server.key_requests import KeyRequests
from runfolio_server.loop_watch import LoopWatch
from runfolio_server.memory_back import MemoryBack
from runfolio_server.objects.mark import STORE_SECRET, mark_store
from runfolio_server.objects.open_store import open_store, store_place
from runfolio_server.objects.signing import DownloadGrant, UploadGrant, UrlSigner
from runfolio_server.objects.store import StoredObject
from runfolio_server.objects.temporary_files import remove_leftovers
from runfolio_server.process_numbers import NumberBoard, shared_file
from runfolio_server.remembered import RememberedAccess
from runfolio_server.settings import Settings
from runfolio_server.sql.pool import open_database
from runfolio_server.sql.pooled import way_of
from runfolio_server.sql.run_lists.indexes import OrderIndexes
from runfolio_server.sql.turns import Purpose

LOGGER = logging.getLogger(__name__)

# Names of secrets in the database, not secrets.
URL_SECRET = "signed urls"  # noqa: S105
CURSOR_SECRET = "cursors"  # noqa: S105
CSRF_SECRET = "changes by sessions"  # noqa: S105
CANCEL_AGAIN_S = 1.0
# What uploads and downloads share connections by, beside users.
UPLOADING = "uploading"
DOWNLOADING = "downloading"


def create_app(settings: Settings) -> Application:
    """The application. Its lifespan connects to PostgreSQL, which must have been migrated."""

    @asynccontextmanager
    async def lifespan(app: Application) -> AsyncIterator[None]:
        database = await open_database(
            settings.database_url,
            size=settings.pool_size,
            wait_s=settings.pool_wait_s,
            statement_timeout_s=settings.statement_timeout_s,
            filter_timeout_s=settings.filter_timeout_s,
            by=way_of(is_pooled=settings.is_pooled),
            shared_file=shared_file(),
        )
        readiness = Readiness(settings)
        try:
            async with database.connection() as connection:
                url_secret = await ensure_secret(connection, URL_SECRET)
                cursor_secret = await ensure_secret(connection, CURSOR_SECRET)
                csrf_secret = await ensure_secret(connection, CSRF_SECRET)
                store_secret = await ensure_secret(connection, STORE_SECRET)
            store = open_store(store_place(settings))
            remove_leftovers(settings.data_dir)
            await mark_store(store, store_secret)

            # A signed URL tells the id of a key, and no key.
            async def register(grant: UploadGrant, stored: StoredObject) -> None:
                viewer = await sign_in.owner_of(grant.key_id)
                await register_upload(database.asked_by(None, UPLOADING, Purpose.WRITE), store, viewer, grant, stored)

            async def may_upload(grant: UploadGrant) -> None:
                viewer = await sign_in.owner_of(grant.key_id)
                await check_upload(database.asked_by(None, UPLOADING, Purpose.WRITE), viewer, grant)

            async def may_download(grant: DownloadGrant) -> None:
                viewer = await sign_in.owner_of(grant.key_id)
                await check_download(database.asked_by(None, DOWNLOADING, Purpose.READ), viewer, grant)

            app.state.settings = settings
            app.state.database = database
            app.state.readiness = readiness
            app.state.remembered_access = remembered = RememberedAccess()
            app.state.wake_up = wake_up = EventWakeUp(settings.session_url)
            app.state.held_bodies = room_for_bodies(settings)
            app.state.held_answers = room_for_answers()
            app.state.memory_back = memory_back = MemoryBack()
            app.state.held_uploads = room_for_uploads()
            app.state.wrong_keys = WrongKeys()
            app.state.sign_in = sign_in = SignIn(
                database, remembered, KeyRequests.from_environment(settings.key_requests_per_minute)
            )
            app.state.sessions = SessionLookup(database, remembered)
            app.state.csrf_secret = csrf_secret
            app.state.run_targets = RunTargets(remembered)
            app.state.object_store = store
            app.state.url_signer = UrlSigner(url_secret, settings.url_lifetime_s)
            app.state.cursor_secret = cursor_secret
            app.state.order_indexes = OrderIndexes()
            app.state.register_upload = register
            app.state.check_upload = may_upload
            app.state.check_download = may_download
            app.state.loop_watch = loop_watch = LoopWatch()
            app.state.number_board = board = NumberBoard.from_environment()
            async with beside(
                wake_up.run(),
                forget_what_others_revoke(database, remembered, wake_up),
                tell_that_it_listens(database, settings.heartbeat_timeout_s),
                loop_watch.run(),
                memory_back.run(),
                board.tell_forever(lambda: own_numbers(loop_watch)),
            ):
                yield
        finally:
            await readiness.close()
            await database.close()

    return Application(
        settings,
        routes=[
            Route("/", to_explorer),
            *graphql_routes,
            *session_routes,
            *explorer_routes,
            *file_stream_routes,
            *export_routes,
            *export_console_routes,
            *export_history_routes,
            *object_routes,
            *artifact_file_routes,
            *health_routes,
            *metrics_routes,
            # Last: a project's address may look like any other of two parts.
            *address_routes,
        ],
        middleware=[Middleware(ObjectsOrigin, settings.objects_url)] if settings.objects_url else [],
        lifespan=lifespan,
        exception_handlers={HTTPException: tell_http_error, Exception: tell_unforeseen_error},
    )


@asynccontextmanager
async def beside(*jobs: Coroutine[None, None, Never]) -> AsyncIterator[None]:
    """Run jobs that never end by themselves for as long as the block."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        yield
    finally:
        pending = set(tasks)
        while pending:
            for task in pending:
                task.cancel()
            # Again, should a library have lost it: a process that cannot end keeps the port.
            _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_S)
        await asyncio.gather(*tasks, return_exceptions=True)


async def to_explorer(request: Request) -> Response:
    """A browser at the root has come for the page at /graphql.

    What a proxy took off the path is not seen here. So the answer is relative, which is right behind any path that ends
    with a slash; a browser that came by the address of the settings is sent to it, slash or not.
    """
    settings: Settings = request.app.state.settings
    is_known = bool(settings.base_url) and urlsplit(settings.base_url).netloc == request.headers.get("Host")
    return RedirectResponse(f"{settings.base_url}/graphql" if is_known else "graphql")


async def tell_http_error(request: Request, error: Exception) -> Response:
    """404 and 405 in the shape of every other error."""
    if not isinstance(error, HTTPException):
        raise error
    message = f"{error.detail}: {request.method} {name_excerpt(request.url.path)}"
    return json_response({"errors": [{"message": message}]}, error.status_code)


async def tell_unforeseen_error(request: Request, error: Exception) -> Response:
    """500; the trace goes to the log and nowhere else, with the id of the request."""
    LOGGER.error("%s %r failed", request.method, request.url.path, exc_info=error)
    return json_response({"errors": [masked_error()]}, 500)
