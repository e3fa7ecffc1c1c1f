"""The stream behind a history table: whole or not at all, whatever the network does, and without any library."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pyarrow as pa
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import runfolio
from runfolio import Api, HistoryTable
from runfolio._core.arrow_stream import ArrowStream
from tests.client.builders import Logger
from tests.live_server import run_live_server

URL = "http://server.example.org/export"


def stream_of(*batches: list[float], name: str = "loss") -> bytes:
    """An Arrow stream of these record batches."""
    schema = pa.schema(
        [
            pa.field("_step", pa.int64(), nullable=False),
            pa.field(name, pa.float64()),
            pa.field("text", pa.string(), metadata={"runfolio.json": "true"}),
            pa.field("flag", pa.bool_()),
            pa.field("run_id", pa.dictionary(pa.int32(), pa.string())),
            pa.field("time", pa.timestamp("us")),
        ]
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        for values in batches:
            rows = [
                {"_step": step, name: value, "text": '"x"', "flag": None, "run_id": "r", "time": None}
                for step, value in enumerate(values)
            ]
            writer.write_batch(pa.RecordBatch.from_pylist(rows, schema))
    found: bytes = sink.getvalue().to_pybytes()
    return found


WHOLE = stream_of([1.5, 2.5], [3.5])


def read(*pieces: bytes) -> ArrowStream:
    """The stream of these pieces."""
    stream = ArrowStream(URL)
    for piece in pieces:
        stream.write(piece)
    return stream


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_pieces_of_any_size_make_the_same_table(size: int) -> None:
    stream = read(*(WHOLE[at : at + size] for at in range(0, len(WHOLE), size)))

    stream.check()
    assert 3 == stream.row_count
    assert [
        ("_step", "integer"),
        ("loss", "number"),
        ("text", "JSON"),
        ("flag", "boolean"),
        ("run_id", "text"),
        ("time", "other"),
    ] == [(column.name, column.type) for column in stream.columns]
    assert [1.5, 2.5, 3.5] == HistoryTable(stream).to_arrow()["loss"].to_pylist()


def test_a_stream_cut_anywhere_is_no_table() -> None:
    for cut in range(len(WHOLE)):
        with pytest.raises(runfolio.DownloadError, match=r"broke off after [023] rows"):
            read(WHOLE[:cut]).check()


def test_bytes_after_the_end_are_refused() -> None:
    with pytest.raises(runfolio.DownloadError, match="broke off"):
        read(WHOLE, b"more").check()


def test_what_is_no_arrow_is_refused_at_once() -> None:
    with pytest.raises(runfolio.DownloadError, match="no table in Arrow's format"):
        read(b"<html>Sign in</html>")
    for at in range(8, 200):
        # Whatever a byte of the first message's metadata is turned into, it is read or refused.
        broken = bytearray(WHOLE)
        broken[at] ^= 0xFF
        with suppress(runfolio.DownloadError):
            read(bytes(broken)).check()


class Breaking(httpx.SyncByteStream):
    """Bytes, and then a lost connection."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __iter__(self) -> Iterator[bytes]:
        yield self._data
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


