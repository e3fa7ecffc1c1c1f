"""A process is sent again that goes on where others stood, or is older than one that has ended: what stays as it is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.swept_store import contents, upload
from tests.server.test_older_starts import config
from tests.service import Service

CONSOLE = """query($r: String!) { project(entityName: "ada", name: "p") { run(name: $r) {
  logLineCount consoleLines(first: 100) { lines { line } } } } }"""
END = """query($r: String!) { project(entityName: "ada", name: "p") { run(name: $r) {
  state exitCode finishedAt } } }"""


async def _read(service: Service, query: str, run: str) -> dict[str, Any]:
    found: dict[str, Any] = (await service.graphql(query, r=run)).data["project"]["run"]
    return found


async def _lines(service: Service, run: str) -> list[str]:
    return [line["line"] for line in (await _read(service, CONSOLE, run))["consoleLines"]["lines"]]


async def _start(service: Service, run: str, start: str) -> None:
    await service.start_run(run, config=config())
    await service.start_run(run, config=config(start))


async def _print(service: Service, run: str, start: str, second: int, *texts: str, is_told_first: bool = True) -> None:
    """A process with `resume`, each line in a request of its own."""
    await service.start_run(run, config=config())
    line0 = (await _read(service, CONSOLE, run))["logLineCount"]
    if is_told_first:
        await service.start_run(run, config=config(start))
    for number, text in enumerate(texts, line0):
        lines = [f"2026-11-30T10:00:{second + number:02}.000000 {text}"]
        await service.stream(f"ada/p/{run}", {"files": {"output.log": {"offset": number, "content": lines}}})
    await service.start_run(run, config=config(start))
    await service.stream(f"ada/p/{run}", {"complete": True, "exitcode": 0})


@pytest.mark.parametrize("is_told_first", [True, False])
async def test_console_lines_of_a_process_that_goes_on_after_others_are_stored_once(
    service: Service, is_told_first: bool
) -> None:
    run = f"goes-on-{is_told_first}"
    processes = {"10:00:00": ["part 0", "same"], "11:00:00": ["part 1", "same"], "12:00:00": ["same", "same"]}
    for start, texts in processes.items():
        await _print(service, run, start, 0, *texts, is_told_first=is_told_first)
    once = await _read(service, CONSOLE, run)

    for second, (start, texts) in enumerate([*processes.items()] * 2, 1):
        await _print(service, run, start, second, *texts)

    assert ["part 0", "same", "part 1", "same", "same", "same"] == [
        line["line"] for line in once["consoleLines"]["lines"]
    ]
    assert once == await _read(service, CONSOLE, run)


async def test_console_lines_that_a_process_had_not_sent_before_are_stored_when_it_is_sent_again(
    service: Service,
) -> None:
    await _print(service, "lost", "10:00:00", 0, "part 0")
    await _print(service, "lost", "11:00:00", 0, "part 1")
    # As the first line of the next process, which is none of its own.
    await _print(service, "lost", "12:00:00", 0, "more", "last")

    for second in (10, 20, 30):
        await _print(service, "lost", "11:00:00", second, "part 1", "more")

    assert ["part 0", "part 1", "more", "last", "more"] == await _lines(service, "lost")


@pytest.mark.parametrize(("exit_code", "state"), [(0, "finished"), (3, "failed"), (254, "crashed"), (255, "killed")])
async def test_an_older_process_that_is_sent_again_leaves_the_run_ended_as_it_was(
    service: Service, exit_code: int, state: str
) -> None:
    run = f"ended-{exit_code}"
    await _start(service, run, "11:00:00")
    await service.stream(f"ada/p/{run}", {"complete": True, "exitcode": exit_code})
    ended = await _read(service, END, run)

    await _start(service, run, "10:00:00")
    for body in ({}, {"preempting": True}, {"complete": True, "exitcode": 1}):
        await service.stream(f"ada/p/{run}", body)
    await service.start_run(run, config=config("10:00:00"), tags=["late"])
    await service.start_run(run, tags=["later"])

    assert (state, exit_code) == (ended["state"], ended["exitCode"])
    assert ended == await _read(service, END, run)


async def test_a_process_after_an_older_one_that_was_sent_again_runs_and_ends_as_any(service: Service) -> None:
    for start in ("11:00:00", "10:00:00"):
        await _start(service, "after", start)
        await service.stream("ada/p/after", {"complete": True, "exitcode": 0})

    await _start(service, "after", "12:00:00")
    runs = await _read(service, END, "after")
    await service.stream("ada/p/after", {"complete": True, "exitcode": 1})

    assert ("running", None, None) == (runs["state"], runs["exitCode"], runs["finishedAt"])
    assert ("failed", 1) == ((ended := await _read(service, END, "after"))["state"], ended["exitCode"])


async def test_an_older_process_beside_a_newer_one_that_still_runs_is_taken_as_before(service: Service) -> None:
    await _start(service, "beside", "11:00:00")
    await upload(service, "beside", "model.pt", b"newer")

    await _start(service, "beside", "10:00:00")
    # It cannot be told whose upload it is, and the newer process's must not be lost.
    await upload(service, "beside", "model.pt", b"newer still")

    assert "running" == (await _read(service, END, "beside"))["state"]
    assert {"model.pt": b"newer still"} == await contents(service, "beside")


async def test_a_file_of_an_older_process_replaces_none_of_a_newer_one(service: Service) -> None:
    for start, names in (("11:00:00", ["config.yaml"]), ("10:00:00", ["config.yaml", "alone.pt"])):
        await _start(service, "files", start)
        for name in names:
            content = {"alone.pt": b"older alone", "config.yaml": b"newer" if start > "10:30" else b"older"}[name]
            assert (await upload(service, "files", name, content)).is_success
        await service.stream("ada/p/files", {"complete": True, "exitcode": 0})
    kept = await contents(service, "files")

    await _start(service, "files", "12:00:00")
    for name in ("config.yaml", "alone.pt"):
        await upload(service, "files", name, b"newest")

    assert {"config.yaml": b"newer", "alone.pt": b"older alone"} == kept
    assert {"config.yaml": b"newest", "alone.pt": b"newest"} == await contents(service, "files")
