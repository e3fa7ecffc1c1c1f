"""The stream behind a table: put together in pieces, asked for again when it breaks, not taken for whole too soon."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator

import httpx
import pytest

import runfolio
from runfolio import Api
from runfolio._core.run_table import RunTable

FIRST = json.dumps({"runs": 2, "columns": {"id": ["a", "b"], "summary.loss": [1, None]}})
SECOND = json.dumps({"runs": 1, "columns": {"id": ["c"], "config.lr": [float("nan")]}})
END = json.dumps({"end": {"runs": 3}})
WHOLE = "\n".join([FIRST, SECOND, END, ""]).encode()


def read(*pieces: bytes) -> RunTable:
    """The table of these pieces."""
    table = RunTable("http://server.example.org/export")
    for piece in pieces:
        table.write(piece)
    return table


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_pieces_of_any_size_make_the_same_columns(size: int) -> None:
    table = read(*(WHOLE[at : at + size] for at in range(0, len(WHOLE), size)))

    table.check()
    expected = {"id": ["a", "b", "c"], "config.lr": [None, None, float("nan")], "summary.loss": [1, None, None]}
    assert repr(expected) == repr(table.sorted_columns())
    assert 3 == table.count


@pytest.mark.parametrize(
    "values",
    [
        [1.5, float("nan"), -0.0, float("inf")],
        [1.5, 2.5, 3, 4.5],
        [1.5, 2.5, None, 4.5],
        [None, 1.5, 2.5, 3.5],
        [1.5, "a", 2.5, True],
        [2**70, 1.5, 2.5, 3.5],
    ],
    ids=str,
)
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_what_is_kept_compact_comes_out_as_it_came(values: list[object], size: int) -> None:
    pages = [{"runs": len(part), "columns": {"x": part}} for part in (values[:size], values[size:])]
    table = read(*(json.dumps(page).encode() + b"\n" for page in pages), b'{"end": {"runs": 4}}\n')

    table.check()

    column = table.columns["x"]
    assert repr(values) == repr(list(column))
    assert isinstance(column, array) == all(isinstance(value, float) for value in values)


def test_a_column_of_numbers_that_ends_early_has_nothing_in_the_rest() -> None:
    pages = [{"runs": 1, "columns": {"x": [1.5], "y": [1]}}, {"runs": 2, "columns": {"y": [2, 3]}}]
    table = read(*(json.dumps(page).encode() + b"\n" for page in pages))

    assert {"x": [1.5, None, None], "y": [1, 2, 3]} == table.columns


@pytest.mark.parametrize("cut", [0, 10, len(FIRST) + 1, len(WHOLE) - 2])
def test_a_stream_without_its_end_is_no_table(cut: int) -> None:
    with pytest.raises(runfolio.DownloadError, match="broke off after"):
        read(WHOLE[:cut]).check()


def test_what_the_server_tells_instead_of_the_end_is_raised() -> None:
    error = {"message": "The database is not reachable right now; try again.", "extensions": {"code": "UNAVAILABLE"}}

    with pytest.raises(runfolio.UnavailableError, match="not reachable"):
        read(FIRST.encode() + b"\n", json.dumps({"errors": [error]}).encode() + b"\n").check()


class Breaking(httpx.SyncByteStream):
    """Bytes, and then a lost connection."""

    def __iter__(self) -> Iterator[bytes]:
        yield FIRST.encode() + b"\n"
        raise httpx.ReadError("lost")


def test_a_lost_connection_begins_again_from_the_start() -> None:
    answers = [httpx.Response(200, stream=Breaking()), httpx.Response(200, content=WHOLE)]
    asked: list[httpx.Request] = []

    def wire(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answers.pop(0)

    with Api("http://server.example.org", "secret", transport=httpx.MockTransport(wire)) as api:
        table = api.runs("acme/a b", {"state": "finished"}).to_pandas()

    assert ["a", "b", "c"] == table["id"].tolist()
    assert 2 == len(asked)
    assert "http://server.example.org/export/acme/a%20b/runs.ndjson" == str(asked[0].url)
    assert "Bearer secret" == asked[0].headers["Authorization"]
    assert "gzip" == asked[0].headers["Accept-Encoding"]
    sent = json.loads(asked[1].content)
    assert {"filters": '{"state":"finished"}', "order": "+created_at", "columns": None} == sent
