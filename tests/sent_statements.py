"""Collects the statements of the server that the tests send, and holds each against the rules of distribution.

Registered by conftest.py in every process of the tests. A statement that is composed has many texts: of those that
differ in nothing but values one is kept. At the end each process checks its own; the first one tells what is broken
and, when all tests were run, which statements no test has sent. A server in a process of its own is not heard.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import postgast
import pytest

import runfolio_server
from runfolio_server.sql.named import HEADER, Query
from runfolio_server.sql.pool import Connection
from tests.sql.distribution_rules import broken_rules
from tests.sql.run_statement import Statement
from tests.sql.statement_tree import parsed

PACKAGE = Path(runfolio_server.__file__).parent
# Functions that make a statement of a text; the first argument is its name.
MAKERS = {"composed", "Query", "_headed"}
# Statements that only a process of its own sends in the tests.
NOT_HEARD = {
    "make_admin": "runfolio keys create",
    "select_first_admin": "runfolio keys create",
}


class SentStatements:
    """What one process of the tests has sent, and as a plugin of pytest what comes of it."""

    def __init__(self) -> None:
        self._known: set[int] = set()
        self.kept: dict[tuple[str, str, bool], str] = {}
        self._names: set[str] = set()
        self.broken: dict[str, str] = {}
        """By what is told of it, a statement."""
        self._never_sent: list[str] = []

    def listen(self) -> None:
        """Hear of every statement that goes through a Connection."""
        answer = Connection._answer

        def heard(connection: Connection, method: Any, query: Query[Any], arguments: tuple[object, ...]) -> Any:
            if hash(query.sql) not in self._known:
                self.keep(query)
            return answer(connection, method, query, arguments)

        Connection._answer = heard  # type: ignore[assignment, method-assign]

    def keep(self, query: Query[Any]) -> None:
        """Remember it, unless it differs from one that is known in nothing but values."""
        self._known.add(hash(query.sql))
        # The tests have statements of their own, without a header.
        if query.sql.startswith(f"-- {query.name}:"):
            self._names.add(query.name)
            key = (query.name, postgast.fingerprint(query.sql).hex, query.in_snapshot)
            self.kept.setdefault(key, query.sql)

    def check(self) -> None:
        """Hold what is kept against the rules."""
        for (name, _, in_snapshot), sql in self.kept.items():
            for told in broken_by(name, sql, in_snapshot=in_snapshot):
                self.broken.setdefault(told, sql)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """A process of pytest-xdist has ended."""
        output = getattr(node, "workeroutput", {})
        self._names |= set(output.get("sent_names", ()))
        self.broken |= output.get("broken_statements", {})

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Check what was sent; with something broken the tests have failed."""
        self.check()
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["sent_names"], output["broken_statements"] = sorted(self._names), self.broken
            return
        if _is_whole(session.config) and session.exitstatus == pytest.ExitCode.OK:
            self._never_sent = sorted(named_statements() - self._names - set(NOT_HEARD))
        if (self.broken or self._never_sent) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell what is broken."""
        if self.broken or self._never_sent:
            terminalreporter.section("statements of the server", red=True)
        for told, sql in sorted(self.broken.items()):
            terminalreporter.write_line(f"{told}\n{sql}\n")
        for name in self._never_sent:
            terminalreporter.write_line(f"{name} is sent by no test")


def broken_by(name: str, sql: str, *, in_snapshot: bool) -> list[str]:
    """What is to be told of a statement: its name and each rule that it breaks."""
    trees = parsed(sql)
    if len(trees) != 1:
        return [f"{name} is {len(trees)} statements; allowed: one"]
    return [f"{name} {rule}" for rule in broken_rules(Statement(trees[0], in_snapshot), name)]


def named_statements() -> set[str]:
    """The names of all statements in the server's code."""
    found: set[str] = set()
    for path in PACKAGE.rglob("*.sql"):
        found |= {header["name"] for header in HEADER.finditer(path.read_text(encoding="utf-8"))}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS:
                first = node.args[0]
                if isinstance(first, ast.Constant) and re.fullmatch(r"[a-z_]+", str(first.value)):
                    found.add(str(first.value))
    return found


def _is_whole(config: pytest.Config) -> bool:
    """Whether all tests were to be run."""
    options = config.option
    is_chosen = options.keyword or options.markexpr or options.lf or options.deselect or options.collectonly
    return not is_chosen and config.args_source is pytest.Config.ArgsSource.TESTPATHS
