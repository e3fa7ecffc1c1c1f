"""`runfolio runs ls` and `runfolio runs get`: runs on the command line. Found by cli.py.

Importing this module needs nothing but the standard library; the client is imported when a command runs.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from runfolio.command_advice import check_same_server, what_to_do

if TYPE_CHECKING:
    from runfolio import Api, Run

FAILED = 1
USAGE = 2
# Control characters, ends of lines and what turns the direction of writing; not what joins letters and emoji.
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `add_arguments` fills its parser, `run` does it and gives the exit code."""

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def _add_runs_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(show=None, runs_parser=parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    listing = commands.add_parser("ls", help="List the runs of a project, oldest first.")
    listing.add_argument("path", nargs="?", metavar="ENTITY/PROJECT", help="Default: RUNFOLIO_PROJECT of your entity.")
    listing.add_argument("--limit", type=_limit, default=50, help="How many at most; 0 for all (default: 50).")
    listing.set_defaults(show=_list_runs)
    getting = commands.add_parser("get", help="Show one run.")
    getting.add_argument("path", metavar="ENTITY/PROJECT/RUN", help="Or its URL.")
    getting.set_defaults(show=_get_run)
    for command in (listing, getting):
        command.add_argument("--json", action="store_true", help="Print JSON: one object a line.")
        command.add_argument(
            "--base-url", metavar="URL", help="The server (default: RUNFOLIO_BASE_URL, or this machine)."
        )


def _runs(arguments: argparse.Namespace) -> int:
    """Run `ls` or `get`; what the user can mend becomes a sentence on stderr, and what to do next."""
    from runfolio import Api, RunfolioError

    if arguments.show is None:
        arguments.runs_parser.print_help()
        return USAGE
    try:
        with Api(arguments.base_url) as api:
            try:
                check_same_server(arguments.path, api.settings.base_url.value or "")
                arguments.show(api, arguments)
            except RunfolioError as error:
                _say(str(error), what_to_do(api, error, arguments.path))
                return FAILED
    except RunfolioError as error:
        _say(str(error))
        return FAILED
    return 0


def _limit(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else -1
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of runs; allowed: 0 for all, or more")
    return number


def _list_runs(api: Api, arguments: argparse.Namespace) -> None:
    runs = api.runs(arguments.path)
    shown = islice(runs, arguments.limit or None)
    if arguments.json:
        for run in shown:
            sys.stdout.write(f"{_json(_brief(run))}\n")
        return
    head = ("ID", "NAME", "STATE", "CREATED (UTC)", "TAGS")
    rows = [(run.id, run.name, run.state, f"{run.created_at:%Y-%m-%d %H:%M}", ",".join(run.tags)) for run in shown]
    if not rows:
        _say("This project has no runs yet.")
        return
    sys.stdout.writelines(_aligned([head, *rows]))
    if len(rows) == arguments.limit < (total := len(runs)):
        _say(f"These are the oldest {len(rows)} of {total} runs; --limit 0 shows all.")


def _get_run(api: Api, arguments: argparse.Namespace) -> None:
    run = api.run(arguments.path)
    shown = {**_brief(run), "config": run.config, "summary": run.summary}
    if arguments.json:
        sys.stdout.write(f"{_json(shown)}\n")
        return
    parts = {f"{name}.{key}": value for name in ("config", "summary") for key, value in shown.pop(name).items()}
    rows = [(name, _text(value)) for name, value in {**shown, **parts}.items()]
    sys.stdout.writelines(_aligned(rows))


def _brief(run: Run) -> dict[str, Any]:
    return {
        "path": "/".join(run.path),
        "id": run.id,
        "name": run.name,
        "state": run.state,
        "tags": run.tags,
        "group": run.group,
        "job_type": run.job_type,
        "notes": run.notes,
        "user": None if run.user is None else run.user.username,
        "created_at": run.created_at,
        "heartbeat_at": run.heartbeat_at,
        "finished_at": run.finished_at,
        "exit_code": run.exit_code,
    }


def _say(*sentences: str) -> None:
    """Tell the person at the terminal, beside what programs read from stdout."""
    sys.stderr.writelines(f"runfolio: {sentence}\n" for sentence in sentences if sentence)


def _json(value: object) -> str:
    return json.dumps(value, default=lambda item: f"{item:%Y-%m-%dT%H:%M:%SZ}")


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str | datetime):
        return str(value)
    return _json(value)


def _aligned(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Lines with each column as wide as its widest cell; characters that could steer a terminal as escapes."""
    cells = [[_STEERING.sub(lambda found: ascii(found[0])[1:-1], cell) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n"


RUNS = Command("runs", "List runs, or show one.", _add_runs_arguments, _runs)
