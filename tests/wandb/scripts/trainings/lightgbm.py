"""Trains small trees of LightGBM with the SDK's callback and its summary, which logs the model as an artifact."""

from pathlib import Path

import lightgbm
import wandb
from sklearn.datasets import load_iris
from wandb.integration.lightgbm import log_summary, wandb_callback

from tests.wandb.scripts.script import answer

features, labels = load_iris(return_X_y=True)
data = lightgbm.Dataset(features, labels)
with wandb.init(project="trainings", id="lightgbm"):
    model = lightgbm.train(
        {"objective": "multiclass", "num_class": 3, "num_leaves": 4, "num_threads": 1, "verbose": -1},
        data,
        num_boost_round=4,
        valid_sets=[data],
        valid_names=["train"],
        callbacks=[wandb_callback()],
    )
    log_summary(model, save_model_checkpoint=True)

artifact = wandb.Api().artifact("ada/trainings/model_lightgbm:best")
(file,) = Path(artifact.download()).iterdir()
restored = lightgbm.Booster(model_file=str(file))
answer({"trees": [model.num_trees(), restored.num_trees()], "by": artifact.logged_by().id})
