"""W&B's spellings: each has a row that says who sends it, and stays in the rooms that are theirs."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from graphql import GraphQLObjectType, build_schema
from strawberry.types import get_object_definition

import runfolio_server
from runfolio_server.domain.run_attributes import CHANGEABLE
from runfolio_server.graph.wandb.deprecation import LOOKED_UP
from runfolio_server.graph.wandb.mutation import INPUT_BY_COLUMN, UpsertBucketInput

SERVER = Path(runfolio_server.__file__).parent
WANDB = SERVER / "graph" / "wandb"
SPELLINGS = re.compile(r"wandb|w&b|bucket|modelName|model_name", re.IGNORECASE)
# What the rest of the server may say, and why.
ALLOWED = {
    ("domain/hidden.py", "wandb"): "names of files that are stored, whoever lists them",
    ("domain/manifest.py", "wandb"): "what every digest of an artifact is made of, whoever reckons it",
    ("graph/export.py", "w&b"): "takes the wire names out of the canonical schema",
    ("objects/store.py", "bucket"): "of an object store",
    ("serve/run.py", "wandb"): "tells people which variables the SDK reads",
    ("sql/run_lists/group_bins.py", "bucket"): "likewise",
    ("sql/run_lists/groups.py", "bucket"): "width_bucket, a function of PostgreSQL",
    (
        "domain/document_columns.py",
        "wandb",
    ): "two entries of stored configs, which are there whether or not graph/wandb/ is",
}
MIXIN_IMPORT = re.compile(r"from runfolio_server\.graph\.wandb\.\w+ import [\w, ]+")


def test_every_wire_name_has_a_row_in_the_readme_and_every_row_a_wire_name() -> None:
    served = build_schema(resources.files("runfolio_schema").joinpath("served.graphql").read_text(encoding="utf-8"))
    names = {
        name
        for kind in served.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for field_name, field in kind.fields.items()
        for name, part in [
            (f"{kind.name}.{field_name}", field),
            *((f"{kind.name}.{field_name}({name})", argument) for name, argument in field.args.items()),
        ]
        if part.deprecation_reason is not None
    } | {".".join(names) for names in LOOKED_UP}

    rows = re.findall(
        r"^\| `(\w+\.\w+(?:\(\w+\))?)` \| (.+) \| (.+) \| (.+) \|$", (WANDB / "README.md").read_text(), re.MULTILINE
    )

    assert sorted(names) == sorted(name for name, *_ in rows)
    assert all("`" in operation for _, operation, _, _ in rows), "an operation is named in backquotes"
    assert all(re.fullmatch(r"all|0\.\d+(, 0\.\d+)*", versions) for _, _, versions, _ in rows)


def test_the_spellings_of_the_sdk_stay_where_they_belong() -> None:
    found = set()
    for path in sorted(SERVER.rglob("*")):
        name = path.relative_to(SERVER).as_posix()
        if path.suffix not in (".py", ".sql") or name == "ingest/parse.py" or WANDB in path.parents:
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            # The base classes of canonical types are the one trace that the mixins leave.
            if not (name.startswith("graph/") and MIXIN_IMPORT.search(line)):
                found |= {(name, spelling.lower()) for spelling in SPELLINGS.findall(line)}

    assert set(ALLOWED) == found


def test_the_tables_know_no_spelling_of_the_sdk() -> None:
    schema = resources.files("runfolio_schema")
    files = [schema.joinpath("tables.sql")]
    files += [file for folder in ("migrations", "functions") for file in schema.joinpath(folder).iterdir()]

    assert len(files) > 3
    for file in files:
        assert [] == SPELLINGS.findall(file.read_text(encoding="utf-8")), file.name


def test_what_the_sdk_sends_of_a_run_are_fields_of_its_input_for_columns_that_may_be_changed() -> None:
    fields = {field.python_name for field in get_object_definition(UpsertBucketInput, strict=True).fields}

    assert set(INPUT_BY_COLUMN) <= {attribute.column for attribute in CHANGEABLE}
    assert set(INPUT_BY_COLUMN.values()) <= fields
