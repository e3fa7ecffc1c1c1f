"""The server's commands: serve, worker, migrate, distribute, export-schema. Others are in operator_commands.py.

Entry points of the client's command line.

Importing this module needs nothing but the standard library; the rest is imported when a command runs.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import runpy
import sys
from collections.abc import Callable
from dataclasses import dataclass

from runfolio_server.log_lines import write_log
from runfolio_server.setting_values import ENVIRONMENT_PREFIX, SettingsError
from runfolio_server.settings import SETTINGS, Settings, read_settings

WORKER_MODULE = "runfolio_server.worker"
# What a name of SETTINGS is called as an option of a command; the others are set in the environment only.
SERVE_OPTIONS = ("host", "port", "data_dir", "database_url", "direct_database_url", "processes")
DATABASE_OPTIONS = ("database_url", "direct_database_url")
# Citus's own default: for each machine of a cluster of some eight a few shards, of which some can move elsewhere.
SHARDS_DEFAULT = 32
# A list of many runs asks each shard, and each machine has a table with its indexes for each shard of each table.
SHARDS_MAX = 1024


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `add_arguments` fills its parser, `run` does it and gives the exit code."""

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def _add_serve_arguments(parser: argparse.ArgumentParser) -> None:
    add_settings(parser, SERVE_OPTIONS)
    parser.add_argument(
        "--username", metavar="NAME", help="Name of the first user, made on the first start (default: your OS user)."
    )


def _serve(arguments: argparse.Namespace) -> int:
    def run(settings: Settings) -> int:
        from runfolio_server.serve.run import serve

        return serve(settings, username=arguments.username, worker_module=WORKER_MODULE)

    return run_command("serve", arguments, SERVE_OPTIONS, run)


def _add_database_arguments(parser: argparse.ArgumentParser) -> None:
    add_settings(parser, DATABASE_OPTIONS)


def _worker(arguments: argparse.Namespace) -> int:
    def run(settings: Settings) -> int:
        from runfolio_server.serve.child_process import settings_in_environment

        _check_database_url("worker", settings)
        os.environ.update(settings_in_environment(settings))
        sys.argv = [WORKER_MODULE]
        runpy.run_module(WORKER_MODULE, run_name="__main__", alter_sys=True)
        return 0

    return run_command("worker", arguments, DATABASE_OPTIONS, run)


def _migrate(arguments: argparse.Namespace) -> int:
    def run(settings: Settings) -> int:
        from runfolio_server.sql.migrate import migrate

        _check_database_url("migrate", settings)
        applied = asyncio.run(migrate(settings.session_url))
        print("\n".join(f"Applied {name}." for name in applied) or "The database is up to date.")  # noqa: T201
        return 0

    return run_command("migrate", arguments, DATABASE_OPTIONS, run)


def _add_distribute_arguments(parser: argparse.ArgumentParser) -> None:
    add_settings(parser, DATABASE_OPTIONS)
    parser.add_argument(
        "--shards", type=_shards, default=SHARDS_DEFAULT, help=f"In how many runs are kept (default: {SHARDS_DEFAULT})."
    )
    parser.add_argument("--yes", action="store_true", help="Do it without asking.")


