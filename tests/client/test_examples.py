"""The examples in the client's documentation: docstrings and README do what they say."""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path

import pytest

from runfolio import Api
from tests.client.builders import Logger
from tests.client.git_repository import make_repository
from tests.live_server import LiveServer

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "client" / "README.md"
MEDIA = {
    "counts": {"_type": "histogram", "bins": [0, 1], "values": [3]},
    "predictions": {"_type": "table-file", "path": "media/table/predictions.table.json"},
}
CORE = sorted(path.stem for path in (ROOT / "client/runfolio/_core").glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("name", CORE)
def test_examples_in_docstrings_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"runfolio._core.{name}"))

    assert 0 == result.failed


def test_the_recipes_of_the_readme_run_in_order(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = [{"_step": step, "loss": 1 / (step + 1), "accuracy": step / 10} for step in range(10)]
    logger = Logger(live_server, "demo")
    logger.run(
        "3k2j9x1p",
        rows=rows,
        config={"lr": 0.1, "model": "mlp"},
        summary={"loss": 0.1, **MEDIA},
        console=["hello"],
        exit_code=0,
        commit=make_repository(tmp_path / "repository"),
    )
    logger.file("3k2j9x1p", "code/train.py", b"saved")
    logger.file("3k2j9x1p", "media/table/predictions.table.json", b'{"columns": ["label"], "data": [["cat"]]}')
    logger.file("3k2j9x1p", "model.bin", b"weights")
    for number in range(6):
        lr = (0.1, 0.01)[number % 2]
        config = {"lr": lr, "seed": number // 2, "model": ("mlp", "cnn")[number % 2]}
        logger.run(f"seed-{number}", config=config, summary={"loss": lr + number / 100}, groupName=f"lr {lr}")
    # As in life: one that failed before it had a loss.
    logger.run("failed", config={"model": "new"}, groupName="new", exit_code=1)
    monkeypatch.setenv("RUNFOLIO_BASE_URL", live_server.base_url)
    monkeypatch.setenv("RUNFOLIO_API_KEY", live_server.api_key)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    names: dict[str, object] = {}

    for block in blocks:
        exec(compile(block, str(README), "exec"), names)
    api = names["api"]
    assert isinstance(api, Api)
    api.close()

    assert len(blocks) >= 8
    assert b"weights" == (tmp_path / "files/model.bin").read_bytes()


def test_the_error_tree_of_the_readme_is_that_of_the_code() -> None:
    import runfolio
    from runfolio._core import errors

    named = re.findall(r"[├└]── (\w+)", README.read_text())

    assert set(named) == set(re.findall(r"[├└]── (\w+)", errors.__doc__ or ""))
    assert all(issubclass(getattr(runfolio, name), runfolio.RunfolioError) for name in named)
