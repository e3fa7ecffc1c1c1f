"""What a process tells of itself is in one table; GraphQL, the client and api/README.md have the same."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from graphql import GraphQLInputObjectType, GraphQLObjectType

from runfolio import RunOverview
from runfolio_server.domain.run_environment import ENVIRONMENT_KEYS
from runfolio_server.filters.language.field_table import camel_case
from runfolio_server.graph.schema import schema

TYPES = {str: "String", int: "Int64"}
README = (Path(__file__).parents[2] / "api" / "README.md").read_text(encoding="utf-8")


def test_graphql_has_each_key_in_what_is_read_and_in_what_is_sent() -> None:
    wanted = {camel_case(key.name): TYPES[key.kind] for key in ENVIRONMENT_KEYS}

    for name in ("RunEnvironment", "RunEnvironmentInput"):
        found = schema._schema.type_map[name]
        assert isinstance(found, GraphQLObjectType | GraphQLInputObjectType)
        assert wanted == {field: str(of.type) for field, of in found.fields.items()}


def test_the_client_shows_each_key() -> None:
    assert {key.name for key in ENVIRONMENT_KEYS} <= {field.name for field in fields(RunOverview)}


def test_the_readme_has_a_row_for_each_key() -> None:
    table = README.partition("\n### The overview of a run\n")[2].partition("\n#")[0]
    rows = re.findall(
        r"^\| .* \| `environment\.(\w+)` \| `environment\.(\w+)` \| `overview\(\)\.(\w+)` \|", table, re.M
    )

    assert [(camel_case(key.name), key.name, key.name) for key in ENVIRONMENT_KEYS] == rows
