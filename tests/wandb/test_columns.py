"""A run that was logged in columns, as the real SDK reads it: no version sees that it was not logged in rows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import runfolio
from tests.wandb.sdk import SDK

STEPS = 1000


def test_a_run_that_was_logged_in_columns_is_read_like_any_other(sdk: SDK, api: runfolio.Api) -> None:
    loss = [1 / (step + 1) for step in range(STEPS)]
    with api.create_run("ada/columns", id=f"columns-{sdk.version.replace('.', '-')}") as run:
        run.log_columns(
            {
                "loss": np.array(loss),
                "whole": np.arange(STEPS),
                "text": [f"ж {step}" for step in range(STEPS)],
                "sparse": [math.inf if step % 200 == 0 else None for step in range(STEPS)],
            }
        )
        run.log({"loss": 0.0, "whole": STEPS})

    answer: dict[str, Any] = sdk.run(
        "history_calls", path="/".join(run.path), key="loss", folder=str(sdk.home), histories=False
    )

    assert STEPS == answer["lastHistoryStep"]
    assert {"loss", "whole", "text", "sparse"} <= answer["history_keys"]["keys"].keys()
    for call in ("scanned", "paged"):
        rows = answer[call]
        assert list(range(STEPS + 1)) == [row["_step"] for row in rows] == [row["whole"] for row in rows], call
        assert [*loss, 0.0] == [row["loss"] for row in rows]
        assert ["ж 0", "ж 999"] == [rows[0]["text"], rows[STEPS - 1]["text"]]
    assert [*loss, 0.0] == [row["loss"] for row in answer["keys"]]
    assert loss[3:17] == [row["loss"] for row in answer["window"]]
    assert [0, 200, 400, 600, 800] == [row["_step"] for row in answer["scanned"] if row.get("sparse") is not None]
