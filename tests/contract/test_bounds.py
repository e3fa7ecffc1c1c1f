"""The table "Bounds" of api/README.md has every bound of the server with its value, and none that is not there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module, resources
from pathlib import Path
from typing import Any

import pytest

from runfolio_server.domain.run_attributes import RUN_ATTRIBUTES
from runfolio_server.settings import SETTINGS

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "api" / "runfolio_server"
ROW_FORM = "| what | at most | what happens beyond | `setting` or – | `file.py: CONSTANT` or – |"
# A name that says so of itself; whatever else is in the table must be there, too.
BOUND = re.compile(r"(?:^|_)(?:(?:MAX|MAXIMUM|LIMIT|BUDGET|TIMEOUT|DEADLINE)(?:_|$)|SHARE$)")
SIZES = {"": 1, "s": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")

# What has such a name and bounds nothing that a caller sends or gets: the reason, and whose it is.
NO_BOUNDS = {
    "it chooses how a thing is done; what comes out is the same": (
        "domain/document_columns.py: CELLS_MAX",
        "filters/limits.py: KEY_MAX_PATHS",
        "filters/sql/compile.py: CONTAINMENTS_MAX",
        "filters/sql/index_sql.py: FIELD_MAX_BYTES",
        "filters/sql/json_where.py: _CONTAINMENT_MAX_VALUES",
        "filters/sql/json_where.py: _SCANNED_MAX_VALUES",
        "graph/execution/selection_compiler.py: FIELDS_MAX",
        "history/reading/arrow.py: ROW_GROUP_ROWS_MAX",
        "history/reading/thinning.py: STRETCHES_MAXIMUM",
        "history/storage/key_columns.py: DEPTH_MAXIMUM",
        "history/storage/key_columns.py: LEAVES_MAXIMUM",
        "ingest/compact.py: MERGED_BYTES_MAXIMUM",
        "ingest/compact.py: MERGED_VALUES_MAXIMUM",
        "ingest/compact.py: SEGMENT_BYTES_MAXIMUM",
        "ingest/repeats.py: PARTS_MAX",
        "ingest/stored_block.py: CHUNKS_MAXIMUM",
        "ingest/stored_block.py: SEGMENT_BYTES_MAXIMUM",
        "sql/run_lists/by_creation.py: WALK_MAX_RUNS",
        "sql/run_lists/by_creation.py: WALK_MAX_RUNS_BESIDE_INDEX",
        "sql/run_lists/by_index.py: WALK_MAX_RUNS",
        "sql/run_lists/by_index.py: WALK_SHARE",
        "sql/run_lists/long_columns.py: LONG_BYTES_AT_ONCE_MAX",
        "sql/slow_readers.py: KEPT_MAX",
    ),
    "it is the range of a type, or a number of an operating system or a format": (
        "actions/artifacts/making.py: STEP_MAX",
        "allocator.py: M_ARENA_MAX",
        "domain/artifact_names.py: _VERSION_MAX",
        "domain/manifest.py: SIZE_MAX",
        "ingest/parse.py: GZIP_RATIO_MAX",
        "embedded/sockets.py: SOCKET_PATH_MAX_BYTES",
        "filters/language/list_query.py: NO_LIMIT",
        "filters/language/operands.py: _NUMBER_LIMIT",
        "filters/sql/json_sql.py: _LIMIT",
        "filters/sql/value_sql.py: FLOAT64_MAX",
        "graph/relay/scalars.py: INT64_MAX",
        "history/reading/parquet.py: EXACT_FLOAT_LIMIT",
        "history/reading/parquet.py: INTEGER_LIMIT",
    ),
    "it is about processes of this machine and their pace, not about requests": (
        "embedded/cluster.py: INITDB_TIMEOUT_S",
        "embedded/database_user.py: COMMAND_TIMEOUT_S",
        "embedded/postgres.py: LOG_MAX_BYTES",
        "embedded/postgres.py: ORPHAN_TIMEOUT_S",
        "embedded/postgres.py: READY_TIMEOUT_S",
        "embedded/postmaster.py: PS_TIMEOUT_S",
        "events/reader.py: PAGE_MAX",
        "webhooks/waiting.py: COUNTED_MAX",
        "events/sweep.py: OTHERS_KEPT_MAX",
        "sql/events/notifications.py: TIMEOUT_S",
        "sql/run_lists/indexes.py: PENDING_MAX_ORDERS",
        "seldom.py: KINDS_MAX",
        "worker/crash_detection.py: INTERVAL_SHARE",
        "worker/crash_detection.py: INTERVAL_S_MAX",
        "worker/index_upkeep.py: BUILD_TIMEOUT_S",
        "worker/index_upkeep.py: CONNECT_TIMEOUT_S",
        "worker/index_upkeep.py: ORDERS_PER_PROJECT_MAX",
    ),
    "it is how much of the caller's input an error shows": (
        "filters/error_excerpt.py: NAME_MAX_CHARACTERS",
        "filters/error_excerpt.py: VALUE_MAX_CHARACTERS",
    ),
    "what a cost counts at most, because each list refuses more": ("graph/limits/cost.py: PAGE_SIZE_MAX",),
    "keys of objects are made by the server": ("objects/store.py: KEY_LENGTH_MAX",),
}
NO_BOUND_SETTINGS = {
    "log_format": "a form",
    "access_log": "a switch",
    "host": "an address",
    "port": "an address",
    "data_dir": "a place",
    "database_url": "a place",
    "direct_database_url": "a place",
    "base_url": "an address",
    "deleted_kept_days": "it is told by what is deleted, and nothing is refused",
    "trusted_proxies": "addresses",
    "cors_origins": "origins",
    "webhook_url": "an address",
    "webhook_secret": "a secret",
    "webhook_networks": "addresses",
    "object_store": "a place",
    "objects_url": "an address",
    "storage_regions": "names",
    "store_download_bytes": "from where on downloads go another way; nothing is refused",
    "processes": "how many share the work; nothing is refused",
    "heartbeat_timeout_s": "a silence that means something; nothing is refused",
}
# Numbers in functions of the database that are none: what they are.
NO_BOUNDS_OF_FUNCTIONS = {254: "an exit code"}


@dataclass(frozen=True)
class Row:
    """One row of the table; `settings` and `constants` are names, mostly one of either."""

    what: str
    most: float
    beyond: str
    settings: list[str]
    constants: list[str]


def _number(text: str) -> float:
    """What a cell says: `10,000`, `64 KiB`, `30 s`, `2⁵³`."""
    found = re.fullmatch(r"(?:2([⁰¹²³⁴⁵⁶⁷⁸⁹]+)|([\d,]+(?:\.\d+)?))(?: (s|KiB|MiB|GiB))?", text)
    assert found, f"{text!r} is no bound; allowed: a number such as 10,000, 64 KiB, 30 s or 2⁵³"
    number = 2 ** int(found[1].translate(SUPERSCRIPTS)) if found[1] else float(found[2].replace(",", ""))
    return number * SIZES[found[3] or ""]


def _rows() -> list[Row]:
    section = (ROOT / "api/README.md").read_text(encoding="utf-8").partition("\n## Bounds\n")[2].partition("\n## ")[0]
    lines = [
        line for line in section.splitlines() if line.startswith("| ") and not line.startswith(("| What |", "| **"))
    ]
    cells = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]
    assert all(len(row) == 5 for row in cells), f"a row is {ROW_FORM}"
    names = [[re.findall("`([^`]+)`", cell) for cell in row[3:]] for row in cells]
    return [
        Row(what, _number(most), beyond, *named) for (what, most, beyond, *_), named in zip(cells, names, strict=True)
    ]


ROWS = _rows()


def _constants_of_files() -> Iterator[tuple[str, tuple[str, str]]]:
    """Every constant of the server by `file.py: NAME`: its module and its name; a class's has its class before it."""
    for path in sorted(SERVER.rglob("*.py")):
        file = path.relative_to(SERVER)
        module = ".".join(("runfolio_server", *file.with_suffix("").parts)).removesuffix(".__init__")
        bodies = [("", ast.parse(path.read_text(encoding="utf-8")).body)]
        bodies += [(f"{node.name}.", node.body) for node in bodies[0][1] if isinstance(node, ast.ClassDef)]
        for owner, body in bodies:
            for node in body:
                targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
                for target in targets:
                    # A member of enumerations that asks for the greatest value is no bound.
                    if isinstance(target, ast.Name) and target.id.isupper() and target.id != "MAXIMUM":
                        yield f"{file.as_posix()}: {owner}{target.id}", (module, f"{owner}{target.id}")


