"""Trains small trees of XGBoost with the SDK's callback, which logs the model as an artifact."""

import wandb
import xgboost
from sklearn.datasets import load_iris
from wandb.integration.xgboost import WandbCallback

from tests.wandb.scripts.script import answer

features, labels = load_iris(return_X_y=True)
data = xgboost.DMatrix(features, labels)
with wandb.init(project="trainings", id="xgboost"):
    model = xgboost.train(
        {"objective": "multi:softprob", "num_class": 3, "max_depth": 2, "nthread": 1},
        data,
        num_boost_round=4,
        evals=[(data, "train")],
        callbacks=[WandbCallback(log_model=True)],
    )

artifact = wandb.Api().artifact("ada/trainings/xgboost_model.json:latest")
path = artifact.get_entry("xgboost_model.json").download(root="model")
restored = xgboost.Booster(model_file=path)
answer({"same": bool((restored.predict(data) == model.predict(data)).all()), "by": artifact.logged_by().id})
