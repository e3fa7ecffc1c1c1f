"""Panics of libraries written in Rust, as errors that say what was being written. Used by arrow.py and parquet.py.

To Python a panic is a BaseException: nothing that expects errors catches it, and the request ends without an answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOGGER = logging.getLogger(__name__)
# PyO3 has the class in a module that cannot be imported.
PANIC_MODULE = "pyo3_runtime"


@contextmanager
def told_panics(error_of: Callable[[str], Exception]) -> Iterator[None]:
    """Raise the error that `error_of` makes of the library's words instead of a panic in the block."""
    try:
        yield
    except BaseException as panic:
        if type(panic).__module__ != PANIC_MODULE:
            raise
        LOGGER.error("a library panicked", exc_info=panic)
        raise error_of(str(panic).partition("\n")[0][:200]) from panic
