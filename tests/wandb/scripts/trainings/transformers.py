"""Trains a small model of Transformers with its own callback, which logs the checkpoints as artifacts."""

from pathlib import Path

import torch
import wandb
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

from tests.wandb.scripts.script import answer


class Sentences(torch.utils.data.Dataset[dict[str, torch.Tensor]]):
    """Numbers in place of words."""

    def __len__(self) -> int:
        return 16

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        return {"input_ids": torch.arange(8) + index, "labels": torch.tensor(index % 2)}


torch.manual_seed(0)
model = BertForSequenceClassification(
    BertConfig(
        vocab_size=64, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8, num_labels=2
    )
)
arguments = TrainingArguments(
    output_dir="training",
    max_steps=4,
    save_steps=2,
    logging_steps=1,
    per_device_train_batch_size=4,
    report_to="wandb",
    run_name="tiny",
    use_cpu=True,
    disable_tqdm=True,
)
Trainer(model=model, args=arguments, train_dataset=Sentences()).train()
assert wandb.run is not None
name = wandb.run.id
wandb.finish()

artifacts = [found for found in wandb.Api().run(f"ada/trainings/{name}").logged_artifacts() if found.type == "model"]
checkpoint = next(found for found in artifacts if any("checkpoint" in alias for alias in found.aliases))
restored = BertForSequenceClassification.from_pretrained(Path(checkpoint.download()))
answer({"run": name, "checkpoint": checkpoint.aliases, "labels": restored.config.num_labels})
