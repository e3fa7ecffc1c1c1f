"""Keys and values that no table expects come out of exports, each under a name of its own and as it was logged."""

from __future__ import annotations

import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet
import pytest

from runfolio_server.errors import AppError
from runfolio_server.history.reading.arrow import ArrowStream, Layout, column_name
from runfolio_server.history.reading.column_types import ColumnKind
from runfolio_server.history.reading.parquet import NotRepresentable, rows_to_parquet
from tests.history_service import compact_some
from tests.service import Service

# As they are logged, and as the columns are called in the export of a run; a key inside an object is told with dots.
NAMES = {
    "": "",
    "\0": "\\u0000",
    "a\0b": "a\\u0000b_",
    "a\\u0000b": "a\\u0000b",
    "a\\u0000b__": "a\\u0000b__",
    "a\ud800b": "a\\ud800b",
    "\udfff": "\\udfff_",
    "\\udfff": "\\udfff",
    "_step_": "_step_",
    "run_id": "run_id",
    "run_id_": "run_id_",
    "a.b": "a.b",
    "\n": "\n",
    "\u202e": "\u202e",
    "\U0010ffff": "\U0010ffff",
    "\ufffe\x7f\x80": "\ufffe\x7f\x80",
    "`'\"": "`'\"",
    "a": "a",
    "A": "A",
    "x" * 1990: "x" * 1990,
    "schema": "schema",
}
VALUES: list[Any] = [
    7, -(2**63), 2**63 - 1, 2**63, 2**64, 10**300, 10**400, -(10**400), 0.5, 1e308, float("inf"), float("nan"), -0.0,
    True, False, None, "", "a\0b", "\0", "\ud800", "x\udfffy", "x" * 100_000, "\U0010ffff", [],
    [[1, "\0"], {"\ud800": None}], {}, {"_type": "t", "\0": "\ud800"},
]  # fmt: skip


async def _export(service: Service, path: str, **query: Any) -> pa.Table:
    response = await service.http.get(f"/export/{path}", params=query, headers=service.headers("ada"))
    assert 200 == response.status_code, response.text
    if path.endswith(".parquet"):
        return pyarrow.parquet.read_table(io.BytesIO(response.content))
    return pa.ipc.open_stream(response.content).read_all()


async def _log(service: Service, run: str, rows: list[dict[str, Any]], **more: Any) -> None:
    # In ASCII, because UTF-8 has no lone surrogates.
    content = [json.dumps(row) for row in rows]
    body = json.dumps({"files": {"wandb-history.jsonl": {"offset": 0, "content": content}}, **more})
    answer = await service.stream(f"ada/p/{run}", body.encode())
    assert (200, None) == (answer.status, answer.body.get("rejected"))


@pytest.fixture(scope="module")
async def named(service: Service) -> str:
    """A run with a number under each key, and one more inside an object."""
    await service.start_run("named")
    row = {key: number for number, key in enumerate(NAMES)}
    await _log(service, "named", [{"_step": 0, **row, "deep": {"\0": {"\udfff": 1}}}])
    return "named"


@pytest.mark.parametrize("form", ["arrow", "parquet"])
@pytest.mark.parametrize("is_compacted", [False, True])
async def test_every_key_has_a_column_whose_name_can_be_written(
    service: Service, named: str, form: str, is_compacted: bool
) -> None:
    if is_compacted:
        await compact_some(service.database)

    of_run = await _export(service, f"ada/p/{named}/history.{form}")
    of_project = await _export(service, f"ada/p/history.{form}", ids=named)

    expected = {name: number for number, name in enumerate(NAMES.values())} | {"deep.\\u0000.\\udfff": 1}
    (row,) = of_run.to_pylist()
    assert {"_step": 0, **expected} == row
    assert len(row) == len(of_run.column_names)
    # There a column of this name is before them.
    (row,) = of_project.to_pylist()
    assert "named" == row.pop("run_id")
    expected["run_id__"] = expected.pop("run_id")
    assert {"_step": 0, **expected} == row


@pytest.mark.parametrize("form", ["arrow", "parquet"])
async def test_a_key_may_be_asked_for_by_any_name(service: Service, named: str, form: str) -> None:
    found = await _export(service, f"ada/p/{named}/history.{form}", keys=["a\0b", "\0", "a\\u0000b", "nope\0"])

    numbers = list(NAMES)
    assert {
        "_step": 0,
        "a\\u0000b_": numbers.index("a\0b"),
        "\\u0000": numbers.index("\0"),
        "a\\u0000b": numbers.index("a\\u0000b"),
        "nope\\u0000": None,
    } == found.to_pylist()[0]


