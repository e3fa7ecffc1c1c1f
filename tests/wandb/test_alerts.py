"""`run.alert()` of the real SDK: kept once, however it comes."""

from __future__ import annotations

import pytest

import runfolio
from tests.wandb.conftest import MakeSDK
from tests.wandb.environments import NEWEST
from tests.wandb.sdk import SDK

RAISED = [("low accuracy", "0.1 is below 0.5", "WARN"), ("hello", "a new run", "INFO")]


def _alerts(api: runfolio.Api, run: str) -> list[tuple[str, str, str]]:
    return [(alert.title, alert.text, alert.severity) for alert in api.run(f"ada/alerts/{run}").alerts()]


def test_a_run_raises_alerts(sdk: SDK, api: runfolio.Api) -> None:
    sdk.run("alert", run=f"online-{sdk.version}", mode="online")

    assert RAISED == _alerts(api, f"online-{sdk.version}")


@pytest.mark.parametrize("version", [NEWEST, "0.22.3"])
def test_alerts_of_a_run_that_is_synced_twice_are_kept_once(make_sdk: MakeSDK, api: runfolio.Api, version: str) -> None:
    sdk = make_sdk(version)
    folder = sdk.run("alert", run=f"offline-{version}", mode="offline")["folder"]

    for _ in range(2):
        sdk.sync(folder)

    assert RAISED == _alerts(api, f"offline-{version}")
    assert "NotifyScriptableRunAlert" in {exchange.operation for exchange in sdk.recorder.exchanges}