CONSTANTS = dict(_constants_of_files())
OF_ATTRIBUTES: dict[str, float] = {
    f"run_attributes.py: {attribute.field}.{bound}": value
    for attribute in RUN_ATTRIBUTES
    for bound in ("characters_max", "items_max")
    if (value := getattr(attribute, bound)) is not None
}


def _plain_sql(text: str) -> str:
    return re.sub(r"'[^']*'", "''", re.sub(r"--.*", "", text))


def _of_database() -> dict[str, float]:
    """Bounds that functions of the database name, and those of the schema's checks."""
    schema = resources.files("runfolio_schema")
    found: dict[str, float] = {}
    for file in schema.joinpath("functions").iterdir():
        for name, value in re.findall(r"(\w+_max) CONSTANT \w+ := (\d+)", file.read_text(encoding="utf-8")):
            found[f"{file.name}: {name}"] = int(value)
    for line in schema.joinpath("tables.sql").read_text(encoding="utf-8").splitlines():
        check = re.search(r"CONSTRAINT (\w+) CHECK \((.*)", _plain_sql(line))
        numbers = re.findall(r"\b\d{2,}\b", check[2]) if check else []
        if check and numbers:
            found[f"tables.sql: {check[1]}"] = int(numbers[-1])
    return found


OF_DATABASE = _of_database()


