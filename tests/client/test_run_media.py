"""Media of a run as typed values, by the clients from a real server; what the SDK logs is in tests/wandb."""

from __future__ import annotations

import json
from typing import Any

import pytest

import runfolio
from runfolio import Api, AsyncApi
from tests.client.builders import Logger
from tests.client.full_run import api, logger
from tests.live_server import LiveServer

__all__ = ["api", "logger"]

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")


def _increment(number: int) -> dict[str, Any]:
    return {"_type": "incremental-table-file", "path": f"media/table/{number}.table.json", "increment_num": number}


@pytest.fixture(scope="module")
def logged(logger: Logger) -> str:
    """A run with a table, one in increments of which one was logged twice, and what is none of these."""
    table = {"_type": "table-file", "path": "media/table/one.table.json", "size": 5}
    rows = [
        {"_step": 0, "one": table, "grows": _increment(0), "note": "text"},
        {"_step": 1, "grows": _increment(1), "unknown": {"_type": "smell-file", "path": "media/smell/a"}},
        {"_step": 2, "grows": _increment(1), "elsewhere": {"_type": "joined-table", "table1": "a"}},
        {"_step": 3, "grows": _increment(2), "one": {**table, "path": "media/table/other.table.json"}},
    ]
    path = logger.run("logged", rows=rows, summary={**rows[2], **rows[1], **rows[0], **rows[3]})
    logger.file("logged", "media/table/one.table.json", b'{"columns": ["a", "b"], "data": [[1, NaN], [null, "x"]]}')
    logger.file("logged", "media/table/other.table.json", b"[]")
    for number in range(3):
        content = {"columns": ["n"], "data": [[10 * number], [10 * number + 1]]}
        logger.file("logged", f"media/table/{number}.table.json", json.dumps(content).encode())
    logger.file("logged", "media/smell/a", b"rose")
    return path


def test_a_table_is_rows_and_a_data_frame(api: Api, logged: str) -> None:
    table = api.run(logged).media("one", step=0)
    assert isinstance(table, runfolio.Table)

    columns, rows = table.read()
    frame = table.to_pandas()

    assert (["a", "b"], 2, [None, "x"]) == (columns, len(rows), rows[1])
    assert (["a", "b"], 1.0, "x") == (list(frame.columns), frame["a"][0], frame["b"][1])


def test_a_table_in_increments_is_all_of_them_up_to_one_each_once(api: Api, logged: str) -> None:
    run = api.run(logged)

    last, first = run.media("grows"), run.media("grows", step=1)

    assert isinstance(last, runfolio.Table)
    assert isinstance(first, runfolio.Table)
    assert [0, 1, 10, 11, 20, 21] == last.to_pandas()["n"].tolist()
    assert [0, 1, 10, 11] == first.to_pandas()["n"].tolist()


def test_what_is_not_known_is_a_file_all_the_same(api: Api, logged: str) -> None:
    found = api.run(logged).media("unknown")

    assert isinstance(found, runfolio.Media)
    assert ("smell", b"rose") == (found.kind, found.read())


def test_what_is_no_medium_or_not_there_is_told(api: Api, logged: str) -> None:
    run = api.run(logged)

    with pytest.raises(runfolio.NotFoundError, match="There is no 'one' in run 'ada/demo/logged' at step 1"):
        run.media("one", step=1)
    with pytest.raises(runfolio.NotFoundError, match="There is no 'nothing'"):
        run.media("nothing")
    with pytest.raises(ValueError, match="'note' is no medium: 'text'"):
        run.media("note")
    with pytest.raises(ValueError, match="'joined-table', which is no file of the run"):
        run.media("elsewhere")
    table = run.media("one")
    assert isinstance(table, runfolio.Table)
    with pytest.raises(ValueError, match="no columns and data"):
        table.read()


async def test_the_async_client_reads_media_too(live_server: LiveServer, logged: str) -> None:
    async with AsyncApi(live_server.base_url, live_server.api_key) as api:
        run = await api.run(logged)

        table = await run.media("grows", step=0)

        assert isinstance(table, runfolio.AsyncTable)
        assert (["n"], [[0], [1]]) == await table.read()
        assert [] == await run.model_graphs()
