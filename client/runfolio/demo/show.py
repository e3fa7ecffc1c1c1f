"""What the demo shows: a table of the runs, the best one, its history, a plot, where its model came from."""

from __future__ import annotations

import sys

import plotext

from runfolio import Api, Run
from runfolio.demo.train import MODEL, PROJECT

COLUMNS = {
    "id": "id",
    "name": "name",
    "state": "state",
    "config.model": "model",
    "config.learning_rate": "learning_rate",
    "summary.accuracy": "accuracy",
    "summary.loss": "loss",
}
PLOT_WIDTH = 90
PLOT_HEIGHT = 18
MARKERS = ("*", "o")


def show_runs(base_url: str, api_key: str) -> None:
    """Read every run of the demo's project back and print what came."""
    with Api(base_url=base_url, api_key=api_key) as api:
        runs = api.runs(PROJECT)
        table = runs.to_pandas().sort_values("summary.accuracy", ascending=False)
        print(f">>> Api().runs({PROJECT!r}).to_pandas()   # {len(runs)} runs")
        print(table[list(COLUMNS)].rename(columns=COLUMNS).to_string(index=False, float_format=lambda x: f"{x:.4g}"))

        best = api.run(f"{PROJECT}/{table.iloc[0]['id']}")
        print(f"\n>>> best = Api().run({'/'.join(best.path)!r})")
        print(f"{best.name}: {best.config}")
        print("\n>>> best.history().head()")
        history = best.history()
        print(history[["_step", "epoch", "loss", "accuracy"]].head().to_string(index=False))

        worst = api.run(f"{PROJECT}/{table.iloc[-1]['id']}")
        print()
        print_plot([best, worst])

        print("\n>>> list(best.logged_artifacts())")
        logged = list(best.logged_artifacts())
        print(*logged, sep="\n")
        (model,) = (artifact for artifact in logged if artifact.type == "model")
        model.add_alias("best")
        print(f"\n>>> model.add_alias('best'); print(Api().artifact('{PROJECT}/{MODEL}:best').lineage())")
        print(api.artifact(f"{PROJECT}/{MODEL}:best").lineage())


def print_plot(runs: list[Run]) -> None:
    """Draw the accuracy of these runs over epochs."""
    figure = plotext.figure
    figure.clear()
    corner = [0.0, 1.0]
    for run, marker in zip(runs, MARKERS, strict=True):
        points = run.history(keys=["epoch", "accuracy"], pandas=False)
        epochs, accuracies = ([point[key] for point in points] for key in ("epoch", "accuracy"))
        corner = [max(corner[0], *epochs), min(corner[1], *accuracies)]
        curve = figure.signal(epochs, accuracies, marker=marker)
        curve.label(f"{run.name}: {run.config['model']}, learning rate {run.config['learning_rate']}")
        figure.draw(curve)
    figure.title("accuracy on held-out digits, by epoch")
    figure.plot_size(PLOT_WIDTH, PLOT_HEIGHT)
    # Accuracy rises, so the corner at the lower right is free.
    figure.legend(x=corner[0], y=corner[1], ha="right", va="bottom", relative=True)
    figure.build().print(colorless=not sys.stdout.isatty())