def _value(constant: str) -> float:
    if constant in OF_ATTRIBUTES:
        return OF_ATTRIBUTES[constant]
    if constant in OF_DATABASE:
        return OF_DATABASE[constant]
    if constant not in CONSTANTS:
        pytest.fail(f"{constant} is not in the code: change its row under ## Bounds in api/README.md, or remove it")
    module, name = CONSTANTS[constant]
    found: Any = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return float(found)


@pytest.mark.parametrize("row", [pytest.param(row, id=row.what) for row in ROWS])
def test_a_row_has_the_value_of_its_constant_and_its_setting(row: Row) -> None:
    defaults = {setting.name: setting.default for setting in SETTINGS}
    of_settings = {name: float(defaults[name]) for name in row.settings}
    of_code = {name: _value(name) for name in row.constants}

    assert of_settings or of_code, f"a row names a setting or a constant: {ROW_FORM}"
    assert dict.fromkeys(of_settings | of_code, row.most) == of_settings | of_code
    assert row.beyond


def test_every_bound_in_the_code_is_in_the_table() -> None:
    told = {name for row in ROWS for name in row.constants}
    no_bounds = {name for names in NO_BOUNDS.values() for name in names}
    bounds = {name for name in CONSTANTS if BOUND.search(re.split(r"\W+", name)[-1])}

    missing = sorted(bounds - told - no_bounds)
    assert not missing, (
        f"the table under ## Bounds in api/README.md lacks {', '.join(missing)}: add under the fitting heading "
        f"{ROW_FORM}, or, where it bounds nothing that a caller sends or gets, the name to NO_BOUNDS of this test"
    )
    assert [] == sorted(no_bounds - bounds), "NO_BOUNDS of this test names what is not in the code any more"
    assert [] == sorted(no_bounds & told), "these are in the table and in NO_BOUNDS"


def test_every_setting_that_bounds_something_is_in_the_table() -> None:
    told = {name for row in ROWS for name in row.settings}

    assert {setting.name for setting in SETTINGS} - NO_BOUND_SETTINGS.keys() == told, (
        f"a setting that bounds something has a row under ## Bounds in api/README.md: {ROW_FORM}; any other stands in "
        "NO_BOUND_SETTINGS of this test"
    )


def test_every_bound_of_attributes_and_of_the_database_is_in_the_table() -> None:
    told = {name for row in ROWS for name in row.constants}

    assert [] == sorted({*OF_ATTRIBUTES, *OF_DATABASE} - told), f"api/README.md, ## Bounds, lacks these: {ROW_FORM}"


def test_a_number_in_a_function_of_the_database_has_a_name() -> None:
    bare = {
        f"{file.name}: {number}"
        for file in resources.files("runfolio_schema").joinpath("functions").iterdir()
        for number in re.findall(
            r"(?<![\w.])\d{2,}\b", re.sub(r"\w+_max CONSTANT .*", "", _plain_sql(file.read_text(encoding="utf-8")))
        )
        if int(number) not in NO_BOUNDS_OF_FUNCTIONS
    }

    assert set() == bare, "name it `v_…_max CONSTANT int := …`, and give it a row under ## Bounds in api/README.md"
