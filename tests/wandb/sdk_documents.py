"""The GraphQL documents that a version of the SDK holds: texts in its Python modules and in its compiled core.

Only looked for, not run: what a document asks is known without a user who calls for it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from graphql import DocumentNode, GraphQLSyntaxError, OperationDefinitionNode, parse

_BEGINNING = re.compile(r"\b(?:query|mutation)\b[^{]*\{")
# The compiled core keeps each document as one text, which begins with a line break.
_IN_CORE = re.compile(rb"\n(?:query|mutation) [A-Z]\w* ?[({]")
_FRAGMENT = re.compile(rb"\s*fragment ")
LONGEST_IN_CORE = 20_000


def documents_of(python: Path) -> list[DocumentNode]:
    """Every document of the `wandb` package beside this Python, each once."""
    (package,) = (python.parent.parent / "lib").glob("python*/site-packages/wandb")
    texts = {text for path in package.rglob("*.py") if "vendor" not in path.parts for text in _in_module(path)}
    texts |= set(_in_core((package / "bin" / "wandb-core").read_bytes()))
    return [document for document in map(_parsed, sorted(texts)) if document is not None]


def name_of(document: DocumentNode) -> str:
    """The name of its first operation."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return operations[0].name.value if operations[0].name else "(anonymous)"


def _in_module(path: Path) -> Iterator[str]:
    source = path.read_text(encoding="utf-8")
    if not _BEGINNING.search(source):
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _BEGINNING.search(node.value):
            yield node.value


def _in_core(program: bytes) -> Iterator[str]:
    for found in _IN_CORE.finditer(program):
        end = _end_of_braces(program, found.start())
        while end is not None and _FRAGMENT.match(program, end):
            end = _end_of_braces(program, end)
        if end is not None:
            yield program[found.start() : end].decode()


def _end_of_braces(program: bytes, start: int) -> int | None:
    """Where the braces that open next are all closed; an argument that is an object has braces of its own."""
    depth = is_in_parentheses = 0
    for position in range(start, min(start + LONGEST_IN_CORE, len(program))):
        match program[position : position + 1]:
            case b"(":
                is_in_parentheses += 1
            case b")":
                is_in_parentheses -= 1
            case b"{":
                depth += 1
            case b"}":
                depth -= 1
                if depth == 0 and not is_in_parentheses:
                    return position + 1
    return None


def _parsed(text: str) -> DocumentNode | None:
    """Some texts are templates, or prose that looks like a document."""
    try:
        document = parse(text)
    except GraphQLSyntaxError:
        return None
    return document if any(isinstance(node, OperationDefinitionNode) for node in document.definitions) else None
