"""What READMEs, docstrings and comments say of where things are is true."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "api/runfolio_server"
LEFT_OUT = {"__pycache__", ".venv"}
GENERATED = {"_generated", "_sync"}
# `field.sql` and `from runfolio_server.sql.pool` are no files; nor is what stands for many, such as NNNN_name.sql.
MENTION = re.compile(r"(?<![\w./{*])((?:[a-z_]\w*/)*[a-z_]\w*\.(?:py|sql|graphql))(?![\w(])")
MAP = re.compile(r"^Inside the server .*?```\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _files(folder: str, *endings: str) -> list[Path]:
    return [
        path
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in endings and not LEFT_OUT & set(path.relative_to(ROOT).parts)
    ]


FILES = [path for folder in ("api", "schema", "client", "tests") for path in _files(folder, ".py", ".sql", ".graphql")]
NAMES = {"/".join(path.parts[-length:]) for path in FILES for length in range(1, len(path.parts))}
WRITTEN = [
    ROOT / "README.md",
    *(
        path
        for folder in ("api", "schema", "client")
        for path in _files(folder, ".py", ".sql", ".md")
        if not GENERATED & set(path.parts)
    ),
]


def _prose(path: Path) -> str:
    """The text of a README; of code its docstrings and comments."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".sql":
        return "\n".join(re.findall(r"--.*", text))
    if path.suffix == ".md":
        return text
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    docstrings = [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)]
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return "\n".join([*docstrings, *(token.string for token in tokens if token.type == tokenize.COMMENT)])


@pytest.mark.parametrize("path", [pytest.param(path, id=path.relative_to(ROOT).as_posix()) for path in WRITTEN])
def test_a_file_that_prose_names_is_there(path: Path) -> None:
    assert [] == [name for name in MENTION.findall(_prose(path)) if name not in NAMES]


def test_the_map_in_the_readme_has_every_folder_and_module_at_the_top_and_no_other_folder() -> None:
    found = MAP.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert found is not None
    words = {word: line for line in found[1].splitlines() for word in re.split(r"[ ·:,()]+", line)}
    folders = {
        path.relative_to(SERVER).as_posix() + "/"
        for path in SERVER.rglob("*")
        if path.is_dir() and path.name not in LEFT_OUT
    }
    modules = {path.stem for path in SERVER.glob("*.py")} - {"__init__"}

    assert set() == {name.split("/")[-2] + "/" for name in folders} - set(words)
    assert set() == {word for word in words if word.endswith("/")} - {name.split("/")[-2] + "/" for name in folders}
    assert set() == modules - set(words)