def test_a_lost_connection_begins_again_from_the_start() -> None:
    answers = [
        httpx.Response(503, headers={"Retry-After": "0"}),
        httpx.Response(200, stream=Breaking(WHOLE[:-200])),
        httpx.Response(200, content=WHOLE),
    ]
    asked: list[httpx.Request] = []

    def wire(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answers.pop(0)

    with Api("http://server.example.org", "secret", transport=httpx.MockTransport(wire)) as api:
        runs = api.runs("acme/a b", {"state": "finished"}, order="-name")
        table = runs.histories(["loss", "a&b"], samples=5, min_step=0, first=3).to_polars()

    assert [1.5, 2.5, 3.5] == table["loss"].to_list()
    assert 3 == len(asked)
    assert "/export/acme/a%20b/history.arrow" == asked[2].url.raw_path.decode().partition("?")[0]
    assert [
        ("keys", "loss"),
        ("keys", "a&b"),
        ("samples", "5"),
        ("min_step", "0"),
        ("x_axis", "_step"),
        ("stream", "history"),
        ("filters", '{"state":"finished"}'),
        ("order", "-name"),
        ("first", "3"),
    ] == asked[2].url.params.multi_items()
    assert "Bearer secret" == asked[2].headers["Authorization"]


def test_a_connection_that_is_always_lost_is_an_error_and_no_half_table() -> None:
    def wire(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Breaking(WHOLE[:-200]))

    with (
        Api("http://server.example.org", "secret", timeout=0.5, transport=httpx.MockTransport(wire)) as api,
        pytest.raises(runfolio.UnavailableError, match="peer closed connection"),
    ):
        api.runs("acme/a").histories("loss")


def test_an_answer_that_just_ends_is_an_error() -> None:
    wire = httpx.MockTransport(lambda request: httpx.Response(200, content=WHOLE[:-8]))
    with (
        Api("http://server.example.org", "secret", transport=wire) as api,
        pytest.raises(runfolio.DownloadError, match=r"history.arrow broke off after 3 rows"),
    ):
        api.runs("acme/a").histories("loss")


@pytest.mark.parametrize(
    ("library", "method", "extra"),
    [
        ("polars", "to_polars", "polars"),
        ("pyarrow", "to_arrow", "arrow"),
        ("pyarrow", "to_pandas", "pandas"),
        ("pandas", "to_pandas", "pandas"),
    ],
)
def test_without_a_library_one_sentence_names_its_extra(
    library: str, method: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    table = HistoryTable(read(WHOLE))

    with pytest.raises(runfolio.MissingExtraError, match=rf"pip install 'runfolio\[{extra}\]'"):
        getattr(table, method)()
    assert "<HistoryTable of 3 rows: _step, loss, text, flag, run_id, time>" == repr(table)


def test_a_frame_of_pandas_can_be_changed_and_the_table_stays() -> None:
    table = HistoryTable(read(stream_of([1.5, 2.5])))
    frame = table.to_pandas()

    for name, value in (("loss", 9.0), ("_step", 7), ("text", "y"), ("run_id", "s"), ("flag", True)):
        frame.loc[0, name] = value

    assert [7, 9.0, "y", True, "s"] == frame.iloc[0].tolist()[:5]
    assert [1.5, 2.5] == table.to_pandas()["loss"].tolist()


def test_polars_does_without_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    assert [1.5, 2.5, 3.5] == HistoryTable(read(WHOLE)).to_polars()["loss"].to_list()


class CutOff:
    """A server whose process fails in the middle of some exports of history."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.times = 0
        self.asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_export = scope["type"] == "http" and scope["path"].endswith("history.arrow")
        self.asked += is_export

        async def send_some(message: Message) -> None:
            # What has begun does not end.
            if is_export and self.asked <= self.times and message["type"] == "http.response.body":
                if not message.get("more_body"):
                    raise ConnectionAbortedError("cut off by the test")
                await send({**message, "body": message["body"][:1000]})
            else:
                await send(message)

        await self._app(scope, receive, send_some)


@pytest.mark.usefixtures("anyio_backend")
def test_a_server_that_fails_in_the_middle_is_asked_again_or_told_of(database_url: str, tmp_path: Path) -> None:
    found: list[CutOff] = []

    def wrap(app: ASGIApp) -> ASGIApp:
        found.append(CutOff(app))
        return found[0]

    with run_live_server(database_url, tmp_path, wrap) as server, Api(server.base_url, server.api_key) as api:
        rows = [{"_step": step, "loss": step / 7} for step in range(5000)]
        run = api.run(Logger(server, "cut").run("r", rows=rows))

        found[0].times = 1
        whole = run.history_table("loss").to_pandas()
        attempts = found[0].asked
        found[0].times = 1000

        assert [row["loss"] for row in rows] == whole["loss"].tolist()
        assert 2 == attempts
        with pytest.raises(runfolio.UnavailableError, match="without sending complete message body"):
            run.history_table("loss")
