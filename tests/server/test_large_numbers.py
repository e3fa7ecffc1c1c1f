"""Numbers beyond 64 bits, near the ends of float64 and infinite ones: they count the same wherever a row lies."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from runfolio_server.history.reading import old_ranges
from tests.history_service import compact_some, log_rows
from tests.service import Answer, Service

INTEGERS: dict[str, list[Any]] = {
    "c": [2**64, 1, 7.5],
    "f": [2**64, 2**65, 3 * 2**64],
    "odd": [2**64 + 1, -(2**63) - 1, 3],
    "huge": [10**40, -(10**40), 10**20],
    "mixed": ["text", 10**40, 10**400],
}
TOLD = """query($r: String!) { project(name: "p") { run(name: $r) {
  %s
  metricKeys { name kind count low high }
  historyColumns(keys: ["c", "f", "odd", "huge", "mixed"]) { steps values }
  overHuge: historyColumns(keys: ["c"], xAxis: "huge") { steps values }
  few: historySample(keys: ["odd"], samples: 4)
}
runGroups(by: ["name"], filters: $filters, first: 1) { groups { %s } } } }""".replace(
    "query($r: String!)", "query($r: String!, $filters: JSONString)"
)
NUMBERS = "count min max mean argmin argmax last"


async def told(service: Service, run: str) -> Any:
    """All that counts numbers, of a run."""
    metrics = " ".join(f'm_{key}: metric(key: "{key}") {{ {NUMBERS} }}' for key in INTEGERS)
    curves = " ".join(f'c_{key}: history(key: "{key}", samples: 2) {{ x mean std min max count }}' for key in INTEGERS)
    answer: Answer = await service.graphql(TOLD % (metrics, curves), r=run, filters=json.dumps({"name": run}))
    return answer.data["project"]


async def test_integers_beyond_64_bits_count_the_same_before_and_after_compaction(service: Service) -> None:
    rows = [{"_step": step, **{key: values[step % 3] for key, values in INTEGERS.items()}} for step in range(9)]
    await service.start_run("large")
    await log_rows(service, "ada/p/large", rows)

    live = await told(service, "large")
    await compact_some(service.database)
    compacted = await told(service, "large")

    assert live == compacted
    assert rows == [json.loads(row) for row in await service.rows("p", "large")]
    run = live["run"]
    assert {"count": 9, "min": 1, "max": 2.0**64, "argmin": 1, "argmax": 0, "last": "7.5"} == {
        name: value for name, value in run["m_c"].items() if name != "mean"
    }
    assert (9, 2.0**64, 3 * 2.0**64, 2.0**65) == tuple(run["m_f"][name] for name in ("count", "min", "max", "mean"))
    assert (9, -1e40, 1e40) == tuple(run["m_huge"][name] for name in ("count", "min", "max"))
    # Beyond float64 there is no finite number that it could count as.
    assert (3, 1e40, str(10**400)) == tuple(run["m_mixed"][name] for name in ("count", "max", "last"))
    assert [values * 3 for values in INTEGERS.values()] == run["historyColumns"]["values"]
    assert list(range(9)) == run["overHuge"]["steps"]
    assert [
        ("c", "number", 9, 1, 2.0**64),
        ("f", "number", 9, 2.0**64, 3 * 2.0**64),
        ("huge", "number", 9, -1e40, 1e40),
        ("mixed", "mixed", 9, 1e40, 1e40),
        ("odd", "number", 9, -(2.0**63), 2.0**64),
    ] == [tuple(key.values()) for key in run["metricKeys"] if key["name"] != "_step"]
    (curves,) = live["runGroups"]["groups"]
    assert [1e40 / 4, -1e40 / 5] == pytest.approx(curves["c_huge"]["mean"])


async def test_the_mean_of_the_greatest_numbers_is_a_number(service: Service) -> None:
    await service.start_run("great")
    rows = [{"_step": step, "v": 1e308, "w": (-1) ** step * 1.7e308} for step in range(4)]
    await log_rows(service, "ada/p/great", rows[:2])
    await compact_some(service.database)
    await log_rows(service, "ada/p/great", rows[2:], offset=2)
    query = """{ project(name: "p") { run(name: "great") {
      v: metric(key: "v") { mean } w: metric(key: "w") { mean } } } }"""

    found = (await service.graphql(query)).data["project"]["run"]

    assert {"v": {"mean": 1e308}, "w": {"mean": 0}} == found


async def test_a_curve_of_the_greatest_numbers_has_a_mean_and_a_band(service: Service) -> None:
    for number, value in enumerate((1.6e308, -1.6e308, 1.6e308, 0.0)):
        await service.start_run(f"edge-{number}", "edges")
        rows = [{"_step": step, "v": value if step else 0.1 * number} for step in range(5)]
        await log_rows(service, f"ada/edges/edge-{number}", rows)
    query = """{ project(name: "edges") { runGroups(by: ["project"]) { groups {
      history(key: "v", samples: 2) { mean std min max count } } } } }"""

    (group,) = (await service.graphql(query)).data["project"]["runGroups"]["groups"]

    curve = group["history"]
    assert [4, 4] == curve["count"]
    assert 0.4e308 == pytest.approx(curve["mean"][1])
    assert math.sqrt((1.2**2 * 2 + 2**2 + 0.4**2) / 3) * 1e308 == pytest.approx(curve["std"][1])
    assert (-1.6e308, 1.6e308) == (curve["min"][1], curve["max"][1])


# What an older release stored: the least and the greatest number, whatever it was.
STORE_AS_OF_OLD = """
UPDATE history_chunk SET low = '-infinity' WHERE key = 'v' AND low < 3;
UPDATE history_chunk SET high = 'infinity' WHERE key = 'v' AND high < 4;
UPDATE history_chunk SET low = 'infinity', high = 'infinity' WHERE key = 'i';
UPDATE history_chunk SET low = '-infinity', high = 'infinity' WHERE key = 'big'
"""


@pytest.mark.parametrize("compacted", [False, True])
async def test_the_range_of_a_key_is_that_of_its_finite_numbers(service: Service, compacted: bool) -> None:
    run = f"range-{compacted}"
    await service.start_run(run)
    values = [1, math.inf, 3, -math.inf, 2, math.nan]
    await log_rows(service, f"ada/p/{run}", [{"_step": step, "v": v, "i": math.inf} for step, v in enumerate(values)])
    if compacted:
        await compact_some(service.database)
    query = """query($r: String!) { project(name: "p") { run(name: $r) {
      metricKeys { name kind count low high } metric(key: "v") { count min max argmin argmax } } } }"""

    found = (await service.graphql(query, r=run)).data["project"]["run"]

    keys = {key.pop("name"): key for key in found["metricKeys"]}
    assert {"kind": "number", "count": 6, "low": 1, "high": 3} == keys["v"]
    assert {"kind": "number", "count": 6, "low": None, "high": None} == keys["i"]
    assert {"count": 3, "min": 1, "max": 3, "argmin": 0, "argmax": 2} == found["metric"]


@pytest.mark.parametrize("per_statement", [1, 32])
async def test_a_range_that_an_older_release_stored_with_an_infinity_is_found_in_its_values(
    service: Service, monkeypatch: pytest.MonkeyPatch, per_statement: int
) -> None:
    monkeypatch.setattr(old_ranges, "CHUNKS_PER_STATEMENT", per_statement)
    run = f"old-{per_statement}"
    await service.start_run(run)
    numbers: list[Any] = [-math.inf, 1, math.inf, 3, -math.inf, 2, math.nan, 7]
    # A chunk for each two rows.
    for first in range(0, 8, 2):
        rows = [
            {"_step": step, "v": numbers[step], "i": math.inf, "big": (-1) ** step * 10**400 if step < 2 else 2**70}
            for step in range(first, first + 2)
        ]
        await log_rows(service, f"ada/p/{run}", rows, offset=first)
        await compact_some(service.database)
    async with service.database.connection() as connection:
        chunks = await connection._raw.fetchval("SELECT count(*) FROM history_chunk WHERE key = 'v' AND n < 8")
        await connection.script(STORE_AS_OF_OLD)
    query = 'query($r: String!) { project(name: "p") { run(name: $r) { metricKeys { name count low high } } } }'

    found = (await service.graphql(query, r=run)).data["project"]["run"]

    assert chunks
    assert [
        {"name": "_step", "count": 8, "low": 0, "high": 7},
        {"name": "big", "count": 8, "low": 2.0**70, "high": 2.0**70},
        {"name": "i", "count": 8, "low": None, "high": None},
        {"name": "v", "count": 8, "low": 1, "high": 7},
    ] == found["metricKeys"]
