"""What a request brought is let go of when it is answered, without waiting for the garbage collector."""

from __future__ import annotations

import gc
import json

from tests.service import Service

APPEND = "mutation($input: AppendHistoryInput!) { appendHistory(input: $input) { rejectedCount } }"
KEYS = "query($name: String!) { project(name: $name) { runs { edges { node { historyKeys lastStep } } } } }"
LONG = 100_000


async def test_nothing_large_waits_for_the_garbage_collector_after_an_answer(service: Service) -> None:
    run = await service.start_run("letting-go")
    lines = json.dumps({"text": "x" * LONG})
    gc.collect()
    gc.disable()
    try:
        await service.graphql(APPEND, input={"runId": run["id"], "offset": 0, "jsonLines": lines})
        await service.graphql(KEYS, name="p")
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        found = [
            type(garbage).__name__
            for garbage in gc.garbage
            # The requests of this test's own client are none of ours.
            if not type(garbage).__module__.startswith("httpx")
            for held in gc.get_referents(garbage)
            if isinstance(held, (str, bytes)) and len(held) >= LONG
        ]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()

    assert [] == found
