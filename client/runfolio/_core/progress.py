"""How far bytes have come: a bar by tqdm or rich where somebody looks at a terminal or a notebook, else nothing.

Used by _async/artifact_download.py.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from threading import Lock
from types import TracebackType
from typing import Any, Protocol

from runfolio._core.errors import DownloadError


class Bar(Protocol):
    """Shows bytes."""

    def show(self, count: int) -> None:
        """So many more, or with a negative number fewer."""

    def close(self) -> None:
        """The end."""


class Progress:
    """Counts the bytes of one download or upload, from several threads, and shows them.

    `wanted`: True shows a bar and False none; None shows one in a terminal or a notebook, where tqdm or rich is
    installed.
    """

    def __init__(self, title: str, total: int, wanted: bool | None) -> None:
        self._lock = Lock()
        self._is_stopped = False
        self.count = 0
        self._bar = make_bar(title, total) if (is_watched() if wanted is None else wanted) else None

    def advance(self, count: int) -> None:
        """So many more bytes are here. Raises DownloadError after `stop`: what runs beside it ends then."""
        with self._lock:
            if self._is_stopped:
                raise DownloadError("It was stopped, because something beside it has failed.")
            self.count += count
            if self._bar is not None:
                self._bar.show(count)

    def stop(self) -> None:
        """Let everything end that still brings bytes."""
        self._is_stopped = True

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()


def is_watched() -> bool:
    """Whether errors are printed to a terminal, or this is a notebook."""
    return is_notebook() or (sys.stderr is not None and sys.stderr.isatty())


def is_notebook() -> bool:
    """Whether the program runs in a kernel of Jupyter."""
    # Whoever runs in one has imported it.
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return type(shell).__name__ == "ZMQInteractiveShell"


def make_bar(title: str, total: int) -> Bar | None:
    """A bar of the first library that is installed; None: neither is."""
    if find_spec("tqdm") is not None:
        return _TqdmBar(title, total)
    if find_spec("rich") is not None:
        return _RichBar(title, total)
    return None


class _TqdmBar:
    def __init__(self, title: str, total: int) -> None:
        # In a notebook the widget needs ipywidgets; without them its text does.
        if is_notebook() and find_spec("ipywidgets") is not None:
            from tqdm.notebook import tqdm
        else:
            from tqdm.std import tqdm
        self._bar: Any = tqdm(total=total, desc=title, unit="B", unit_scale=True, unit_divisor=1024)

    def show(self, count: int) -> None:
        self._bar.update(count)

    def close(self) -> None:
        self._bar.close()


class _RichBar:
    def __init__(self, title: str, total: int) -> None:
        from rich.console import Console
        from rich.markup import escape
        from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn
        from rich.progress import Progress as RichProgress

        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        self._shown = RichProgress(*columns, console=Console(stderr=True))
        self._task = self._shown.add_task(escape(title), total=total)
        self._shown.start()

    def show(self, count: int) -> None:
        self._shown.advance(self._task, count)

    def close(self) -> None:
        self._shown.stop()
