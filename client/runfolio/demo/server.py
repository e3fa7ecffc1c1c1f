"""A `runfolio serve` of the demo's own, in a directory of its own. Used by command.py."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from runfolio.demo.errors import DemoError

START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 20
POLL_S = 0.1
SETTINGS_PREFIXES = ("RUNFOLIO_", "WANDB_")


@contextmanager
def demo_server() -> Iterator[tuple[str, str]]:
    """A server on a free port, stopped and removed at the end; its URL and an API key. Raises DemoError."""
    directory = Path(tempfile.mkdtemp(prefix="runfolio-demo-"))
    # For root, PostgreSQL runs as another OS user, who has to pass through here.
    directory.chmod(0o711)
    log = directory / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "runfolio.cli", "serve", "--port", "0", "--data-dir", str(directory / "data")],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=plain_environment(),
            # The demo stops it; a Ctrl-C in the terminal must not reach it first.
            start_new_session=True,
        )
    try:
        base_url = _wait_until_ready(process, directory / "data", log)
        yield base_url, (directory / "data" / "api-key").read_text(encoding="utf-8").strip()
    finally:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(directory, ignore_errors=True)


def plain_environment(**more: str) -> dict[str, str]:
    """The environment without settings of runfolio and the SDK, which mean another server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS_PREFIXES)}
    return {**kept, **more}


def _wait_until_ready(process: subprocess.Popen[bytes], data_dir: Path, log: Path) -> str:
    deadline = time.monotonic() + START_TIMEOUT_S
    address = data_dir / "base-url"
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise DemoError(f"The server did not start: {log.read_text(encoding='utf-8').strip()}")
        if address.exists():
            base_url = address.read_text(encoding="utf-8").strip()
            try:
                if httpx.get(f"{base_url}/readyz", timeout=5).status_code == httpx.codes.OK:
                    return base_url
            except httpx.TransportError:
                pass  # not listening yet
        time.sleep(POLL_S)
    raise DemoError(f"The server was not ready within {START_TIMEOUT_S} seconds: {log.read_text(encoding='utf-8')}")
