"""A key that is revoked stops working in every process, though each remembers the keys that it has seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Never

from runfolio_server.actions.identity.api_keys import revoke_api_key
from runfolio_server.actions.identity.people import Acting
from runfolio_server.actions.identity.sign_in import SignIn
from runfolio_server.actions.others_changes import forget_what_others_revoke
from runfolio_server.errors import Unauthenticated
from runfolio_server.events.wake_up import EventWakeUp
from runfolio_server.graph.relay.node_ids import decode_uuid
from runfolio_server.remembered import RememberedAccess
from tests.service import Service

NEW_KEY = "mutation { generateApiKey(input: {}) { apiKey { id name } } }"
DELETE_KEY = "mutation($id: String!) { deleteApiKey(input: {id: $id}) { success } }"
HOUR_S = 3600.0


@asynccontextmanager
async def _running(*jobs: Coroutine[None, None, Never]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _new_key(service: Service) -> dict[str, Any]:
    found: dict[str, Any] = (await service.graphql(NEW_KEY)).data["generateApiKey"]["apiKey"]
    return found


async def _until_refused(sign_in: SignIn, key: str) -> None:
    """Returns when the key is not good any more."""
    while True:
        try:
            await sign_in.viewer(f"Bearer {key}")
        except Unauthenticated:
            return
        await asyncio.sleep(0.02)


async def test_a_key_that_another_process_revokes_is_forgotten_when_it_says_so(service: Service) -> None:
    # Another process, which remembers for an hour, and looks for events by itself as seldom.
    wake_up, remembered = EventWakeUp(service.settings.database_url), RememberedAccess(HOUR_S)
    sign_in = SignIn(service.database, remembered)
    forgetting = forget_what_others_revoke(service.database, remembered, wake_up, poll_s=HOUR_S)
    async with _running(wake_up.run(), forgetting):
        # The first bell rings once it listens.
        await wake_up.bell().wait()
        key = await _new_key(service)
        viewer = await sign_in.viewer(f"Bearer {key['name']}")

        await service.graphql(DELETE_KEY, id=key["id"])
        await _until_refused(sign_in, key["name"])

    assert "ada" == viewer.username


async def test_a_key_whose_process_was_killed_before_it_could_say_so_is_forgotten_too(service: Service) -> None:
    key = await _new_key(service)
    # Committed by a process that sends nothing any more; the other one is woken by nobody.
    killed, wake_up = EventWakeUp(service.settings.database_url), EventWakeUp(service.settings.database_url)
    remembered = RememberedAccess(HOUR_S)
    sign_in = SignIn(service.database, remembered)
    viewer = await sign_in.viewer(f"Bearer {key['name']}")
    async with _running(forget_what_others_revoke(service.database, remembered, wake_up, poll_s=0.02)):
        await asyncio.sleep(0.1)

        acting = Acting(service.database, RememberedAccess(), killed, viewer)
        await revoke_api_key(acting, decode_uuid("ApiKey", key["id"]))
        await _until_refused(sign_in, key["name"])
