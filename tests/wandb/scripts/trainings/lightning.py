"""Trains a small network of Lightning with its `WandbLogger`, which logs every checkpoint and watches the model."""

import warnings
from pathlib import Path

import lightning
import torch
import wandb
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import WandbLogger

from tests.wandb.scripts.script import answer

warnings.filterwarnings("ignore")


class Network(lightning.LightningModule):
    """One layer."""

    def __init__(self, learning_rate: float = 0.1) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(4, 1)

    def training_step(self, batch: tuple[torch.Tensor, torch.Tensor], number: int) -> torch.Tensor:
        """One batch."""
        features, labels = batch
        loss = torch.nn.functional.mse_loss(self.layer(features), labels)
        self.log("loss", loss, on_step=True, on_epoch=False)
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Plain descent."""
        return torch.optim.SGD(self.parameters(), lr=self.hparams.learning_rate)


torch.manual_seed(0)
features = torch.randn(32, 4)
data = torch.utils.data.DataLoader(
    torch.utils.data.TensorDataset(features, features.sum(dim=1, keepdim=True)), batch_size=8
)
logger = WandbLogger(project="trainings", id="lightning", log_model="all")
network = Network()
logger.watch(network, log_freq=1)
trainer = lightning.Trainer(
    max_epochs=2,
    logger=logger,
    log_every_n_steps=1,
    accelerator="cpu",
    enable_progress_bar=False,
    enable_model_summary=False,
    callbacks=[ModelCheckpoint(monitor="loss", save_top_k=2)],
)
trainer.fit(network, data)
wandb.finish()

artifact = wandb.Api().artifact("ada/trainings/model-lightning:best")
checkpoint = Path(artifact.download()) / "model.ckpt"
restored = Network.load_from_checkpoint(checkpoint)
versions = wandb.Api().artifacts("model", "ada/trainings/model-lightning")
answer({"rate": restored.hparams.learning_rate, "versions": len(versions), "metadata": artifact.metadata["score"]})
