"""Trains a small model of torch while the SDK watches it: its graph, its gradients and its parameters."""

import torch
import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

model = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.ReLU(), torch.nn.Linear(6, 2))
with wandb.init(project="media", id=ARGUMENTS["run"]) as run:
    run.watch(model, log="all", log_freq=1, log_graph=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        loss = model(torch.ones(8, 4)).square().mean()
        loss.backward()
        optimizer.step()
        run.log({"loss": float(loss)})
answer({"layers": [["0", "Linear", 30], ["1", "ReLU", 0], ["2", "Linear", 14]]})
