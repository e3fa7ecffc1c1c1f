"""What was looked up is remembered for seconds, is bounded, and is dropped when access changes."""

from __future__ import annotations

from datetime import UTC, datetime

from runfolio_server.domain.viewer import Viewer
from runfolio_server.remembered import ACCESS_REMEMBERED_S, LoggedProject, Remembered, RememberedAccess

LONG_S = 1000.0


def test_access_is_remembered_for_seconds_at_most() -> None:
    assert ACCESS_REMEMBERED_S <= 5


def test_a_value_is_remembered_until_its_time_is_over() -> None:
    lasting: Remembered[str, int] = Remembered(LONG_S)
    over: Remembered[str, int] = Remembered(0.0)
    for remembered in (lasting, over):
        remembered.put("a", 1)

    assert 1 == lasting.get("a")
    assert None is lasting.get("b")
    assert None is over.get("a")


def test_the_oldest_value_makes_room_for_a_new_one() -> None:
    remembered: Remembered[str, int] = Remembered(LONG_S, most=2)
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        remembered.put(key, value)

    assert [3, None, 4] == [remembered.get(key) for key in "abc"]


def test_a_change_of_access_clears_the_user_and_the_project_and_nothing_else() -> None:
    access = RememberedAccess(LONG_S)
    for user_id in (1, 2):
        viewer = Viewer(
            user_id, 10 + user_id, f"u{user_id}", None, is_admin=False, created_at=datetime(2026, 11, 3, tzinfo=UTC)
        )
        access.viewers.put(b"first %d" % user_id, viewer)
        access.viewers.put(b"second %d" % user_id, viewer)
        access.projects.put((user_id, (), "team", "p"), LoggedProject(7, to_all_runs=True))
        access.projects.put((user_id, (), "team", "q"), LoggedProject(8, to_all_runs=True))

    access.clear(user_id=1)
    access.clear(project_id=8)

    assert [None, None] == [access.viewers.get(key) for key in (b"first 1", b"second 1")]
    assert all(access.viewers.get(key) for key in (b"first 2", b"second 2"))
    assert [None, None] == [access.projects.get((1, (), "team", name)) for name in "pq"]
    assert [LoggedProject(7, to_all_runs=True), None] == [access.projects.get((2, (), "team", name)) for name in "pq"]
