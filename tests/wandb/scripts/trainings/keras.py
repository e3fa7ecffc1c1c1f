"""Trains a small network of Keras with the SDK's three callbacks: metrics, checkpoints, and a table of predictions."""

import os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy
import wandb
from wandb.integration.keras import WandbEvalCallback, WandbMetricsLogger, WandbModelCheckpoint

from tests.wandb.scripts.script import answer

random = numpy.random.default_rng(0)
features = random.normal(size=(64, 4)).astype("float32")
labels = (features.sum(axis=1) > 0).astype("int32")


class Predictions(WandbEvalCallback):
    """Some predictions of each epoch."""

    def add_ground_truth(self, logs: dict[str, float] | None = None) -> None:
        """The data that is predicted."""
        for number in range(4):
            self.data_table.add_data(number, int(labels[number]))

    def add_model_predictions(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """What the model says of it."""
        found = self.model.predict(features[:4], verbose=0)[:, 0]
        for number in self.data_table_ref.get_index():
            _, label = self.data_table_ref.data[number]
            self.pred_table.add_data(epoch, number, label, float(found[number]))


with wandb.init(project="trainings", id="keras"):
    model = keras.Sequential([keras.layers.Dense(4, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit(
        features,
        labels,
        epochs=2,
        verbose=0,
        callbacks=[
            WandbMetricsLogger(log_freq="epoch"),
            WandbModelCheckpoint("model-{epoch:02d}.keras"),
            Predictions(["number", "label"], ["epoch", "number", "label", "score"]),
        ],
    )

artifact = wandb.Api().artifact("ada/trainings/run_keras_model:latest")
(file,) = Path(artifact.download()).iterdir()
restored = keras.models.load_model(file)
same = numpy.allclose(restored.predict(features, verbose=0), model.predict(features, verbose=0))
answer({"same": bool(same), "version": artifact.version, "aliases": artifact.aliases})
