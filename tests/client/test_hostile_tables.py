"""Keys and texts that are no Unicode, or have NUL, come into every kind of table; nothing of them is lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from runfolio import Api
from tests.client.builders import Logger
from tests.live_server import LiveServer

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")

VALUES: dict[str, Any] = {
    "a\0b": 1,
    "\0": 2,
    "\ud800": 3,
    "\udfff": 4,  # noqa: F601 - ruff takes it for the other one
    "\\ud800": 5,
    "\U0010ffff": 6,
    "\n": 7,
    "text": "\ud800",
    "nul": "a\0b",
    "mixed": [1, "\udfff"],
    "huge": 10**400,
}


@pytest.fixture(scope="module")
def logger(live_server: LiveServer) -> Logger:
    """Logs into ada/hostile, where one run has the values as history, config and summary."""
    logger = Logger(live_server, "hostile")
    logger.run("r", rows=[{"_step": 0, **VALUES}, {"_step": 1, "text": "plain"}], config=VALUES, summary=VALUES)
    return logger


@pytest.fixture
def api(live_server: LiveServer, logger: Logger) -> Iterator[Api]:
    """An Api of `ada`."""
    with Api(live_server.base_url, live_server.api_key) as opened:
        yield opened


def test_rows_of_history_are_a_frame(api: Api) -> None:
    run = api.run("ada/hostile/r")

    frame = run.history()
    named = run.history(keys=["\ud800", "a\0b"])

    assert set(VALUES) == set(frame.columns) - {"_step"}
    assert [*VALUES.values()] == [frame[key].iloc[0] for key in VALUES]
    assert [0, 3, 1] == named.iloc[0].tolist()


@pytest.mark.parametrize("of", ["run", "runs"])
def test_history_tables_have_a_column_for_each_key(api: Api, of: str) -> None:
    table = api.run("ada/hostile/r").history_table() if of == "run" else api.runs("ada/hostile").histories()

    names = {
        "a\\u0000b": 1,
        "\\u0000": 2,
        "\\ud800_": 3,
        "\\udfff": 4,
        "\\ud800": 5,
        "\U0010ffff": 6,
        "\n": 7,
    }
    for frame in (table.to_pandas(), table.to_polars(), table.to_arrow().to_pydict()):
        assert names == {name: frame[name][0] for name in names}
    assert ["\ud800", "plain"] == table.to_pandas()["text"].tolist()


def test_tables_of_runs_have_a_column_for_each_key(api: Api) -> None:
    runs = api.runs("ada/hostile")

    pandas, polars, arrow = runs.to_pandas(), runs.to_polars(), runs.to_arrow()

    for root in ("config", "summary"):
        numbers = [name for name in pandas.columns if name.startswith(root) and pandas[name].iloc[0] in range(1, 8)]
        assert list(range(1, 8)) == sorted(pandas[name].iloc[0] for name in numbers)
        assert list(range(1, 8)) == sorted(polars[name][0] for name in numbers)
        assert list(range(1, 8)) == sorted(arrow[name][0].as_py() for name in numbers)