def _shards(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= SHARDS_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of shards; allowed: 1 to {SHARDS_MAX}")
    return number


def _distribute(arguments: argparse.Namespace) -> int:
    def run(settings: Settings) -> int:
        from runfolio_server.sql.distribute import distribute, plan_distribution

        _check_database_url("distribute", settings)
        plan = asyncio.run(plan_distribution(settings.session_url))
        _tell(plan.text(arguments.shards))
        if plan.steps:
            # Asked outside the event loop, where an interrupt ends the question.
            if not plan.servers and not arguments.yes and not _is_wanted():
                raise CommandError("Nothing was changed. To do it answer yes, or give --yes.")
            asyncio.run(distribute(settings.session_url, arguments.shards, _tell))
        return 0

    return run_command("distribute", arguments, DATABASE_OPTIONS, run)


def _tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def _is_wanted() -> bool:
    """Whether a person at the terminal says yes."""
    if not sys.stdin.isatty():
        return False
    return input("Do it? [yes/no] ").strip().lower() in ("yes", "y")


def _add_export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--served", action="store_true", help="Print what /graphql serves, wire names included.")


def _export_schema(arguments: argparse.Namespace) -> int:
    def run(_settings: Settings) -> int:
        from runfolio_server.graph.export import print_canonical, print_served

        sys.stdout.write(print_served() if arguments.served else print_canonical())
        return 0

    return run_command("export-schema", arguments, (), run)


def run_command(
    name: str, arguments: argparse.Namespace, options: tuple[str, ...], run: Callable[[Settings], int]
) -> int:
    """Run a command; whatever the user can mend becomes one sentence on stderr and exit code 1."""
    write_log("text", logging.WARNING, name)
    try:
        settings = read_settings(**{option: getattr(arguments, option) for option in options})
        write_log(settings.log_format, logging.WARNING, name)
        _check_server_extra(name)
        _check_scheme(settings)
        return run(settings)
    except SettingsError as error:
        message = str(error)
    except CommandError as error:
        message = str(error)
    except Exception as error:
        message = _sentence_for(error)
        if not message:
            raise
    sys.stderr.write(f"runfolio: {message}\n")
    return 1


class CommandError(Exception):
    """A command that cannot run as it was asked; the message says what to change."""


def _sentence_for(error: Exception) -> str:
    """The message of an error that is meant for the user, empty for a fault of ours."""
    from runfolio_server.embedded import EmbeddedPostgresError
    from runfolio_server.errors import AppError
    from runfolio_server.serve.errors import ServeError

    return str(error) if isinstance(error, (AppError, EmbeddedPostgresError, ServeError)) else ""


def _check_server_extra(name: str) -> None:
    from importlib.util import find_spec

    # One module of the extra stands for all of them: they are installed together.
    missing = [module for module in ("asyncpg", "strawberry", "uvicorn") if find_spec(module) is None]
    if missing:
        raise CommandError(
            f"`runfolio {name}` needs the server, which is not installed ({', '.join(missing)}); "
            "run: pip install 'runfolio[local]' (with its own PostgreSQL) or 'runfolio[server]'."
        )


def _check_scheme(settings: Settings) -> None:
    for url in (settings.database_url, settings.direct_database_url):
        if url and not url.startswith(("postgresql://", "postgres://")):
            raise CommandError(
                "The database URL must begin with postgresql://, as in postgresql://user:password@host:5432/database."
            )


def _check_database_url(name: str, settings: Settings) -> None:
    if not settings.database_url:
        raise CommandError(
            f"`runfolio {name}` needs a database; give --database-url or set {ENVIRONMENT_PREFIX}DATABASE_URL."
        )


def add_settings(parser: argparse.ArgumentParser, options: tuple[str, ...]) -> None:
    """Make options of these settings, and list the others where the help ends."""
    others = []
    for setting in SETTINGS:
        variable = f"{ENVIRONMENT_PREFIX}{setting.name.upper()}"
        unit = f" {setting.unit}" if setting.unit else ""
        default = f" (default: {setting.default}{unit})" if setting.default else ""
        if setting.name in options:
            parser.add_argument(
                f"--{setting.name.replace('_', '-')}", metavar=setting.name.upper(), help=f"{setting.help}{default}"
            )
        else:
            others.append(f"  {variable:<32} {setting.help}{default}")
    parser.epilog = "Each option can also be set as RUNFOLIO_NAME; in the environment only:\n" + "\n".join(others)


SERVE = Command(
    "serve", "Run the server: API, worker and, without --database-url, PostgreSQL.", _add_serve_arguments, _serve
)
WORKER = Command("worker", "Run one more worker for a database.", _add_database_arguments, _worker)
MIGRATE = Command("migrate", "Bring a database to this version.", _add_database_arguments, _migrate)
DISTRIBUTE = Command(
    "distribute", "Spread the runs of a database over machines (Citus).", _add_distribute_arguments, _distribute
)
EXPORT_SCHEMA = Command("export-schema", "Print the GraphQL schema.", _add_export_arguments, _export_schema)
