"""Work at once ends with the first failure, and its bytes are shown only where somebody looks."""

from __future__ import annotations

import sys
import threading
from types import SimpleNamespace

import pytest

from runfolio import DownloadError
from runfolio._core import progress
from runfolio._core.parallel import AsyncParallel, Parallel
from runfolio._core.progress import Progress, is_watched


def test_all_items_are_worked_on_and_several_at_once() -> None:
    together = threading.Barrier(4, timeout=20)
    done: list[int] = []

    def work(item: int) -> None:
        together.wait()
        done.append(item)

    Parallel(4, lambda: None).run(work, range(8))

    assert list(range(8)) == sorted(done)


def test_the_first_failure_ends_the_others_and_is_raised() -> None:
    shown = Progress("x", 10, wanted=False)
    failed = threading.Event()
    worked: list[int] = []

    def work(item: int) -> None:
        worked.append(item)
        if item == 0:
            failed.set()
            raise OSError("disk full")
        failed.wait(20)
        while True:
            shown.advance(1)

    with pytest.raises(OSError, match="disk full"):
        Parallel(2, shown.stop).run(work, range(100))
    assert len(worked) < 100


async def test_tasks_do_the_same_as_threads() -> None:
    done: list[int] = []

    async def work(item: int) -> None:
        if item == 3:
            raise OSError("disk full")
        done.append(item)

    with pytest.raises(OSError, match="disk full"):
        await AsyncParallel(2, lambda: None).run(work, range(100))
    assert set(done) < set(range(100))
    await AsyncParallel(2, lambda: None).run(work, range(10, 30))
    assert set(range(10, 30)) <= set(done)


def test_bytes_after_the_stop_are_refused() -> None:
    shown = Progress("x", 10, wanted=None)
    shown.advance(3)
    shown.stop()

    with pytest.raises(DownloadError, match="was stopped"):
        shown.advance(3)
    assert 3 == shown.count


@pytest.mark.parametrize("libraries", [("tqdm", "rich"), ("rich",), ()])
def test_a_bar_is_of_the_library_that_is_there(
    libraries: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "find_spec", lambda name: name in libraries or None)

    with Progress("weights:v0", 2048, wanted=True) as shown:
        shown.advance(2048)

    out, err = capsys.readouterr()
    assert "" == out
    assert bool(libraries) == ("weights:v0" in err)


def test_a_bar_is_shown_in_a_notebook_and_nowhere_else_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_watched()

    shell = type("ZMQInteractiveShell", (), {})()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))

    assert is_watched()
