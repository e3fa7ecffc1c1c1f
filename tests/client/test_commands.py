"""`runfolio runs`: what it prints, and what it says when it cannot."""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from runfolio import Api, ConfigurationError
from runfolio.cli import main
from runfolio.command_advice import check_same_server
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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["get", "ada/demo/nothing"],
            [
                "There is no run 'nothing' in project 'ada/demo', or you may not see it.",
                "List the runs of the project: runfolio runs ls ada/demo",
            ],
        ),
        (
            ["ls", "wrong"],
            ["There is no project 'wrong' in entity 'ada', or you may not see it.", "You may see ada/demo.*"],
        ),
        (["ls", "bob/demo"], [r"There is no entity 'bob' on \S+, or you may not see it.", "You may see ada/demo.*"]),
        (["ls"], ["No path was given and there is no default project; .*", "You may see ada/demo.*"]),
        (["get", "r1"], ["The path 'r1' names no project, and there is no default one; .*", "You may see ada/demo.*"]),
        (["ls", "a/b/c"], ["The path 'a/b/c' is not readable: it has 3 parts.*", "You may see ada/demo.*"]),
        (
            ["ls", "https://other.test/ada/demo"],
            [r"https://other.test/ada/demo is on another server than \S+, which would be asked; give --base-url \S+"],
        ),
    ],
)
def test_what_is_not_there_is_told_with_what_to_do_and_exit_code_1(
    arguments: list[str], said: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("RUNFOLIO_PROJECT", "WANDB_PROJECT"):
        monkeypatch.delenv(variable, raising=False)

    assert 1 == run(*arguments)

    shown = capsys.readouterr()
    assert "" == shown.out
    lines = shown.err.splitlines()
    assert len(said) == len(lines)
    for sentence, line in zip(said, lines, strict=True):
        assert re.fullmatch(f"runfolio: {sentence}", line), line


def test_a_key_that_nobody_owns_is_told_with_the_place_that_it_came_from(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNFOLIO_API_KEY", "0" * 40)

    assert 1 == run("ls", "ada/demo")

    assert "runfolio: The key is the one of RUNFOLIO_API_KEY.\n" in capsys.readouterr().err


def test_a_server_that_is_not_running_is_told_with_how_to_start_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNFOLIO_BASE_URL", "http://127.0.0.1:1")

    assert 1 == run("ls", "ada/demo")

    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("runfolio: No answer from http://127.0.0.1:1 (tried ")
    assert "runfolio: The address is from: RUNFOLIO_BASE_URL. Start a server here: runfolio serve" == second


def test_without_a_key_the_places_are_told_and_how_to_start_a_server(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for variable in ("RUNFOLIO_API_KEY", "WANDB_API_KEY", "RUNFOLIO_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("RUNFOLIO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    assert 1 == run("ls", "ada/demo")

    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("runfolio: No API key for ")
    assert line.endswith("or start a server here: runfolio serve.")


def test_the_url_of_a_project_may_name_this_machine_otherwise(
    server: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == run("ls", f"{server.base_url.replace('127.0.0.1', 'localhost')}/ada/demo")

    assert "first" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "is_same"),
    [
        ("https://Runs.Example/ada/demo", True),
        ("https://runs.example:443/ada/demo", True),
        ("ada/demo", True),
        (None, True),
        ("http://runs.example/ada/demo", False),
        ("https://runs.example:8443/ada/demo", False),
        ("https://runs.example:x/ada/demo", False),
        ("https://example/ada/demo", False),
    ],
)
def test_a_url_is_of_the_server_that_is_asked_or_is_refused(path: str | None, is_same: bool) -> None:
    with nullcontext() if is_same else pytest.raises(ConfigurationError, match="is on another server"):
        check_same_server(path, "https://runs.example")


def test_a_list_that_was_cut_says_so_beside_what_programs_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == run("ls", "ada/demo", "--limit", "1")
    cut = capsys.readouterr()
    assert 0 == run("ls", "ada/demo", "--limit", "2")
    whole = capsys.readouterr()

    assert 2 == len(cut.out.splitlines())
    assert "runfolio: These are the oldest 1 of 2 runs; --limit 0 shows all.\n" == cut.err
    assert (3, "") == (len(whole.out.splitlines()), whole.err)


def test_a_project_without_runs_says_so(server: LiveServer, capsys: pytest.CaptureFixture[str]) -> None:
    with Api() as api:
        api.create_run("ada/empty").finish()
        api.runs("ada/empty").delete(dry_run=False)

        assert 0 == run("ls", "ada/empty")

    shown = capsys.readouterr()
    assert ("", "runfolio: This project has no runs yet.\n") == (shown.out, shown.err)


@pytest.mark.parametrize("limit", ["-1", "ten", "1.5", ""])
def test_a_limit_that_is_no_number_of_runs_is_refused(limit: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        run("ls", "ada/demo", f"--limit={limit}")

    assert 2 == refused.value.code
    assert "is not a number of runs; allowed: 0 for all, or more" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["run"], "runfolio runs"),
        (["serv"], "runfolio serve"),
        (["runs", "demo"], "runfolio runs ls demo"),
        (["runs", "lss"], "runfolio runs ls"),
    ],
)
def test_a_word_that_is_no_command_is_told_with_what_was_probably_meant(
    words: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        main(words)

    assert 2 == refused.value.code
    assert capsys.readouterr().err.endswith(f"\nDid you mean: {meant}\n")


def test_a_reader_that_wants_no_more_is_no_error(server: LiveServer) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        [sys.executable, "-m", "runfolio.cli", "runs", "ls", "ada/demo"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
        text=True,
    )
    os.close(writing)

    assert (141, "") == (done.returncode, done.stderr)


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == run()

    assert "ls" in capsys.readouterr().out


def test_what_people_write_is_shown_and_what_steers_a_terminal_is_spelled(
    server: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = "10\u202f30\u202fPM\u00a0山\u3000می\u200cخ 👩\u200d👧"
    Logger(server, "steering").run("r1", displayName=f"{shown} \u202e\u2028\x9b")

    assert 0 == run("ls", "ada/steering")

    assert rf"{shown} \u202e\u2028\x9b" in capsys.readouterr().out
