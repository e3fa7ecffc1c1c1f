"""Where each table and function lies once runs are spread over machines (Citus): the one list of them.

What distributes a database follows it (placement.py), and tests/sql/test_distribution.py holds every statement against
it.
"""

from __future__ import annotations

from typing import Final

DISTRIBUTED: Final = {
    "runs": "run_id",
    "run_stream": "run_id",
    "history_tail": "run_id",
    "history_chunk": "run_id",
    "shared_stream": "run_id",
    "run_fork": "run_id",
    "run_branch": "run_id",
    "run_document": "run_id",
    "untold_start": "run_id",
    "console_line": "run_id",
    "run_files": "run_id",
    "history_file": "run_id",
    "history_export": "run_id",
    "run_event": "run_id",
    "run_alert": "run_id",
    "artifact_use": "run_id",
    "run_deletion": "run_id",
    "unused_object": "owner_id",
}
"""Tables in shards, each by this column. They are co-located: the rows of one value lie on one machine."""

REFERENCE: Final = ("entities", "users", "membership", "invite", "projects", "former_project_name", "run_order_use")
"""Tables of which every machine has a copy, each after those that it refers to. Seldom written: every copy is."""

LOCAL: Final = (
    "api_keys",
    "browser_session",
    "server_secrets",
    "counters",
    "event",
    "event_horizon",
    "server_listening",
    "webhook_cursor",
    "object_sweep",
    "run_copy",
    "artifact_type",
    "artifact_collection",
    "entity_object",
    "artifact",
    "artifact_client_id",
    "artifact_membership",
    "artifact_alias",
    "artifact_wanted_link",
    "artifact_manifest",
    "artifact_entry",
    "artifact_upload",
    "schema_migrations",
    "schema_functions",
)
"""Tables on the coordinator alone: written often, and with one machine gone a reference table takes no writes."""

FUNCTIONS_BY_RUN: Final = {"ingest_batch": "p_run_id", "ingest_columns": "p_run_id"}
"""Functions that run whole on the machine of the run that this argument names."""

FUNCTIONS_EVERYWHERE: Final = (
    "ingest_console",
    "ingest_lines",
    "json_value_by_name",
    "remember_document",
    "sorted_tags",
    "write_run_event",
)
"""Functions that every machine has: those that the ones above call, and those of filters."""

FUNCTIONS_OF_COORDINATOR: Final = (
    "lock_runs",
    "remember_console_start",
    "share_document",
    "start_run",
    "store_entity_object",
    "store_run_file",
)
"""Functions that run on the coordinator: `start_run` takes a third as many starts a second where it is distributed."""
