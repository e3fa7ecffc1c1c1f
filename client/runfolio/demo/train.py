"""Train one small classifier on scikit-learn's digits and log it with the W&B SDK, as any training script would.

Run by show.py, each model in a process of its own: `python -m runfolio.demo.train '{"model": "sgd", …}'`. It knows
nothing of runfolio: the SDK is pointed there by WANDB_BASE_URL and WANDB_API_KEY.
"""

from __future__ import annotations

import json
import sys
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

    with wandb.init(project=PROJECT, config=config, group=config["model"], job_type="train", tags=["demo"]) as run:
        for epoch in range(EPOCHS):
            order = shuffler.permutation(len(x_train))
            for start in range(0, len(order), BATCH_SIZE):
                batch = order[start : start + BATCH_SIZE]
                model.partial_fit(x_train[batch], y_train[batch], classes=classes)
            probabilities = model.predict_proba(x_test)
            run.log(
                {
                    "epoch": epoch,
                    "loss": log_loss(y_test, probabilities, labels=classes),
                    "accuracy": accuracy_score(y_test, classes[probabilities.argmax(axis=1)]),
                }
            )


if __name__ == "__main__":
    train(json.loads(sys.argv[1]))
