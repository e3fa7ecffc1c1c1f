"""The commands users, teams and keys, for whoever runs the server's machine, also when nobody can sign in.

Entry points of the client's command line. Importing this module needs nothing but the standard library.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from runfolio_server.cli import Command, CommandError, add_settings, run_command

if TYPE_CHECKING:
    from runfolio_server.serve.operator import Doing
    from runfolio_server.settings import Settings

OPTIONS = ("data_dir", "database_url", "direct_database_url")
# Longer than anybody plans; a number of days that a date can hold.
KEY_DAYS_MAX = 36_500
_ROLES = ("admin", "member", "viewer")
_SCOPES = ("read", "write", "admin")


def _add_users_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        choices=["list", "create", "set", "deactivate", "activate"],
        help="What to do; `deactivate` revokes all keys of the user, who may do nothing until `activate`.",
    )
    parser.add_argument("username", nargs="?", metavar="NAME", help="The user, for everything but `list`.")
    parser.add_argument("--email", help="Their address, of `create` and `set`; empty: none.")
    parser.add_argument("--display-name", metavar="TEXT", help="What people read, of `set`; empty: the name.")
    parser.add_argument(
        "--admin",
        nargs="?",
        const="yes",
        choices=["yes", "no"],
        help="Whether a site admin, who may make users and keys (default: yes, where it is given).",
    )
    add_settings(parser, OPTIONS)


def _users(arguments: argparse.Namespace) -> int:
    def chosen() -> Doing:
        from runfolio_server.serve import operator

        if arguments.action == "list":
            return operator.list_users
        name = _given(arguments.username, "NAME")
        admin = None if arguments.admin is None else arguments.admin == "yes"
        if arguments.action == "create":
            return operator.create_user(name, arguments.email or None, admin=bool(admin))
        if arguments.action == "set":
            return operator.set_user(name, arguments.display_name, arguments.email, admin)
        return operator.set_activity(name, active=arguments.action == "activate")

    return _print_lines("users", arguments, chosen)


def _add_teams_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        choices=["list", "create", "members", "add", "remove", "service"],
        help="What to do; `add` changes the role of whoever is in the team, `service` makes an account for a program.",
    )
    parser.add_argument("team", nargs="?", metavar="TEAM", help="The team, for everything but `list`.")
    parser.add_argument(
        "username", nargs="?", metavar="NAME", help="The user; of `create` the first admin; of `service` a new name."
    )
    parser.add_argument("--role", choices=_ROLES, help="Of `add` and `service` (default: member).")
    parser.add_argument("--description", default="", metavar="TEXT", help="What a service account is for.")
    add_settings(parser, OPTIONS)


def _teams(arguments: argparse.Namespace) -> int:
    def chosen() -> Doing:
        from runfolio_server.serve import operator

        if arguments.action == "list":
            return operator.list_teams
        team = _given(arguments.team, "TEAM")
        if arguments.action == "members":
            return operator.list_members(team)
        if arguments.action == "service":
            return operator.create_service_account(team, arguments.description, arguments.username, arguments.role)
        name = _given(arguments.username, "NAME")
        if arguments.action == "create":
            return operator.create_team(team, name)
        if arguments.action == "add":
            return operator.put_into_team(team, name, arguments.role)
        return operator.take_out_of_team(team, name)

    return _print_lines("teams", arguments, chosen)


def _add_keys_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        choices=["create", "list", "revoke", "reset"],
        help="What to do; a key that is made is printed once. `reset` revokes all keys of the user and makes one.",
    )
    parser.add_argument("--username", metavar="NAME", help="Whose key (default: the site admin's who was made first).")
    parser.add_argument("--admin", action="store_true", help="Make the user a site admin, who may make users and keys.")
    parser.add_argument("--name", help="What the key is called in lists, of `create` and `revoke`.")
    parser.add_argument(
        "--scope", choices=_SCOPES, help="How much it may do (default: admin, of service accounts write)."
    )
    parser.add_argument("--project", metavar="ENTITY/PROJECT", help="The only project that it leads to (default: all).")
    parser.add_argument("--days", type=_days, help="After how many days it is no longer valid (default: never).")
    add_settings(parser, OPTIONS)


def _keys(arguments: argparse.Namespace) -> int:
    def chosen() -> Doing:
        from runfolio_server.serve import operator

        if arguments.action == "list":
            return operator.list_keys(arguments.username)
        return operator.revoke_key(arguments.username, _given(arguments.name, "--name"))

    def make(settings: Settings) -> int:
        from runfolio_server.serve import operator
        from runfolio_server.serve.machine import on_machine

        do = (
            operator.make_only_key(arguments.username)
            if arguments.action == "reset"
            else operator.create_key(
                arguments.username,
                admin=arguments.admin,
                name=arguments.name,
                scope=arguments.scope,
                project=arguments.project,
                days=arguments.days,
            )
        )
        user, key = on_machine(settings, do)
        role = ", a site admin" if user.is_admin else ""
        # Apart, so that a program that reads stdout has the key alone.
        sys.stderr.write(f"This is a new API key of {user.username}{role}, shown this once:\n")
        sys.stdout.write(f"{key}\n")
        return 0

    if arguments.action in ("create", "reset"):
        return run_command("keys", arguments, OPTIONS, make)
    return _print_lines("keys", arguments, chosen)


def _print_lines(name: str, arguments: argparse.Namespace, chosen: Callable[[], Doing]) -> int:
    def run(settings: Settings) -> int:
        from runfolio_server.serve.machine import on_machine

        for line in on_machine(settings, chosen()):
            sys.stdout.write(f"{line}\n")
        return 0

    return run_command(name, arguments, OPTIONS, run)


def _given(text: str | None, what: str) -> str:
    if not text:
        raise CommandError(f"{what} is missing; `--help` tells what this needs.")
    return text


def _days(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= KEY_DAYS_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days; allowed: 1 to {KEY_DAYS_MAX}")
    return number


USERS = Command("users", "Make, change and shut out users, without having a key.", _add_users_arguments, _users)
TEAMS = Command("teams", "Make teams and say who is in them, without having a key.", _add_teams_arguments, _teams)
KEYS = Command(
    "keys", "Make and revoke API keys on the server's machine, without having one.", _add_keys_arguments, _keys
)
COMMANDS = (USERS, TEAMS, KEYS)
