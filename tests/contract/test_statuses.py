"""The table of statuses in api/README.md has each status that the server can answer, and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from runfolio_server.errors import AppError

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "api" / "runfolio_server"
# Of Starlette's own: a redirect from the root, an unknown path, another method than a path has.
OF_THE_FRAMEWORK = {307, 404, 405}
FIRST, PAST_LAST = 200, 600


def _of_errors(kind: type[AppError]) -> set[int]:
    return {kind.status}.union(*map(_of_errors, kind.__subclasses__()))


def _written() -> set[int]:
    """Numbers in the modules that make answers which can be statuses and nothing else."""
    return {
        node.value
        for path in (*(SERVER / "endpoints").glob("*.py"), SERVER / "app.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and type(node.value) is int and FIRST <= node.value < PAST_LAST
    }


def _table() -> dict[int, str]:
    section = (ROOT / "api" / "README.md").read_text(encoding="utf-8").partition("## Statuses")[2].partition("\n## ")[0]
    return {
        int(status): retry for status, retry in re.findall(r"^\| (\d{3}) \| .+ \| (yes|no) \|$", section, re.MULTILINE)
    }


def test_the_table_has_every_status_that_there_is() -> None:
    assert _of_errors(AppError) | _written() | OF_THE_FRAMEWORK == set(_table())


def test_what_may_pass_later_is_408_or_429_or_5xx_and_nothing_else_is() -> None:
    assert {status: "yes" if status in (408, 429) or status >= 500 else "no" for status in _table()} == _table()
