"""What a run prints, progress bars included."""

from __future__ import annotations

from typing import Any

import runfolio
from tests.wandb.environments import NEWEST
from tests.wandb.sdk import SDK

PRINTED = ["100%|####################", *(f"line {number}" for number in range(5))]


def test_a_progress_bar_on_the_first_line_is_one_line(sdk: SDK, api: runfolio.Api) -> None:
    name = f"bar-{sdk.version}"

    sdk.run("console", run=name, pause_s=0.1)

    if sdk.version == NEWEST:  # It sends at once what it has, and then every 15 seconds; the older ones begin later.
        offsets = [files["output.log"]["offset"] for files in _files(sdk) if "output.log" in files]
        assert offsets.count(0) > 1, "the first line was sent once only: nothing was tested"
    lines = list(api.run(f"ada/console/{name}").console_lines())
    assert PRINTED == [line.text for line in lines if line.level != "error"]
    assert ["a complaint"] == [line.text for line in lines if line.level == "error"]
    assert list(range(len(lines))) == [line.number for line in lines]
    assert None not in [line.timestamp for line in lines]


def test_a_second_process_prints_below_the_first(newest: SDK, api: runfolio.Api) -> None:
    for _ in range(2):
        newest.run("console", run="twice", pause_s=0.03)

    lines = list(api.run("ada/console/twice").console_lines())
    assert PRINTED * 2 == [line.text for line in lines if line.level != "error"]
    answer = newest.run("read_console", path="ada/console/twice", last=3)
    assert [line.text for line in lines] == answer["all"]
    assert answer["all"][-3:] == answer["last"]


def test_colours_are_kept_for_the_sdk_and_left_out_for_who_asks(newest: SDK, api: runfolio.Api) -> None:
    newest.run("colours", run="colours")
    run = api.run("ada/console/colours")

    answer = newest.run("read_console", path="ada/console/colours", last=1)

    printed = [line.text for line in run.console_lines()]
    assert printed == answer["all"]
    assert any("\x1b[" in text for text in printed)
    plain = [line.text for line in run.console_lines(strip_ansi=True)]
    assert {"red 0", "red 1", "red 2"} <= {*plain}
    assert ["red 1"] == [line.text for line in run.console_lines(search="red 1", strip_ansi=True)]


def test_a_living_run_of_the_sdk_is_followed_to_its_end(newest: SDK, api: runfolio.Api) -> None:
    process = newest.start("console", run="lives", pause_s=0.3)
    while not [run for run in api.runs("ada/console") if run.id == "lives"]:
        assert process.poll() is None
    lines = list(api.run("ada/console/lives").follow_console(last=None, poll_s=0.2))
    newest.finish(process)

    run = api.run("ada/console/lives")
    assert "finished" == run.state
    last = {line.number: line.text for line in lines}
    assert {line.number: line.text for line in run.console_lines()} == last
    # The progress bar came again and again.
    assert len(lines) > len(last)


def _files(sdk: SDK) -> list[dict[str, Any]]:
    return [body.get("files") or {} for body in sdk.recorder.streamed]
