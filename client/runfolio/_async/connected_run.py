"""A run's attributes and the way to its server, for every part of it. Extended by run_files.py and run_console.py."""

from __future__ import annotations

from runfolio._async.transport import AsyncTransport
from runfolio._core.paths import RunPath
from runfolio._core.run_data import RunData
from runfolio._generated import RunFields


class AsyncConnectedRun(RunData):
    """A run and its server."""

    def __init__(self, fields: RunFields, path: RunPath, transport: AsyncTransport) -> None:
        super().__init__(fields, path, transport.base_url)
        self._transport = transport
