"""Each cache of the server is bounded by the memory of what it keeps, whatever the size of its entries."""

from __future__ import annotations

import ast
import gc
import tracemalloc
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import strawberry
from graphql import OperationDefinitionNode, parse
from graphql.execution.values import VariableValues

import runfolio_server
from runfolio_server.domain.names import ENTITY_NAME_MAX, PROJECT_NAME_MAX
from runfolio_server.domain.viewer import Viewer
from runfolio_server.filters.run_fields import RUN_FIELDS
from runfolio_server.filters.sql.index_sql import FIELD_NAMES, ORDER_INDEXES, field_name, order_index
from runfolio_server.graph.execution.executor import SHAPES, CompiledExecutor
from runfolio_server.graph.limits.document_cost import PLANS, cost_of
from runfolio_server.graph.limits.known_documents import DOCUMENTS
from runfolio_server.graph.schema import schema
from runfolio_server.remembered import REMEMBERED_MAX, LoggedProject, RememberedAccess
from runfolio_server.sized_cache import ENTRY_BYTES, SizedCache
from tests.unit.executor_schema import SCHEMA, Holder, Item, Owner, Query

# Every document is parsed anew, and nothing but the cache of shapes keeps it.
WITHOUT_CACHES = strawberry.Schema(
    Query, types=[Owner, Item], config=SCHEMA.config, execution_context_class=CompiledExecutor
)
ROOT = Query(
    items=[Item(name="one")], gappy_items=[], named=[], things=[], nested=[], holder=Holder(item=Item(name="other"))
)
# Puts one entry, made of a number and so many parts, into a cache.
Put: TypeAlias = Callable[[int, int], Awaitable[object]]
# What the estimates of size may be wrong by.
TOLERANCE = 1.25


async def _validate(number: int, parts: int) -> None:
    await schema.execute(f'query($v: [Int] = [{" 1" * parts}]) {{ __type(name: "{number}") {{ name }} }}')


async def _plan(number: int, parts: int) -> None:
    aliases = " ".join(f'a{part}: project(name: "{number}") {{ id }}' for part in range(parts))
    document = parse(f"{{ {aliases} }}")
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    cost_of(schema._schema, operation, {}, VariableValues({}, {}))


async def _compile(number: int, parts: int) -> None:
    await WITHOUT_CACHES.execute(f"{{ items {{ a{number}: name {' '.join(['number'] * parts)} }} }}", root_value=ROOT)


async def _name(number: int, parts: int) -> None:
    field = RUN_FIELDS.find("config." + ".".join([f"k{number}"] + ["key"] * (parts - 1)), "filters")
    field_name(field)  # type: ignore[arg-type]


async def _index(number: int, parts: int) -> None:
    order_index(number, "config." + ".".join(["key"] * parts))


CASES: dict[str, tuple[SizedCache[Any, Any], Put, tuple[int, ...]]] = {
    "graph/limits/known_documents.py: DOCUMENTS": (DOCUMENTS, _validate, (1, 90, 600)),
    "graph/limits/document_cost.py: PLANS": (PLANS, _plan, (1, 20)),
    "graph/execution/executor.py: SHAPES": (SHAPES, _compile, (1, 100)),
    "filters/sql/index_sql.py: FIELD_NAMES": (FIELD_NAMES, _name, (1, 5, 30)),
    "filters/sql/index_sql.py: ORDER_INDEXES": (ORDER_INDEXES, _index, (1, 5)),
}
# Caches of another kind, each with the reason why it is bounded.
OTHERS = {
    "client_address.py: lru_cache": "4,096 addresses, and an address is short",
    "sized_cache.py: OrderedDict": "it is the one that bounds",
    "endpoints/explorer.py: cache": "a page for each of two arguments, which the server gives",
    "graph/limits/introspection_cost.py: cache": "one entry for each schema",
}


@pytest.mark.parametrize(
    ("name", "parts"), [pytest.param(name, parts, id=f"{name} {parts}") for name in CASES for parts in CASES[name][2]]
)
async def test_a_cache_keeps_no_more_than_its_bytes(name: str, parts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, put, _ = CASES[name]
    for other, _, _ in CASES.values():
        other.clear()
        # The same rule with less to fill; what others keep of the same entries would be measured too.
        monkeypatch.setattr(other, "bytes_max", cache.bytes_max // 16 if other is cache else 0)
    await put(0, parts)
    cache.clear()
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        puts = 0
        while len(cache) == puts:
            puts += 1
            await put(puts, parts)
        gc.collect()
        used = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
        cache.clear()

    assert puts > 1
    assert used < TOLERANCE * cache.bytes_max


def test_an_entry_that_is_larger_than_all_may_be_is_not_kept() -> None:
    cache: SizedCache[str, str] = SizedCache(10 * ENTRY_BYTES)
    cache.put("small", "x", 1)

    cache.put("large", "x" * 10 * ENTRY_BYTES, 10 * ENTRY_BYTES)

    assert ("x", None) == (cache.get("small"), cache.get("large"))


def test_what_was_used_longest_ago_goes_first() -> None:
    cache: SizedCache[str, str] = SizedCache(2 * ENTRY_BYTES)
    made: list[str] = []

    def make(key: str) -> str:
        made.append(key)
        return key

    for key in ("a", "b", "a", "c", "a", "b"):
        cache.found_or_made(key, lambda key=key: make(key), lambda _: 0)  # type: ignore[misc]

    assert ["a", "b", "c", "b"] == made
    assert 2 * ENTRY_BYTES == cache.bytes


def test_an_entry_that_is_put_again_counts_once() -> None:
    cache: SizedCache[str, str] = SizedCache(10 * ENTRY_BYTES)

    for size in (5, 7):
        cache.put("a", "x", size)

    assert ENTRY_BYTES + 7 == cache.bytes


def test_the_memory_of_what_was_looked_up_is_bounded_by_the_length_of_names() -> None:
    """Keys are names of projects and accounts that are there, so that their number bounds their memory."""
    remembered = RememberedAccess()
    viewer = Viewer(1, 1, "u" * ENTITY_NAME_MAX, None, is_admin=False, created_at=datetime.now(UTC))
    tracemalloc.start()
    try:
        for number in range(REMEMBERED_MAX // 10):
            entity = f"{number:0{ENTITY_NAME_MAX}}"
            name = "\U0001f600" * (PROJECT_NAME_MAX - 4) + entity[-4:]
            remembered.projects.put((number, (0, 1, 1, 1), entity, name), LoggedProject(number, to_all_runs=True))
            remembered.viewers.put(number.to_bytes(32, "big"), viewer)
        used = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()

    assert used < 2**20 * 16 // 10


def _caches_in(path: Path) -> set[str]:
    """What the file has of caches: names that are assigned a SizedCache, and whatever else keeps things."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.AnnAssign | ast.Assign) and isinstance(node.value, ast.Call):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            if isinstance(node.value.func, ast.Name) and node.value.func.id == "SizedCache":
                found.add(ast.unparse(target))
        if isinstance(node, ast.Name) and node.id in ("OrderedDict", "lru_cache", "cache"):
            found.add(node.id)
    return found


def test_every_cache_of_the_server_is_one_of_these() -> None:
    server = Path(runfolio_server.__file__).parent
    found = {
        f"{path.relative_to(server).as_posix()}: {name}" for path in server.rglob("*.py") for name in _caches_in(path)
    }

    assert CASES.keys() | OTHERS.keys() == found
