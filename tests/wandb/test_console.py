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


def _files(sdk: SDK) -> list[dict[str, Any]]:
    return [body.get("files") or {} for body in sdk.recorder.streamed]
