"""History as Arrow and Parquet: every value as scan answers it, from the tail and from chunks, in pages of any size."""

from __future__ import annotations

import asyncio
import io
import json
import math
import random
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet
import pytest

from runfolio_server.domain.dotted_key import find, has
from runfolio_server.history.reading import column_types, table
from runfolio_server.history.storage import stored_rows
from tests.history_service import compact_some, log_rows
from tests.service import Service


async def export(
    service: Service, path: str, user: str | None = "ada", **query: Any
) -> tuple[pa.Table, list[pa.RecordBatch]]:
    """The table of an export, and its record batches."""
    response = await service.http.get(f"/export/{path}", params=query, headers=service.headers(user))
    assert 200 == response.status_code, response.text
    if path.endswith(".parquet"):
        found = pyarrow.parquet.read_table(io.BytesIO(response.content))
        return found, found.to_batches()
    batches = list(pa.ipc.open_stream(response.content))
    return pa.ipc.open_stream(response.content).read_all(), batches


def expected(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of a table with these columns, in the order of the rows."""
    return [
        {"_step": row["_step"], **{key: find(row, key) for key in keys}}
        for row in rows
        if any(has(row, key) for key in keys)
    ]


def same(one: Any, other: Any) -> bool:
    """Equal, NaN to NaN, 1 and 1.0 alike: what a column of numbers can tell."""
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return bool(one == other)


def assert_same_rows(wanted: Sequence[Mapping[str, Any]], found: pa.Table) -> None:
    rows = found.to_pylist()
    assert len(wanted) == len(rows)
    for one, other in zip(wanted, rows, strict=True):
        assert list(one) == list(other)
        assert all(same(one[key], other[key]) for key in one), (one, other)


def some_rows(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Rows in which keys are missing here and there, with odd numbers among them."""
    chance = random.Random(seed)
    rows = []
    for step in range(count):
        row: dict[str, Any] = {"_step": step, "loss": chance.random(), "epoch": step // 10}
        if step % 3 == 0:
            row["acc"] = chance.choice([1, 0.5, math.nan, math.inf, -math.inf, -0.0])
        if step % 4 == 0:
            row["nested"] = {"deep": {"x": step / 7}}
        if step % 5 == 0:
            del row["loss"]
        if step % 7 == 0:
            row["note"] = f"at {step}, ä"
        if step % 11 == 0:
            row["is_best"] = step % 2 == 0
        rows.append(row)
    return rows


KEYS = ["acc", "epoch", "is_best", "loss", "nested.deep.x", "note"]


@pytest.mark.parametrize("form", ["arrow", "parquet"])
@pytest.mark.parametrize("compacted", ["nothing", "some", "all"])
async def test_every_value_comes_back_as_scan_answers_it(service: Service, form: str, compacted: str) -> None:
    run = f"values-{form}-{compacted}"
    rows = some_rows(700)
    await service.start_run(run)
    await log_rows(service, f"ada/p/{run}", rows[:400])
    if compacted != "nothing":
        await compact_some(service.database)
    await log_rows(service, f"ada/p/{run}", rows[400:], offset=400)
    if compacted == "all":
        await compact_some(service.database)

    found, _ = await export(service, f"ada/p/{run}/history.{form}", keys=KEYS)
    scanned = [json.loads(text) for text in await service.rows("p", run)]

    assert len(rows) == len(scanned)
    assert_same_rows(expected(scanned, KEYS), found)


async def test_columns_have_the_narrowest_type_that_holds_their_values(service: Service) -> None:
    await service.start_run("types")
    rows = [
        {"_step": 0, "i": 1, "f": 1, "b": True, "s": "x", "m": 1, "big": 2**62 + 1, "huge": 2**70, "null": None},
        {
            "_step": 1,
            "i": 2,
            "f": 0.5,
            "b": False,
            "s": "y",
            "m": "z",
            "big": 3,
            "huge": 1,
            "d": {"_type": "t", "a": 1},
        },
    ]
    await log_rows(service, "ada/p/types", rows)

    found, _ = await export(service, "ada/p/types/history.arrow")

    types = {field.name: str(field.type) for field in found.schema}
    assert {
        "_step": "int64",
        "b": "bool",
        "big": "int64",
        "d": "string",
        "f": "double",
        "huge": "double",
        "i": "int64",
        "m": "string",
        "null": "double",
        "s": "string",
    } == types
    assert ["d", "m"] == sorted(field.name for field in found.schema if field.metadata == {b"runfolio.json": b"true"})
    assert [2**62 + 1, 3] == found["big"].to_pylist()
    assert ["1", '"z"'] == found["m"].to_pylist()
    assert [None, '{"_type":"t","a":1}'] == found["d"].to_pylist()
    assert [float(2**70), 1.0] == found["huge"].to_pylist()


async def test_a_long_export_comes_in_pages_and_is_the_same(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["paged-a", "paged-b", "paged-c"]
    for number, name in enumerate(names):
        await service.start_run(name, "paged")
        rows = some_rows(500, number)
        for first in range(0, 500, 100):
            await log_rows(service, f"ada/paged/{name}", rows[first : first + 100], offset=first)
            if number < 2:
                await compact_some(service.database)
    whole, _ = await export(service, "ada/paged/history.arrow", keys=KEYS, ids=names)

    # Read by many small statements, held in memory never.
    monkeypatch.setattr(table.read_tables, "__kwdefaults__", {"page_bytes": 3000.0})
    monkeypatch.setattr(column_types.read_typed_tables, "__kwdefaults__", {"held_bytes": 0})
    paged, batches = await export(service, "ada/paged/history.arrow", keys=KEYS, ids=names)
    parquet, _ = await export(service, "ada/paged/history.parquet", keys=KEYS, ids=names)

    assert len(batches) > 10
    assert str(whole.schema) == str(paged.schema)
    assert str(whole.to_pylist()) == str(paged.to_pylist()) == str(parquet.to_pylist())
    assert [name for name in names for row in expected(some_rows(500), KEYS)] == whole["run_id"].to_pylist()


async def test_a_range_of_steps_leaves_out_its_end(service: Service) -> None:
    await service.start_run("range")
    await log_rows(service, "ada/p/range", some_rows(300))
    await compact_some(service.database)

    found, _ = await export(service, "ada/p/range/history.arrow", keys="epoch", min_step=100, max_step=110)

    assert list(range(100, 110)) == found["_step"].to_pylist()


async def test_a_sample_has_so_many_rows_of_each_run_with_its_extremes(service: Service) -> None:
    for name in ("sampled-a", "sampled-b"):
        await service.start_run(name, "sampled")
        await log_rows(service, f"ada/sampled/{name}", [{"_step": step, "y": math.sin(step)} for step in range(1000)])
    await service.log("ada/sampled/sampled-b", 1000, ['{"_step":1000,"y":77}'])

    found, _ = await export(service, "ada/sampled/history.arrow", keys="y", samples=50)

    counts = {name: found["run_id"].to_pylist().count(name) for name in ("sampled-a", "sampled-b")}
    assert {"sampled-a": 50, "sampled-b": 50} == counts
    assert 77 == max(found["y"].to_pylist())


async def test_runs_are_chosen_by_filters_order_and_first(service: Service) -> None:
    for number in range(4):
        await service.start_run(f"chosen-{number}", "chosen", config=json.dumps({"n": {"value": number}}))
        await log_rows(service, f"ada/chosen/chosen-{number}", [{"_step": 0, "y": number}])

    found, _ = await export(
        service, "ada/chosen/history.arrow", keys="y", filters='{"config.n": {"$gt": 0}}', order="-config.n", first=2
    )

    assert ["chosen-3", "chosen-2"] == found["run_id"].to_pylist()
    assert [3, 2] == found["y"].to_pylist()


async def test_named_runs_come_in_the_order_of_their_names(service: Service) -> None:
    for name in ("n1", "n2", "n3"):
        await service.start_run(name, "named")
        await log_rows(service, f"ada/named/{name}", [{"_step": 0, "y": 1}])

    found, _ = await export(service, "ada/named/history.arrow", keys="y", ids=["n3", "n1", "n3"])

    assert ["n3", "n1"] == found["run_id"].to_pylist()
    assert "dictionary<values=string, indices=int32, ordered=0>" == str(found.schema.field("run_id").type)


async def test_system_metrics_are_a_stream_of_their_own(service: Service) -> None:
    await service.start_run("system")
    lines = [json.dumps({"_runtime": second, "system.cpu": second / 2}) for second in range(5)]
    await service.stream("ada/p/system", {"files": {"wandb-events.jsonl": {"offset": 0, "content": lines}}})

    found, _ = await export(service, "ada/p/system/history.arrow", keys="system.cpu", stream="system")

    assert [0.0, 0.5, 1.0, 1.5, 2.0] == found["system.cpu"].to_pylist()


async def test_a_run_without_rows_is_an_empty_table(service: Service) -> None:
    await service.start_run("empty")

    for form in ("arrow", "parquet"):
        found, _ = await export(service, f"ada/p/empty/history.{form}", keys="loss")
        assert (0, ["_step", "loss"]) == (found.num_rows, found.schema.names)


async def test_a_key_named_like_a_column_is_told_apart(service: Service) -> None:
    await service.start_run("clash", "clash")
    await log_rows(service, "ada/clash/clash", [{"_step": 3, "run_id": "mine", "a\ud800": 1}])

    found, _ = await export(service, "ada/clash/history.arrow")

    assert [{"run_id": "clash", "_step": 3, "a\\ud800": 1, "run_id_": "mine"}] == found.to_pylist()


async def test_many_parquet_files_at_once_do_not_wait_for_each_other_for_ever(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.start_run("busy")
    await log_rows(service, "ada/p/busy", some_rows(300))
    # Every page is decoded in a thread, while as many threads write.
    monkeypatch.setattr(stored_rows, "HEAVY_BYTES", 0)
    monkeypatch.setattr(column_types.read_typed_tables, "__kwdefaults__", {"held_bytes": 0})

    async with asyncio.timeout(60):
        found = await asyncio.gather(*(export(service, "ada/p/busy/history.parquet", keys="epoch") for _ in range(40)))

    assert {300} == {one.num_rows for one, _ in found}
