"""Why `serve` cannot run, beside embedded/errors.py. Raised in this package, printed by cli.py."""

from __future__ import annotations


class ServeError(Exception):
    """The command cannot go on; the message is one sentence for the user: what is wrong, what next."""


class DataDirInUse(ServeError):
    """Another `serve` has the data directory."""
