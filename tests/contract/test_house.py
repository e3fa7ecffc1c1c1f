"""The house: small files with a first sentence, names that say something, and imports that only go down."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GENERATED = {"_generated", "_sync"}
FOLDERS = ("api", "schema", "client", "tests")
LINES_MAX = 300
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "handler", "handlers"}


# Types of the schema, whose names users see, and a class below graph/ that each is made of or stands beside.
NAMED_BY_GRAPHQL = {"Query", "Connection", "ConsoleLine", "RefusedRun"}


def _modules() -> list[Path]:
    return sorted(
        path
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        if not GENERATED & set(path.parts) and "__pycache__" not in path.parts
    )


MODULES = [pytest.param(path, id=path.relative_to(ROOT).as_posix()) for path in _modules()]
SOURCES = [path for path in _modules() if "tests" not in path.relative_to(ROOT).parts]


def test_the_house_is_found() -> None:
    assert len(SOURCES) > 50


@pytest.mark.parametrize("path", MODULES)
def test_a_module_is_short_is_named_for_something_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    first_line = (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]

    assert len(text.splitlines()) <= LINES_MAX
    assert path.stem.lower() not in FORBIDDEN_NAMES
    assert (path.name == "__init__.py" and "tests" in path.parts) or first_line.endswith((".", ":", "…", "?", ";")), (
        "the first line of a module is a sentence"
    )


def test_no_class_is_named_for_a_role_that_says_nothing() -> None:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                assert not node.name.endswith(("Manager", "Handler", "Service", "Impl", "Helper", "Util")), node.name


def test_no_two_classes_of_the_server_have_one_name() -> None:
    files: dict[str, list[str]] = {}
    for path in SOURCES:
        if "api" in path.relative_to(ROOT).parts:
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    files.setdefault(node.name, []).append(path.name)

    assert NAMED_BY_GRAPHQL == {name for name, found in files.items() if len(found) > 1}


def test_names_of_tests_are_sentences() -> None:
    for path in _modules():
        if path.name.startswith("test_"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
                    assert len(node.name.split("_")) >= 4, f"{path.name}: {node.name}"


def test_imports_go_down_the_layers_only() -> None:
    program = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    assert program is not None, "import-linter is in the extra `test`"

    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)

    assert 0 == done.returncode, done.stdout + done.stderr
