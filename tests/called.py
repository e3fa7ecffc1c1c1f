"""Counts what a piece of work calls: how much was done, whatever time it took."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Called(Generic[T]):
    """What `work` returned or raised, and how often each function was called meanwhile, in this thread."""

    def __init__(self, work: Callable[[], T]) -> None:
        self.counts: Counter[str] = Counter()
        self.error: Exception | None = None
        self.result: T | None = None
        # What others have left behind is not to be ended, and counted, meanwhile.
        gc.disable()
        sys.setprofile(self._note)
        try:
            self.result = work()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.error = error
        finally:
            sys.setprofile(None)
            gc.enable()

    def _note(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            self.counts[frame.f_code.co_name] += 1
        elif event == "c_call":
            self.counts[argument.__name__] += 1
