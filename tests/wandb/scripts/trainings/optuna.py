"""Searches with Optuna under its callback: all trials in one run, then a run for each trial."""

import optuna
import wandb
from optuna_integration.wandb import WeightsAndBiasesCallback

from tests.wandb.scripts.script import answer

optuna.logging.set_verbosity(optuna.logging.WARNING)
sampler = optuna.samplers.RandomSampler(seed=0)

together = WeightsAndBiasesCallback("loss", wandb_kwargs={"project": "trainings", "id": "optuna"})
study = optuna.create_study(sampler=sampler)
study.optimize(lambda trial: trial.suggest_float("x", -1, 1) ** 2, n_trials=4, callbacks=[together])
wandb.finish()

apart = WeightsAndBiasesCallback("loss", wandb_kwargs={"project": "trials"}, as_multirun=True)


@apart.track_in_wandb()
def objective(trial: optuna.Trial) -> float:
    """A parabola; a trial has its own run while it lasts."""
    x = trial.suggest_float("x", -1, 1)
    wandb.run.summary["half"] = x / 2
    return x**2


single = optuna.create_study(study_name="single", sampler=sampler)
single.optimize(objective, n_trials=2, callbacks=[apart])
answer({"losses": [trial.value for trial in study.trials], "trials": [trial.params["x"] for trial in single.trials]})
