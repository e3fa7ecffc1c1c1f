"""The life of one `serve`: lock, port, PostgreSQL, migrations, first user, worker, API processes; and back in the end.

Called by cli.py. Everything that can be refused is refused before anything slow starts.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import signal
import socket
import sys
import time

from runfolio_server.allocator import give_memory_back_soon
from runfolio_server.embedded import EmbeddedPostgres
from runfolio_server.errors import AppError
from runfolio_server.log_lines import is_json
from runfolio_server.serve.api_process import ApiPlace, api_places
from runfolio_server.serve.child_process import ChildProcess
from runfolio_server.serve.data_dir import DataDir, open_data_dir
from runfolio_server.serve.errors import ServeError
from runfolio_server.serve.first_user import choose_username, key_of_new_first_user
from runfolio_server.serve.listen import listen, local_url
from runfolio_server.serve.supervise import Supervised, all_started, finish_in_thread, keep_running
from runfolio_server.settings import Settings
from runfolio_server.sql.migrate import migrate
from runfolio_server.sql.pool import open_database

LOGGER = logging.getLogger(__name__)

FORCED_EXIT_CODE = 130
# One wish to stop may arrive twice: `timeout` signals its child and then the group, and a child of ours that has not
# reached `exec` writes into the pipe by which we hear of signals.
SAME_SIGNAL_S = 0.3
# The processes of a `serve` that was killed give the port up within seconds: one that still starts has to notice first.
LEFTOVER_PATIENCE_S = 15.0
# Fresh processes for the API, one after the other.
REPLACE_SIGNAL = signal.SIGUSR2


def serve(settings: Settings, *, username: str | None, worker_module: str) -> int:
    """Run until a signal ends it; the exit code: 0 after a clean stop, FORCED_EXIT_CODE after a forced one.

    Raises ServeError, EmbeddedPostgresError or AppError with a sentence for the user when it cannot run.
    """
    give_memory_back_soon()
    first_username = choose_username(username)
    with (
        open_data_dir(settings.data_dir) as data_dir,
        listen(settings.host, settings.port, LEFTOVER_PATIENCE_S if data_dir.was_killed() else 0.0) as listener,
        asyncio.Runner() as runner,
    ):
        serving = Serving(settings, data_dir, listener, first_username, worker_module)
        return runner.run(serving.run())


class Serving:
    """What one `serve` runs, and how its parts start and stop."""

    def __init__(
        self,
        settings: Settings,
        data_dir: DataDir,
        listener: socket.socket,
        username: str,
        worker_module: str,
    ) -> None:
        self._settings = settings
        self._data_dir = data_dir
        self._listener = listener
        self._local_url = local_url(listener)
        self._username = username
        self._worker_module = worker_module
        self._postgres = None if settings.database_url else EmbeddedPostgres(data_dir.path, say=say)
        self._workers: list[ChildProcess] = []
        self._apis: list[ApiPlace] = []
        self._supervision: list[asyncio.Task[None]] = []
        self._replacement: asyncio.Task[None] | None = None
        self._signals = 0
        self._last_signal: tuple[signal.Signals, float] | None = None

    async def run(self) -> int:
        """Start, serve until a signal, stop."""
        life = asyncio.create_task(self._live())
        loop = asyncio.get_running_loop()
        for number in _stop_signals():
            loop.add_signal_handler(number, self._on_signal, number, life)
        loop.add_signal_handler(REPLACE_SIGNAL, self._replace_soon)
        try:
            await life
        except asyncio.CancelledError:
            if not self._signals:
                raise
        return FORCED_EXIT_CODE if self._signals > 1 else 0

    def _on_signal(self, number: signal.Signals, life: asyncio.Task[None]) -> None:
        now = time.monotonic()
        previous, self._last_signal = self._last_signal, (number, now)
        if previous is not None and previous[0] is number and now - previous[1] < SAME_SIGNAL_S:
            return
        self._signals += 1
        if self._signals == 1:
            self._begin_to_end(life)
            return
        if self._postgres is not None:
            self._postgres.force()
        for child in self._children():
            child.force_to_end()

    def _begin_to_end(self, life: asyncio.Task[None]) -> None:
        for task in self._supervision:
            task.cancel()
        if self._postgres is not None:
            self._postgres.interrupt()
        for child in self._children():
            child.ask_to_end()
        life.cancel()

    def _children(self) -> list[ChildProcess | ApiPlace]:
        return [*self._apis, *self._workers]

    async def _live(self) -> None:
        try:
            url = await self._start_database()
            settings = dataclasses.replace(
                self._settings, database_url=url, port=self._listener.getsockname()[1], data_dir=self._data_dir.path
            )
            key = await self._prepare_database(settings)
            self._workers = [ChildProcess("The worker", self._worker_module, settings)]
            self._apis = api_places(settings, self._listener)
            children: list[Supervised] = [*self._workers, *self._apis]
            await all_started(children)
            self._announce(key)
            if self._postgres is not None:
                children.append(self._postgres)
            self._supervision = [asyncio.create_task(keep_running(child, warn)) for child in children]
            # Without a supervisor `serve` is not what it promises: the first that fails ends it, and its error shows.
            await asyncio.gather(*self._supervision)
        finally:
            await self._stop()

    def _replace_soon(self) -> None:
        self._replacement = self._replacement or asyncio.create_task(self._replace_apis())

    async def _replace_apis(self) -> None:
        """Put a fresh process in each place of the API, one after the other, so that requests are always answered."""
        try:
            for place in self._apis:
                await finish_in_thread(place.replace)
            say(f"Replaced {len(self._apis)} processes of the API.")
        except (ServeError, OSError) as error:
            warn(f"The processes of the API are not all replaced: {error}")
        finally:
            self._replacement = None

    async def _start_database(self) -> str:
        if self._postgres is None:
            return self._settings.database_url
        return await finish_in_thread(self._postgres.start)

    async def _prepare_database(self, settings: Settings) -> str | None:
        """Migrate, make the first user; its key when it is new."""
        try:
            applied = await migrate(settings.session_url)
            if applied:
                say(f"Brought the database to this version: {', '.join(applied)}.")
            database = await open_database(
                settings.session_url, size=1, wait_s=settings.pool_wait_s, statement_timeout_s=30
            )
            try:
                return await key_of_new_first_user(database, self._data_dir, self._username)
            finally:
                await database.close()
        except AppError as error:
            if error.status < 500:
                raise
            raise ServeError(_unreachable(settings.session_url, error)) from error

    async def _stop(self) -> None:
        self._data_dir.withdraw_address()
        tasks = [*self._supervision, *([self._replacement] if self._replacement else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(asyncio.to_thread(child.stop) for child in self._children()))
        if self._postgres is not None:
            await asyncio.to_thread(self._postgres.stop)

    def _announce(self, key: str | None) -> None:
        base_url = self._settings.base_url or self._local_url
        self._data_dir.publish_address(self._local_url)
        if key is not None:
            say(
                f"The first user is {self._username}, a site admin. Its key is shown this once, and kept in "
                f"{self._data_dir.api_key_file}:\n\n"
                f"export WANDB_BASE_URL={base_url}\n"
                f"export WANDB_API_KEY={key}\n"
            )
        say(f"runfolio is ready at {base_url} (Ctrl-C stops it).")


def say(message: str) -> None:
    """Tell the person at the terminal, at once even through a pipe; a log of JSON gets a line, without any key."""
    if is_json():
        LOGGER.warning("%s", message)
        return
    sys.stdout.write(f"{message}\n")
    sys.stdout.flush()


def warn(message: str) -> None:
    """Tell what went wrong but does not end the command."""
    if is_json():
        LOGGER.error("%s", message)
        return
    sys.stderr.write(f"runfolio: {message}\n")
    sys.stderr.flush()


def _stop_signals() -> list[signal.Signals]:
    # nohup means to outlive the terminal: it ignores SIGHUP, and so do we then.
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM, *([] if ignored else [signal.SIGHUP])]


def _unreachable(url: str, error: AppError) -> str:
    # Never the password: only what stands behind the "@".
    where = url.rpartition("@")[2].partition("?")[0].removeprefix("postgresql://").removeprefix("postgres://")
    reason = str(error.__cause__ or error).rstrip(".")
    if "startup parameter" in reason:
        # PgBouncer's words.
        return (
            f"What answers at {where or 'the local socket'} is a pooler ({reason}); give the address of PostgreSQL "
            "itself as --direct-database-url."
        )
    return f"PostgreSQL at {where or 'the local socket'} cannot be used: {reason}; check --database-url and start it."
