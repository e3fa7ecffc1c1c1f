"""The command line: which commands there are, and what each says when it cannot run."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence

import pytest

from runfolio.cli import make_parser
from runfolio_server import cli, operator_commands
from runfolio_server.settings import SETTINGS

COMMANDS = (cli.SERVE, cli.WORKER, cli.MIGRATE, cli.DISTRIBUTE, cli.EXPORT_SCHEMA, *operator_commands.COMMANDS)


def run(arguments: Sequence[str]) -> int:
    parsed = make_parser(COMMANDS).parse_args(arguments)
    code = parsed.run(parsed)
    assert isinstance(code, int)
    return code


@pytest.fixture(autouse=True)
def without_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in SETTINGS:
        monkeypatch.delenv(f"RUNFOLIO_{setting.name.upper()}", raising=False)


def test_help_lists_every_command() -> None:
    text = make_parser(COMMANDS).format_help()

    for command in COMMANDS:
        assert f"\n    {command.name}" in text
        assert command.help.split()[0] in text


def test_help_of_serve_tells_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        make_parser(COMMANDS).parse_args(["serve", "--help"])

    text = capsys.readouterr().out
    for setting in SETTINGS:
        option, variable = f"--{setting.name.replace('_', '-')}", f"RUNFOLIO_{setting.name.upper()}"
        assert (option in text) or (variable in text)


@pytest.mark.parametrize("name", ["worker", "migrate", "distribute"])
def test_a_command_that_needs_a_database_says_so(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name]) == 1

    assert capsys.readouterr().err == (
        f"runfolio: `runfolio {name}` needs a database; give --database-url or set RUNFOLIO_DATABASE_URL.\n"
    )


def test_a_database_url_of_another_kind_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["migrate", "--database-url", "sqlite:///x"]) == 1
    assert run(["migrate", "--database-url", "postgresql://x", "--direct-database-url", "sqlite:///x"]) == 1

    assert capsys.readouterr().err.count("must begin with postgresql://") == 2


def test_the_commands_are_listed_without_the_server_extra_and_say_what_to_install() -> None:
    script = (
        "import sys, argparse\n"
        "from importlib import util\n"
        "real = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'uvicorn' else real(name, *rest)\n"
        "from runfolio_server.cli import SERVE\n"
        "assert not {'asyncpg', 'strawberry', 'starlette', 'uvicorn'} & set(sys.modules), 'imported too early'\n"
        "parser = argparse.ArgumentParser()\n"
        "SERVE.add_arguments(parser)\n"
        "sys.exit(SERVE.run(parser.parse_args([])))\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": ":".join(sys.path)},
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert done.stderr == (
        "runfolio: `runfolio serve` needs the server, which is not installed (uvicorn); run: "
        "pip install 'runfolio[local]' (with its own PostgreSQL) or 'runfolio[server]'.\n"
    )


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export-schema"]) == 0

    assert "type Query" in capsys.readouterr().out


def test_a_command_of_another_package_gets_its_arguments() -> None:
    seen: list[str] = []

    def remember(arguments: argparse.Namespace) -> int:
        seen.append(arguments.word)
        return 7

    def add_word(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("word")

    other = cli.Command("other", "Does something.", add_word, remember)
    parsed = make_parser([other]).parse_args(["other", "thing"])

    assert parsed.run(parsed) == 7
    assert seen == ["thing"]
