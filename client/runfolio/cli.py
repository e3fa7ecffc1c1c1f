"""The command line `runfolio`: finds the commands, parses the arguments, runs one.

The server's commands are entry points of the group `runfolio.commands`, so that nothing here imports the server.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from typing import Protocol

from runfolio.command_parser import CommandParser
from runfolio.commands import RUNS
from runfolio.demo.command import DEMO

ENTRY_POINT_GROUP = "runfolio.commands"
DISTRIBUTION = "runfolio"
INTERRUPTED_EXIT_CODE = 130
USAGE_EXIT_CODE = 2
# 128 + SIGPIPE, as of a program that the signal ends.
NOBODY_READS_EXIT_CODE = 141
START_HERE = """start here:
  runfolio serve         a server with its own PostgreSQL; prints an address and a key
  runfolio runs ls       what it has, once something has been logged
  runfolio demo          all of it in a minute, leaving nothing behind
"""


class Command(Protocol):
    """What a command looks like, wherever it is defined."""

    @property
    def name(self) -> str:
        """The word after `runfolio`."""
        ...

    @property
    def help(self) -> str:
        """One sentence for `runfolio --help`."""
        ...

    @property
    def add_arguments(self) -> Callable[[argparse.ArgumentParser], None]:
        """Fills the command's parser."""
        ...

    @property
    def run(self) -> Callable[[argparse.Namespace], int]:
        """Does it; the exit code."""
        ...


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name; its exit code."""
    parser = make_parser(find_commands())
    parsed = parser.parse_args(arguments)
    if parsed.run is None:
        parser.print_help()
        return USAGE_EXIT_CODE
    run: Callable[[argparse.Namespace], int] = parsed.run
    try:
        code = run(parsed)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return INTERRUPTED_EXIT_CODE
    except BrokenPipeError:
        # `runfolio runs ls | head`: what is left must not fail again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS_EXIT_CODE


def find_commands() -> list[Command]:
    """The client's own commands, then those of other packages, by name."""
    found = sorted(metadata.entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: entry.name)
    return [*own_commands(), *(entry.load() for entry in found)]


def own_commands() -> list[Command]:
    """The commands that the client brings itself; a new one is added here."""
    return [RUNS, DEMO]


def make_parser(commands: Sequence[Command]) -> argparse.ArgumentParser:
    """A parser with one subparser for each command."""
    parser = CommandParser(
        prog="runfolio",
        description="A self-hosted service for machine-learning runs.",
        epilog=START_HERE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"runfolio {metadata.version(DISTRIBUTION)}")
    parser.set_defaults(run=None)
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in commands:
        subparser = subparsers.add_parser(
            command.name,
            help=command.help,
            description=command.help,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
