"""Logs figures of Plotly: as they are, and in a cell of a table."""

import plotly.graph_objects
import wandb

from tests.wandb.scripts.script import ARGUMENTS

figure = plotly.graph_objects.Figure(
    data=[plotly.graph_objects.Scatter(x=[1, 2, 3], y=[4, 5, 6])], layout={"title": {"text": "a curve"}}
)
with wandb.init(project="media", id=ARGUMENTS["run"]) as run:
    run.log({"figure": figure})
    table = wandb.Table(columns=["figure"])
    table.add_data(wandb.Plotly(figure))
    run.log({"in a table": table})
