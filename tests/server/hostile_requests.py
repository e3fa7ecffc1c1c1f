"""What tests of hostile names ask and look at."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tests.service import Service

CLEAR = ("allowed", "not a relative path", "must not be a dot path", "a NUL character")
"""What the refusals of names say."""


async def ask(service: Service, query: str, **variables: object) -> tuple[int, dict[str, Any]]:
    # In ASCII: half a surrogate pair has no UTF-8.
    content = json.dumps({"query": query, "variables": variables})
    headers = {**service.headers("ada"), "Content-Type": "application/json"}
    answer = await service.http.post("/graphql", content=content, headers=headers)
    return answer.status_code, answer.json()


def told(body: dict[str, Any]) -> str:
    message: str = body["errors"][0]["message"]
    return message


def is_clear(message: str) -> bool:
    return any(words in message for words in CLEAR)


def outside_of(service: Service) -> dict[str, str]:
    """What lies beside the data directory and in it, but for the objects: paths, and digests of files."""
    data_dir = service.settings.data_dir
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in data_dir.parent.rglob("*")
        if not path.is_relative_to(data_dir / "objects")
    }


async def keys_of(service: Service, kind: str = "run") -> list[str]:
    return [found.key async for page in service.app.state.object_store.pages(kind) for found in page]
