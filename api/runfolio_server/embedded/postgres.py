"""The embedded PostgreSQL as one object: start, adopt what still runs, stop. Used by serve/run.py and the tests.

It runs `postgres` itself as its own child rather than through pg_ctl: an end is noticed at once, the terminal's
Ctrl-C does not reach it, and recovery after a crash may take as long as it needs.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from runfolio_server.embedded import cluster, postmaster, sockets
from runfolio_server.embedded.database_user import DatabaseUser, database_user_of
from runfolio_server.embedded.errors import EmbeddedPostgresError, StartInterruptedError
from runfolio_server.embedded.programs import find_programs

LOG_NAME = "postgres.log"
LOG_MAX_BYTES = 16 * 1024 * 1024
LOG_TAIL_BYTES = 8192
POLL_S = 0.02
# Recovery after a crash reads at most max_wal_size of log, so a healthy start is far below this.
READY_TIMEOUT_S = 600
# How long processes of a killed postmaster may hold its memory, and after how long they are killed for it.
ORPHAN_TIMEOUT_S = 60
ORPHAN_PATIENCE_S = 5
# SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one (the next start recovers from its log).
STOP_SIGNALS = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))

SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "128MB",
    # Statements here are short: compiling them costs more than it gives.
    "jit": "off",
    # PostgreSQL 18 starts three more processes for asynchronous reads; at this size they cost more than they give.
    "io_method": "sync",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
# For glibc: a statement that took megabytes gives them back, and not only when its connection ends.
MEMORY_SETTINGS = {"MALLOC_MMAP_THRESHOLD_": "262144", "MALLOC_TRIM_THRESHOLD_": "262144", "MALLOC_ARENA_MAX": "1"}


def _say_nothing(_message: str) -> None:
    return


class EmbeddedPostgres:
    """PostgreSQL in `data_dir`/pg, its log in `data_dir`/postgres.log.

    `data_dir` must exist and belong to one caller at a time (`serve` locks it). For root it must be reachable by the
    OS user that PostgreSQL then runs as (see database_user.py). Methods may be called from any thread; `say` gets
    sentences for people.
    """

    name = "PostgreSQL"

    def __init__(self, data_dir: Path, *, say: Callable[[str], None] = _say_nothing) -> None:
        # Resolved, because it is compared with what a running postmaster says.
        self._data_dir = data_dir.resolve()
        self._pg_dir = self._data_dir / "pg"
        self._log = self._data_dir / LOG_NAME
        self._say = say
        self._lock = threading.Lock()
        self._interrupted = threading.Event()
        self._forced = threading.Event()
        self._owner: DatabaseUser | None = None
        self._programs = Path()
        self._socket_dir: Path | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._adopted: int | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs, else None."""
        if self._child is not None:
            return self._child.pid if self._child.poll() is None else None
        if self._adopted is not None and postmaster.is_postmaster_of(self._adopted, self._pg_dir):
            return self._adopted
        return None

    def is_running(self) -> bool:
        """Whether the postmaster lives; it may still be recovering after a crash of one of its processes."""
        return self.pid is not None

    def start(self) -> str:
        """Make the files when there are none, adopt or start PostgreSQL, wait until it answers; its URL.

        The URL stays the same for the life of this object. Starting what runs already changes nothing.
        Raises EmbeddedPostgresError with one sentence for the user.
        """
        with self._lock:
            if self._socket_dir is not None and self.is_running():
                return sockets.database_url(self._socket_dir)
            try:
                return self._start()
            except OSError as error:
                raise EmbeddedPostgresError(
                    f"PostgreSQL cannot be started in {self._data_dir}: {error.strerror or error}"
                    f"{f' ({error.filename})' if error.filename else ''}; "
                    "mend that or choose another --data-dir."
                ) from error

    def interrupt(self) -> None:
        """Make a `start` that is under way in another thread give up with StartInterruptedError."""
        self._interrupted.set()

    def stop(self) -> None:
        """Stop PostgreSQL, adopted or not: fast, which a few seconds later turns into immediate."""
        self._interrupted.set()
        with self._lock:
            self._interrupted.clear()
            pid = self.pid
            if pid is not None:
                self._end(pid)
            self._child, self._adopted = None, None
            if self._socket_dir is not None:
                sockets.remove_socket_dir(self._socket_dir)
                self._socket_dir = None

    def force(self) -> None:
        """Make this and every later `stop` immediate."""
        self._forced.set()

    def ending(self) -> str:
        """How it ended, for a sentence such as "PostgreSQL ended (…)"."""
        if self._child is None or self._child.returncode is None:
            return "gone"
        return describe_exit(self._child.returncode)

    def _start(self) -> str:
        self._owner = database_user_of(self._pg_dir)
        self._check_reach(self._owner)
        self._programs = find_programs(self._owner, self._data_dir)
        if not cluster.has_cluster(self._pg_dir):
            self._say(f"Making a PostgreSQL database in {self._pg_dir}{self._as_whom(self._owner)}.")
            cluster.make_cluster(self._pg_dir, self._programs, self._owner, self._interrupted)
        self._adopt_or_launch(self._owner)
        return sockets.database_url(self._chosen_socket_dir(self._owner))

    def _check_reach(self, owner: DatabaseUser) -> None:
        closed = owner.first_closed_directory(self._data_dir)
        if closed is not None:
            raise EmbeddedPostgresError(
                f"As root, PostgreSQL runs as the OS user {owner.name}, who may not enter {closed}; choose another "
                f"--data-dir (root's default is /var/lib/runfolio), or open that one with: chmod o+x {closed}"
            )

    @staticmethod
    def _as_whom(owner: DatabaseUser) -> str:
        return f", run as the OS user {owner.name} because PostgreSQL refuses to run as root" if owner.is_other else ""

    def _chosen_socket_dir(self, owner: DatabaseUser) -> Path:
        if self._socket_dir is None:
            found = postmaster.read_postmaster_file(self._pg_dir)
            self._socket_dir = sockets.socket_dir_for(self._pg_dir, found.socket_dir if found else "", owner)
        return self._socket_dir

    def _command(self, owner: DatabaseUser) -> list[str]:
        settings = [f"--{name}={value}" for name, value in SERVER_SETTINGS.items()]
        where = ["-D", str(self._pg_dir), "-k", str(self._chosen_socket_dir(owner)), "-p", str(sockets.SOCKET_PORT)]
        return [str(self._programs / "postgres"), *where, *settings]

    def _adopt(self, owner: DatabaseUser) -> bool:
        """Take over the postmaster that a killed `serve` left; end it when it is of another version or settings."""
        self._child, self._adopted = None, None
        found = postmaster.read_postmaster_file(self._pg_dir)
        if found is None:
            return False
        if not postmaster.is_postmaster_of(found.pid, self._pg_dir):
            if postmaster.process_exists(found.pid):
                # PostgreSQL would take that stranger for its postmaster and refuse to start.
                self._remove_lock_files(owner)
            return False
        self._adopted = found.pid
        while self.is_running():
            self._check_interrupted()
            found = postmaster.read_postmaster_file(self._pg_dir)
            if found is not None and found.is_ready and found.pid == self._adopted:
                if postmaster.command_line(self._adopted) == " ".join(self._command(owner)):
                    return True
                self._end(self._adopted)
            self._interrupted.wait(POLL_S)
        self._adopted = None
        return False

    def _adopt_or_launch(self, owner: DatabaseUser) -> None:
        began = time.monotonic()
        while not self._adopt(owner) and not self._launch(owner):
            waited = time.monotonic() - began
            last_resort = waited > ORPHAN_PATIENCE_S
            reason = self._last_words()
            if waited > ORPHAN_TIMEOUT_S or not any(sign in reason for sign in ("shared memory block", "lock file")):
                raise EmbeddedPostgresError(f"PostgreSQL does not start: {reason}; its log is {self._log}.")
            if "shared memory block" in reason:
                # The postmaster was killed and some of its processes have not noticed yet. They lost it for good:
                # what they were doing was never committed, and the new postmaster recovers from the log.
                for pid in postmaster.orphans(self._pg_dir, owner.user_id):
                    _send(pid, signal.SIGKILL if last_resort else signal.SIGQUIT)
            elif "is empty" in reason and last_resort:
                # Either a postmaster is just starting, and then it soon has content, or the power went away.
                self._remove_lock_files(owner)
            self._interrupted.wait(min(0.1 + waited / 4, 2))
            self._check_interrupted()

    def _remove_lock_files(self, owner: DatabaseUser) -> None:
        (self._pg_dir / "postmaster.pid").unlink(missing_ok=True)
        sockets.lock_file(self._chosen_socket_dir(owner)).unlink(missing_ok=True)

    def _launch(self, owner: DatabaseUser) -> bool:
        """Start a postmaster and wait until it is ready; False when it ended instead."""
        self._rotate_log()
        command = self._command(owner)
        # It quotes failed statements, and with them what users wrote.
        self._log.touch(mode=0o600)
        # A killed container leaves a file that says "ready", and process numbers are the same again in the next one.
        left = postmaster.read_postmaster_file(self._pg_dir)
        with self._log.open("ab") as log:
            self._log_start = log.tell()
            self._child = subprocess.Popen(  # noqa: S603 - our own program
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={**MEMORY_SETTINGS, **cluster.child_environment()},
                umask=0o077,
                # Out of reach of the terminal's Ctrl-C: `serve` stops it when nobody needs it any more.
                start_new_session=True,
                user=owner.user,
                group=owner.group,
                extra_groups=owner.extra_groups,
            )
        deadline = time.monotonic() + READY_TIMEOUT_S
        while self._child.poll() is None:
            found = postmaster.read_postmaster_file(self._pg_dir)
            if found is not None and found.pid == self._child.pid and found.is_ready and found != left:
                return True
            if self._interrupted.is_set() or time.monotonic() > deadline:
                self._end(self._child.pid)
                self._check_interrupted()
                raise EmbeddedPostgresError(f"PostgreSQL did not get ready in {READY_TIMEOUT_S} s; see {self._log}.")
            self._interrupted.wait(POLL_S)
        return False

    def _check_interrupted(self) -> None:
        if self._interrupted.is_set():
            raise StartInterruptedError("PostgreSQL was told to stop before it was ready.")

    def _end(self, pid: int) -> None:
        for number, patience_s in STOP_SIGNALS:
            if number is signal.SIGINT and self._forced.is_set():
                continue
            _send(pid, number)
            deadline = time.monotonic() + patience_s
            while self.is_running():
                if time.monotonic() > deadline or (number is signal.SIGINT and self._forced.is_set()):
                    break
                time.sleep(POLL_S)
            else:
                return

    def _rotate_log(self) -> None:
        if self._log.exists() and self._log.stat().st_size > LOG_MAX_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))

    def _last_words(self) -> str:
        """The reason that PostgreSQL gave for its end since it was last started."""
        with self._log.open("rb") as log:
            log.seek(max(self._log_start, self._log.stat().st_size - LOG_TAIL_BYTES))
            lines = log.read().decode(errors="replace").splitlines()
        for line in reversed(lines):
            for mark in ("FATAL: ", "PANIC: "):
                if mark in line:
                    return line.partition(mark)[2].strip().rstrip(".")
        return lines[-1].strip().rstrip(".") if lines else f"it ended with {self.ending()}"


def describe_exit(code: int) -> str:
    """An exit code of subprocess in words: `signal 9` or `exit code 1`."""
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
