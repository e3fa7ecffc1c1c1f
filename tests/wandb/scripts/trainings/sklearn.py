"""Trains a small classifier of scikit-learn and shows its plots by `wandb.sklearn`."""

import wandb
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from tests.wandb.scripts.script import answer

features, labels = load_iris(return_X_y=True)
train_x, test_x, train_y, test_y = train_test_split(features, labels, random_state=0)
with wandb.init(project="trainings", id="sklearn") as run:
    model = LogisticRegression(max_iter=200).fit(train_x, train_y)
    wandb.sklearn.plot_classifier(
        model,
        train_x,
        test_x,
        train_y,
        test_y,
        model.predict(test_x),
        model.predict_proba(test_x),
        labels=["setosa", "versicolor", "virginica"],
        model_name="logistic",
    )
    wandb.sklearn.plot_summary_metrics(model, train_x, train_y, test_x, test_y)
    run.log({"accuracy": model.score(test_x, test_y)})
answer({"accuracy": model.score(test_x, test_y)})