def _told(column: pa.ChunkedArray, field: pa.Field) -> list[Any]:
    """The values as they were logged: what is JSON is parsed."""
    is_json = (field.metadata or {}).get(b"runfolio.json") == b"true"
    return [json.loads(value) if is_json and value is not None else value for value in column.to_pylist()]


def _same(one: Any, other: Any) -> bool:
    """Equal as a column of one type can tell: in one of numbers large integers are float64, infinite if need be."""
    if isinstance(other, float) and type(one) in (int, float):
        try:
            one = float(one)
        except OverflowError:
            one = float("inf") if one > 0 else float("-inf")
    return repr(one) == repr(other) or (one == other and type(one) is type(other))


@pytest.mark.parametrize("form", ["arrow", "parquet"])
async def test_every_pair_of_values_shares_a_column(service: Service, form: str) -> None:
    run = f"values-{form}"
    await service.start_run(run)
    pairs = [(one, other) for number, one in enumerate(VALUES) for other in VALUES[number:]]
    # Objects that hold nothing but what is no media are columns of their own keys.
    await _log(
        service, run, [{"_step": step, **{f"v{n}": pair[step] for n, pair in enumerate(pairs)}} for step in (0, 1)]
    )

    for _ in range(2):
        table = await _export(service, f"ada/p/{run}/history.{form}", keys=[f"v{n}" for n in range(len(pairs))])
        for number, pair in enumerate(pairs):
            found = _told(table.column(f"v{number}"), table.schema.field(f"v{number}"))
            assert all(map(_same, pair, found)), (pair, found)
        await compact_some(service.database)


async def test_an_ended_run_of_such_keys_answers_its_live_rows(service: Service) -> None:
    rows: list[dict[str, Any]] = [
        {"a\0b": 1},
        {"\ud800": 1},
        {"m": {"_type": "t", "\0": 1}},
        {"m": {"_type": "\ud800"}},
    ]
    for number, row in enumerate(rows):
        await service.start_run(f"ended-{number}")
        await _log(service, f"ended-{number}", [{"_step": 0, **row}], complete=True, exitcode=0)

        answer = await service.graphql(
            'query($r: String!) { project(name: "p") { run(name: $r) { parquetHistory(liveKeys: []) {'
            " parquetUrls liveData } } } }",
            r=f"ended-{number}",
        )

        history = answer.data["project"]["run"]["parquetHistory"]
        assert [] == history["parquetUrls"]
        assert history["liveData"]


def test_a_panic_of_a_library_is_an_error_that_names_the_column(monkeypatch: pytest.MonkeyPatch) -> None:
    # What is escaped today, so that the library panics as it may at what nobody has thought of.
    monkeypatch.setattr("runfolio_server.history.reading.arrow.column_name", str)
    layout = Layout(None, ColumnKind.INTEGER, ["fine", "a\0b"], [ColumnKind.FLOAT, ColumnKind.FLOAT])

    with pytest.raises(AppError, match="The column a\u2400b cannot be written in this form") as told:
        ArrowStream(layout)

    assert (400, "keys") == (told.value.status, told.value.path)


def test_a_panic_while_files_are_made_refuses_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runfolio_server.history.reading.parquet.column_name", str)

    with pytest.raises(NotRepresentable, match="no file can be written of them"):
        rows_to_parquet([{"_step": 0, "a\0b": 1}])


@pytest.mark.parametrize("key", NAMES)
def test_a_name_is_text_without_what_arrow_cannot_have(key: str) -> None:
    name = column_name(key)

    assert "\0" not in name
    assert name == name.encode().decode()


async def test_runs_as_columns_keep_keys_apart_that_differ_in_what_is_no_unicode(service: Service) -> None:
    keys = ["\ud800", "\ud801", "a\0b", "\\ud800"]
    config = {key: {"value": number} for number, key in enumerate(keys)}
    await service.start_run("apart", "columns", config=json.dumps(config))

    answer = await service.http.get("/export/ada/columns/runs.ndjson", headers=service.headers("ada"))

    columns = json.loads(answer.text.splitlines()[0])["columns"]
    found = {name: values for name, values in columns.items() if name.startswith("config")}
    # A name that is Unicode stays.
    names = ["config.\\ud800_", "config.\\ud801", "config.a\0b", "config.\\ud800"]
    assert {name: [number] for number, name in enumerate(names)} == found
