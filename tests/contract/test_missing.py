"""What the answers of the server call missing is missing, and both READMEs tell of it."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest
from graphql import GraphQLObjectType, build_schema

from runfolio_server.graph.schema import schema
from runfolio_server.graph.wandb.missing import MISSING

SERVED = build_schema(resources.files("runfolio_schema").joinpath("served.graphql").read_text(encoding="utf-8"))
README = (Path(__file__).parents[2] / "api" / "runfolio_server" / "graph" / "wandb" / "README.md").read_text("utf-8")


def test_no_field_of_the_table_is_served() -> None:
    for type_name, field in MISSING:
        found = SERVED.get_type(type_name)
        assert isinstance(found, GraphQLObjectType), type_name
        assert field not in found.fields


def test_the_readme_has_a_row_for_every_feature_and_no_other() -> None:
    section = README.partition("\n## Not yet")[2]
    rows = dict(re.findall(r"^\| ([^|`]+) \| (`.+`) \|$", section, re.MULTILINE))

    assert {*MISSING.values()} == {*rows}
    for (type_name, field), feature in MISSING.items():
        assert (f"`{field}`" if type_name == "Mutation" else f"`{type_name}.{field}`") in rows[feature]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            "mutation($i: UpsertSweepInput!) { upsertSweep(input: $i) { sweep { id } } }",
            "This server has no sweeps yet: it does not know `Mutation.upsertSweep`.",
        ),
        (
            '{ viewer { nope } project(name: "p") { sweep(sweepName: "a") { ...F } } } fragment F on Sweep { size }',
            "This server has no sweeps yet: it does not know `Sweep.size`.",
        ),
    ],
)
async def test_it_is_the_one_error_of_the_document(document: str, message: str) -> None:
    # Twice: what was refused once is remembered.
    for _ in range(2):
        errors = (await schema.execute(document)).errors or []

        assert [(message, {"code": "NOT_YET"})] == [(error.message, error.extensions) for error in errors]


async def test_other_mistakes_are_told_with_the_names_that_are_alike() -> None:
    errors = (await schema.execute("mutation { upsertBuckets { inserted } }")).errors or []

    assert ["Cannot query field 'upsertBuckets' on type 'Mutation'. Did you mean 'upsertBucket' or 'upsertModel'?"] == [
        error.message for error in errors
    ]
