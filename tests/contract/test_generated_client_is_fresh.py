"""The client's models are those of the SDL and the operations; found out offline, by the hashes in their header."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from graphql import build_schema, parse, validate

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def codegen() -> ModuleType:
    """client/codegen.py, which is a script."""
    spec = importlib.util.spec_from_file_location("runfolio_codegen", ROOT / "client" / "codegen.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_generated_client_belongs_to_the_sdl_and_the_operations(codegen: ModuleType) -> None:
    inputs, _ = codegen.hashes_in_header(codegen.GENERATED)

    assert codegen.hash_of_inputs() == inputs, "run: poe codegen"


def test_nobody_edited_the_generated_client(codegen: ModuleType) -> None:
    _, output = codegen.hashes_in_header(codegen.GENERATED)

    assert codegen.hash_of_output(codegen.GENERATED) == output, "run: poe codegen"


def test_each_operation_of_the_client_is_valid_in_the_canonical_schema(codegen: ModuleType) -> None:
    schema = build_schema(codegen.SDL.read_text())

    assert [] == validate(schema, parse(codegen.joined_operations()))
