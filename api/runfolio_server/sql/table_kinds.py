"""Where each table lies once runs are spread over machines (Citus): the one list of them.

What distributes a database follows it, and tests/sql/test_distribution.py holds every statement against it.
"""

from __future__ import annotations

from typing import Final

DISTRIBUTED: Final = {
    "runs": "run_id",
    "run_stream": "run_id",
    "history_tail": "run_id",
    "history_chunk": "run_id",
    "run_document": "run_id",
    "untold_start": "run_id",
    "console_line": "run_id",
    "run_files": "run_id",
    "history_file": "run_id",
    "history_export": "run_id",
    "run_event": "run_id",
    "unused_object": "owner_id",
}
"""Tables in shards, each by this column. They are co-located: the rows of one value lie on one machine."""

REFERENCE: Final = ("entities", "users", "projects", "run_order_use")
"""Tables of which every machine has a copy, each after those that it refers to. Seldom written: every copy is."""

LOCAL: Final = (
    "api_keys",
    "server_secrets",
    "counters",
    "event",
    "event_horizon",
    "object_sweep",
    "schema_migrations",
    "schema_functions",
)
"""Tables on the coordinator alone: written often, and with one machine gone a reference table takes no writes."""
