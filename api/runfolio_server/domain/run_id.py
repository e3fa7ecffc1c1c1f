"""Keys derived from names: a run from its project and name, so that no unique key has to span shards, and its files."""

from __future__ import annotations

from uuid import UUID, uuid5

from runfolio_server.domain.json_text import escape_surrogates

# NOTE: never change it: it is part of every run's key.
RUN_NAMESPACE = UUID("5b1f3f0e-6a4e-5d0c-9d5c-7a9a3c2f8e11")


def run_id_of(project_id: int, name: str) -> UUID:
    """The key of the run `name` of a project."""
    return uuid5(RUN_NAMESPACE, escape_surrogates(f"{project_id}/{name}"))


def file_id_of(run_id: UUID, name: str) -> UUID:
    """The identity of the file `name` of a run: it stays when the file is uploaded again."""
    return uuid5(run_id, escape_surrogates(f"file/{name}"))
