"""A summary that the SDK leaves to the server is the one that it makes itself."""

from __future__ import annotations

from typing import Any

import pytest

import runfolio
from tests.wandb.conftest import MakeSDK

CHANGING = {"_runtime", "_timestamp", "_wandb"}


@pytest.mark.parametrize("version", ["0.31.0", "0.22.3"])
def test_the_server_derives_the_summary_that_the_sdk_would_send(
    make_sdk: MakeSDK, api: runfolio.Api, version: str
) -> None:
    summaries: list[dict[str, Any]] = []
    for derived in (False, True):
        found = make_sdk(version).run("derived_summary", run=f"{derived}-{version}".lower(), derived=derived)
        summary = dict(api.run(found["path"]).summary)
        assert summary.pop("nan") != 0
        summaries.append({key: value for key, value in summary.items() if key not in CHANGING})

    sent, made = summaries
    assert sent == made
    assert (7, 1, 8, 6) == (made["given"], made["again"], made["copy"], made["_step"])
