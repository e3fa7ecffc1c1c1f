"""`runfolio runs`: what it prints, and what it says when it cannot."""

from __future__ import annotations

import argparse
import json

import pytest

from runfolio.commands import RUNS
from tests.client.builders import Logger
from tests.live_server import LiveServer

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")


@pytest.fixture(scope="module")
def server(live_server: LiveServer) -> LiveServer:
    """A server with two runs in ada/demo."""
    logger = Logger(live_server, "demo")
    logger.run("r1", displayName="first", config={"lr": 0.1}, summary={"loss": 0.5}, tags=["a", "b"], exit_code=0)
    logger.run("r2", displayName="\x1b[2Jsecond")
    return live_server


@pytest.fixture(autouse=True)
def signed_in(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables that lead to the server."""
    monkeypatch.setenv("RUNFOLIO_BASE_URL", server.base_url)
    monkeypatch.setenv("RUNFOLIO_API_KEY", server.api_key)


def run(*arguments: str) -> int:
    """Run `runfolio runs` with these arguments; its exit code."""
    parser = argparse.ArgumentParser(prog="runfolio runs")
    RUNS.add_arguments(parser)
    return RUNS.run(parser.parse_args(arguments))


def test_ls_prints_a_line_for_each_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == run("ls", "ada/demo")

    head, first, second = capsys.readouterr().out.splitlines()
    assert ["ID", "NAME", "STATE"] == head.split()[:3]
    assert ["r1", "first", "finished"] == first.split()[:3]
    assert first.endswith("a,b")
    assert second.startswith("r2")


def test_control_characters_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    run("ls", "ada/demo")

    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert r"\x1b[2Jsecond" in out


def test_ls_prints_json_lines_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == run("ls", "ada/demo", "--json", "--limit", "1")

    (line,) = capsys.readouterr().out.splitlines()
    assert ("r1", ["a", "b"]) == (json.loads(line)["id"], json.loads(line)["tags"])


def test_get_shows_config_and_summary(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == run("get", "ada/demo/r1")

    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines() if " " in line)
    assert ("0.1", "0.5", "finished") == (lines["config.lr"], lines["summary.loss"], lines["state"])


def test_a_missing_run_is_one_sentence_and_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == run("get", "ada/demo/nothing")

    shown = capsys.readouterr()
    assert "" == shown.out
    assert "runfolio: There is no run 'nothing' in project 'ada/demo', or you may not see it.\n" == shown.err


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == run()

    assert "ls" in capsys.readouterr().out
