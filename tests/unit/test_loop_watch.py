"""The watch of the event loop remembers the longest stalls, those of the last minute apart."""

from __future__ import annotations

from runfolio_server.loop_watch import RECENT_S, STALL_S, LoopWatch


def test_the_longest_stall_stays_and_that_of_the_last_minute_goes() -> None:
    watch = LoopWatch()

    watch.saw(3.0, 100.2)
    watch.saw(0.02, 100.9)
    watch.saw(0.2, 130.0)

    assert [3.0, 3.0, 0.2, 0.0] == [
        watch.longest_recent_s(now) for now in (130.0, 99.9 + RECENT_S, 101.0 + RECENT_S, 131.0 + RECENT_S)
    ]
    assert 3.0 == watch.longest_s


def test_only_what_somebody_may_notice_counts_as_a_stall() -> None:
    watch = LoopWatch()

    for late_s in (STALL_S / 2, STALL_S, STALL_S * 2):
        watch.saw(late_s, 1.0)

    assert 1 == watch.stalls
