"""Small trainings under the callbacks that come with libraries, unmodified: what they log arrives."""

from __future__ import annotations

import pytest

import runfolio
from tests.long_run import only_long
from tests.wandb.conftest import MakeSDK
from tests.wandb.environments import HEAVY, LIGHT, NEWEST, python_with_libraries
from tests.wandb.sdk import SDK

# TensorFlow and Torch start slowly.
HEAVY_TIMEOUT_S = 600


@pytest.fixture
def light(make_sdk: MakeSDK) -> SDK:
    """The newest SDK beside libraries that are small."""
    return make_sdk(NEWEST, python_with_libraries(*LIGHT))


@pytest.fixture
def heavy(make_sdk: MakeSDK) -> SDK:
    """The newest SDK beside libraries that are large."""
    return make_sdk(NEWEST, python_with_libraries(*HEAVY), HEAVY_TIMEOUT_S)


def test_scikit_learn_shows_its_plots(light: SDK, api: runfolio.Api) -> None:
    found = light.run("trainings/sklearn")

    run = api.run("ada/trainings/sklearn")
    keys = {key for row in run.scan_history() for key in row}
    assert found["accuracy"] == run.summary["accuracy"]
    assert {"roc_table", "confusion_matrix", "summary_metrics"} <= keys


def test_xgboost_logs_its_rows_and_its_model(light: SDK, api: runfolio.Api) -> None:
    found = light.run("trainings/xgboost")

    run = api.run("ada/trainings/xgboost")
    assert [0, 1, 2, 3] == [row["epoch"] for row in run.scan_history(keys=["epoch"])]
    assert "2" == run.config["learner"]["gradient_booster"]["tree_train_param"]["max_depth"]
    assert {"same": True, "by": "xgboost"} == found


def test_lightgbm_logs_its_rows_and_its_best_model(light: SDK, api: runfolio.Api) -> None:
    found = light.run("trainings/lightgbm")

    run = api.run("ada/trainings/lightgbm")
    assert 4 == len(list(run.scan_history(keys=["train_multi_logloss"])))
    assert (4, "multiclass") == (run.config["num_leaves"], run.config["objective"])
    assert {"trees": [12, 12], "by": "lightgbm"} == found


def test_optuna_logs_its_trials_together_and_apart(light: SDK, api: runfolio.Api) -> None:
    found = light.run("trainings/optuna")

    together = list(api.run("ada/trainings/optuna").scan_history(keys=["loss", "x"]))
    apart = {run.config["x"]: run for run in api.runs("ada/trials")}
    assert found["losses"] == [row["loss"] for row in together]
    assert {*found["trials"]} == {*apart}
    for x, run in apart.items():
        assert ((x**2, x / 2), ("single",), "MINIMIZE") == (
            (run.summary["loss"], run.summary["half"]),
            tuple(run.tags),
            run.config["direction"][0],
        )


@only_long
def test_keras_logs_its_metrics_checkpoints_and_predictions(heavy: SDK, api: runfolio.Api) -> None:
    found = heavy.run("trainings/keras")

    run = api.run("ada/trainings/keras")
    assert [0, 1] == [row["epoch/epoch"] for row in run.scan_history(keys=["epoch/epoch"])]
    assert {"same": True, "version": "v1", "aliases": ["epoch_1", "latest"]} == {
        **found,
        "aliases": sorted(found["aliases"]),
    }


@only_long
def test_lightning_logs_its_metrics_and_checkpoints(heavy: SDK, api: runfolio.Api) -> None:
    found = heavy.run("trainings/lightning")

    run = api.run("ada/trainings/lightning")
    losses = [row["loss"] for row in run.scan_history(keys=["loss"])]
    assert 8 == len(losses)
    assert 0.1 == run.config["learning_rate"]
    assert (0.1, 2, True) == (found["rate"], found["versions"], found["metadata"] in losses)


@only_long
def test_transformers_logs_its_metrics_and_checkpoints(heavy: SDK, api: runfolio.Api) -> None:
    found = heavy.run("trainings/transformers", {"WANDB_PROJECT": "trainings", "WANDB_LOG_MODEL": "checkpoint"})

    run = api.run(f"ada/trainings/{found['run']}")
    assert 4 == len(list(run.scan_history(keys=["train/loss"])))
    assert ("tiny", 8) == (run.name, run.config["hidden_size"])
    assert any("checkpoint" in alias for alias in found["checkpoint"])
    assert 2 == found["labels"]
