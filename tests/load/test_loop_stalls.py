"""What the load tells of the event loops is what the server tells."""

from __future__ import annotations

from tests.live_server import LiveServer
from tests.load.loop_stalls import LoopStalls


async def test_stalls_are_counted_from_when_they_were_asked_for_first(live_server: LiveServer) -> None:
    stalls = LoopStalls(live_server.base_url, live_server.api_key)

    assert 0 == await stalls.count()
    assert len(stalls.counts) == 1
    (process,) = stalls.counts
    stalls.counts[process] -= 2
    assert 2 <= await stalls.count()
