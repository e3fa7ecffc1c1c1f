"""`__all__` is the whole public surface of the client, and importing it is cheap."""

from __future__ import annotations

import subprocess
import sys

import runfolio


def test_each_public_name_can_be_imported() -> None:
    missing = [name for name in runfolio.__all__ if not hasattr(runfolio, name)]

    assert [] == missing


def test_the_public_names_are_sorted_and_complete() -> None:
    imported_later = set(runfolio._MODULE_BY_NAME)

    assert sorted(runfolio.__all__, key=lambda name: (not name.isupper(), name)) == runfolio.__all__
    assert imported_later == set(runfolio.__all__)


def test_each_public_class_has_a_docstring() -> None:
    bare = [name for name in runfolio.__all__ if not getattr(runfolio, name).__doc__]

    assert [] == bare


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(runfolio, "Nothing")


def test_importing_the_client_imports_nothing_heavy() -> None:
    code = (
        "import sys, runfolio; "
        "print([name for name in ('httpx', 'pydantic', 'gql', 'graphql', 'pandas', 'numpy') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()


def test_the_front_door_imports_neither_tables_nor_graphql() -> None:
    code = "import sys; from runfolio import Api; print([n for n in ('gql', 'graphql', 'pandas') if n in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()
