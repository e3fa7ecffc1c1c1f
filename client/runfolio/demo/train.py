"""Train one small classifier on scikit-learn's digits and log it with the W&B SDK, as any training script would.

Run by show.py, each model in a process of its own: `python -m runfolio.demo.train '{"model": "sgd", …}'`. It knows
nothing of runfolio: the SDK is pointed there by WANDB_BASE_URL and WANDB_API_KEY.
"""

from __future__ import annotations

import csv
import json
import pickle
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import wandb
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

PROJECT = "digits"
DATASET = "digits-data"
MODEL = "classifier"
PREDICTIONS = "predictions"
EPOCHS = 40
BATCH_SIZE = 64


def make_model(config: dict[str, Any]) -> Any:
    """The classifier that the config describes."""
    if config["model"] == "mlp":
        return MLPClassifier(
            hidden_layer_sizes=(config["hidden"],),
            learning_rate_init=config["learning_rate"],
            random_state=config["seed"],
        )
    return SGDClassifier(
        loss="log_loss",
        learning_rate="constant",
        eta0=config["learning_rate"],
        alpha=config["alpha"],
        random_state=config["seed"],
    )


def train(config: dict[str, Any]) -> None:
    """Train for EPOCHS epochs, logging loss and accuracy on held-out digits after each."""
    digits = load_digits()
    x_train, x_test, y_train, y_test = train_test_split(digits.data, digits.target, test_size=0.3, random_state=0)
    scaler = StandardScaler().fit(x_train)
    x_train, x_test = scaler.transform(x_train), scaler.transform(x_test)
    classes = np.unique(digits.target)
    shuffler = np.random.default_rng(config["seed"])
    model = make_model(config)
    predicted = y_test

    with (
        TemporaryDirectory(prefix="runfolio-demo-files-") as directory,
        wandb.init(project=PROJECT, config=config, group=config["model"], job_type="train", tags=["demo"]) as run,
    ):
        files = Path(directory)
        # Whoever logs the same bytes uses the same version.
        np.savetxt(files / "digits.csv", np.column_stack([digits.data, digits.target]), fmt="%d", delimiter=",")
        data = wandb.Artifact(DATASET, "dataset")
        data.add_file(str(files / "digits.csv"))
        run.use_artifact(data)
        for epoch in range(EPOCHS):
            order = shuffler.permutation(len(x_train))
            for start in range(0, len(order), BATCH_SIZE):
                batch = order[start : start + BATCH_SIZE]
                model.partial_fit(x_train[batch], y_train[batch], classes=classes)
            probabilities = model.predict_proba(x_test)
            predicted = classes[probabilities.argmax(axis=1)]
            run.log(
                {
                    "epoch": epoch,
                    "loss": log_loss(y_test, probabilities, labels=classes),
                    "accuracy": accuracy_score(y_test, predicted),
                }
            )
        (files / "model.pickle").write_bytes(pickle.dumps(model))
        trained = wandb.Artifact(MODEL, "model", metadata={**config, "accuracy": run.summary["accuracy"]})
        trained.add_file(str(files / "model.pickle"))
        run.log_artifact(trained)
        write_predictions(files / "predictions.csv", y_test, predicted)
        predictions = wandb.Artifact(PREDICTIONS, "table")
        predictions.add_file(str(files / "predictions.csv"))
        run.log_artifact(predictions)


def write_predictions(file: Path, digits: Any, predicted: Any) -> None:
    """A table of what each held-out digit is, and what the model takes it for."""
    with file.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["digit", "predicted"])
        writer.writerows(zip(digits.tolist(), predicted.tolist(), strict=True))


if __name__ == "__main__":
    train(json.loads(sys.argv[1]))
