"""Runs scripts under the real `wandb` package of one version, against one server, away from everybody's home."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.live_server import LiveServer
from tests.wandb.recorder import Recorder, unexpected

SCRIPTS = Path(__file__).with_name("scripts")
CHECKOUT = Path(__file__).parents[2]
SCRIPT_TIMEOUT_S = 120


@dataclass(frozen=True)
class Outcome:
    """What a script answered (None when it did not get there), how it exited and what it printed."""

    answer: Any
    exit_code: int
    output: str


@dataclass(frozen=True)
class SDK:
    """One version of the SDK with a home of its own."""

    version: str
    python: Path
    home: Path
    server: LiveServer
    recorder: Recorder
    timeout_s: float = SCRIPT_TIMEOUT_S
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def environment(self, **changes: str) -> dict[str, str]:
        """Nothing of the outer environment but PATH, so that no netrc, key or proxy of the user's gets in."""
        folders = {name: str(self.home / name.lower()) for name in ("WANDB_CACHE_DIR", "WANDB_CONFIG_DIR")}
        return {
            "PATH": os.environ["PATH"],
            # The scripts share modules of their folder, and nothing of ours that would need more than `wandb`.
            "PYTHONPATH": str(CHECKOUT),
            "HOME": str(self.home),
            "NETRC": str(self.home / "netrc"),
            "WANDB_DIR": str(self.home),
            "WANDB_DATA_DIR": str(self.home / "staging"),
            "WANDB_BASE_URL": self.server.base_url,
            "WANDB_API_KEY": self.server.api_key,
            "WANDB_PROJECT": "sdk",
            "WANDB_SILENT": "true",
            "WANDB__DISABLE_STATS": "true",
            "WANDB_DISABLE_GIT": "true",
            **folders,
            **changes,
        }

    def start(
        self, script: str, settings: Mapping[str, str] | None = None, **arguments: object
    ) -> subprocess.Popen[str]:
        """Start scripts/SCRIPT.py with these arguments; `settings` are changes of its environment."""
        return self.start_file(SCRIPTS / f"{script}.py", settings, cwd=self.home, **arguments)

    def start_file(
        self, script: Path, settings: Mapping[str, str] | None, *, cwd: Path, **arguments: object
    ) -> subprocess.Popen[str]:
        """Start a program in a directory, otherwise as `start` does."""
        process = subprocess.Popen(
            [str(self.python), "-P", str(script), json.dumps(arguments)],
            cwd=cwd,
            env=self.environment(**(settings or {})),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self.started.append(process)
        return process

    def finish(
        self, process: subprocess.Popen[str], *, exit_code: int | None = 0, may_fail: Collection[str] = ()
    ) -> Outcome:
        """Wait for a started script. Its exit code is checked unless None, and so are the operations that it sent."""
        answer_file = self.home / f"answer-{process.pid}.json"
        output, _ = process.communicate(timeout=self.timeout_s)
        assert exit_code in (None, process.returncode), output
        problems = unexpected(self.recorder.exchanges, may_fail)
        assert not problems, "\n".join([f"wandb {self.version}:", *problems, output])
        answer = json.loads(answer_file.read_text()) if answer_file.exists() else None
        return Outcome(answer, process.returncode, output)

    def run(
        self,
        script: str,
        settings: Mapping[str, str] | None = None,
        *,
        exit_code: int | None = 0,
        may_fail: Collection[str] = (),
        **arguments: object,
    ) -> Any:
        """Run scripts/SCRIPT.py to its end; its answer."""
        process = self.start(script, settings, **arguments)
        return self.finish(process, exit_code=exit_code, may_fail=may_fail).answer

    def command(self, *arguments: str) -> str:
        """Run a `wandb` command that must succeed; what it printed."""
        done = subprocess.run(
            [str(self.python), "-m", "wandb", *arguments],
            cwd=self.home,
            env=self.environment(WANDB_SILENT="false"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=self.timeout_s,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def sync(self, folder: str) -> None:
        """Sync an offline run, whether or not it was synced before."""
        for mark in Path(folder).glob("*.synced"):
            mark.unlink()
        self.command("sync", folder)

    def end(self) -> None:
        """End the scripts that still run, because a test failed."""
        for process in self.started:
            with process:
                process.kill()
