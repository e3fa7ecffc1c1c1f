"""What the READMEs tell people to type is there: commands with their options, extras, tasks, and linked files."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from runfolio.cli import make_parser, own_commands
from runfolio_server import cli, operator_commands

ROOT = Path(__file__).parents[2]
READMES = [ROOT / "README.md", *(ROOT / folder / "README.md" for folder in ("api", "client", "schema", "docker"))]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
COMMANDS = [
    *own_commands(),
    cli.SERVE,
    cli.WORKER,
    cli.MIGRATE,
    cli.DISTRIBUTE,
    cli.EXPORT_SCHEMA,
    *operator_commands.COMMANDS,
]


def typed(text: str) -> list[str]:
    """The commands in the fenced blocks that are no program's text, each on its own."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [line.partition("#")[0] for language, block in blocks if not language for line in block.splitlines()]
    return [part.strip() for line in lines for part in line.split("&&")]


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_every_command_can_be_typed_as_it_stands(readme: Path) -> None:
    for command in typed(readme.read_text()):
        if command.startswith("runfolio "):
            make_parser(COMMANDS).parse_args(shlex.split(command)[1:])


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_every_extra_and_task_that_is_named_is_there(readme: Path) -> None:
    text = readme.read_text()
    extras = {name for found in re.findall(r"(?:runfolio|\.)\[([\w,]+)\]", text) for name in found.split(",")}

    assert extras <= set(PROJECT["project"]["optional-dependencies"])
    assert set(re.findall(r"`poe (\w+)`", text)) <= set(PROJECT["tool"]["poe"]["tasks"])


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_every_link_inside_the_repository_leads_somewhere(readme: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", readme.read_text()):
        if "://" not in target:
            assert (readme.parent / target).exists(), target


def test_the_readmes_tell_of_every_command_that_people_type_first() -> None:
    told = {
        shlex.split(command)[1]
        for readme in READMES
        for command in typed(readme.read_text())
        if command.startswith("runfolio ")
    }

    assert {"serve", "demo", "runs"} <= told
