"""Statements that break a rule of distribution_rules.py, each with the form that plain PostgreSQL and Citus take."""

from __future__ import annotations

FORMS: list[tuple[str, str]] = [
    ("UPDATE runs AS r SET notes = $2 WHERE r.run_id = $1 RETURNING r", "UPDATE runs SET notes = $2 WHERE run_id = $1"),
    ("SELECT * FROM runs WHERE run_id = $1", "SELECT name FROM runs WHERE run_id = $1"),
    (
        "SELECT name FROM runs AS r WHERE EXISTS (SELECT FROM unnest(r.tags) AS t WHERE t = $1)",
        "SELECT name FROM runs AS r WHERE EXISTS (SELECT 1 FROM unnest(r.tags) AS t WHERE t = $1)",
    ),
    (
        "UPDATE runs SET finished_at = coalesce(finished_at, now()) WHERE run_id = $1",
        "UPDATE runs SET finished_at = coalesce(finished_at, $2), updated_at = now() WHERE run_id = $1",
    ),
    (
        "UPDATE runs SET updated_at = CASE WHEN $2 THEN now() ELSE updated_at END WHERE run_id = $1",
        "UPDATE runs SET updated_at = CASE WHEN $2 THEN $3 ELSE updated_at END WHERE run_id = $1",
    ),
    (
        "INSERT INTO run_order_use AS o (project_id, field, uses) VALUES ($1, $2, $3)"
        " ON CONFLICT (project_id, field) DO UPDATE SET last_used_at = now()",
        "INSERT INTO run_order_use AS o (project_id, field, uses) VALUES ($1, $2, $3)"
        " ON CONFLICT (project_id, field) DO UPDATE SET last_used_at = excluded.last_used_at",
    ),
    (
        "INSERT INTO history_export AS e (run_id, rows) VALUES ($1, $2)"
        " ON CONFLICT (run_id) DO UPDATE SET rows = excluded.rows WHERE e.rows < random()",
        "INSERT INTO object_sweep AS s (owner_kind, due_at) VALUES ($1, now())"
        " ON CONFLICT (owner_kind) DO UPDATE SET due_at = excluded.due_at WHERE s.due_at <= now()",
    ),
    (
        "SELECT i.state FROM (SELECT run_id FROM runs WHERE run_id = $1) AS v"
        " CROSS JOIN LATERAL ingest_batch(v.run_id, $2) AS i",
        "SELECT state FROM ingest_batch($1, $2)",
    ),
    (
        "SELECT s.run_id FROM unnest($1::uuid[]) AS v (run_id) CROSS JOIN LATERAL start_run(v.run_id) AS s",
        "SELECT write_run_event(v.run_id, $2) FROM unnest($1::uuid[]) AS v (run_id)",
    ),
    (
        "SELECT c.n FROM run_stream AS s CROSS JOIN LATERAL (SELECT h.n FROM history_chunk AS h"
        " WHERE h.run_id = s.run_id OFFSET 0) AS c WHERE s.run_id = ANY ($1)",
        "SELECT c.n FROM run_stream AS s CROSS JOIN LATERAL (SELECT h.n FROM history_chunk AS h"
        " WHERE h.run_id = s.run_id GROUP BY h.run_id, h.key) AS c WHERE s.run_id = ANY ($1)",
    ),
    (
        "SELECT c.n FROM run_stream AS s CROSS JOIN LATERAL (SELECT h.n FROM history_chunk AS h"
        " WHERE h.run_id = s.run_id ORDER BY h.key LIMIT 1) AS c WHERE s.run_id = ANY ($1)",
        # Of one run.
        "SELECT c.n FROM run_stream AS s CROSS JOIN LATERAL (SELECT h.n FROM history_chunk AS h"
        " WHERE h.run_id = $1 ORDER BY h.key LIMIT 1) AS c WHERE s.run_id = $1",
    ),
    (
        "SELECT c.n FROM run_stream AS s CROSS JOIN LATERAL (SELECT sum(h.n) AS n FROM history_chunk AS h"
        " WHERE h.run_id = s.run_id GROUP BY h.key) AS c WHERE s.run_id = ANY ($1)",
        "SELECT c.n FROM run_stream AS s CROSS JOIN LATERAL (SELECT sum(h.n) AS n FROM history_chunk AS h"
        " WHERE h.run_id = s.run_id GROUP BY h.run_id) AS c WHERE s.run_id = ANY ($1)",
    ),
    (
        "SELECT name FROM runs WHERE project_id = $1 ORDER BY run_id FOR UPDATE",
        "SELECT name FROM runs WHERE run_id = $1 FOR UPDATE",
    ),
    (
        "SELECT name FROM runs WHERE run_id = $1 FOR UPDATE SKIP LOCKED",
        "UPDATE runs SET stop_requested = stop_requested WHERE project_id = $1 RETURNING name",
    ),
    ("SELECT pg_advisory_xact_lock($1)", "LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE"),
    (
        "SELECT o.field FROM run_order_use AS o"
        " WHERE $1 < (SELECT count(*) FROM runs AS r WHERE r.project_id = o.project_id)",
        "SELECT o.field FROM run_order_use AS o JOIN runs AS r USING (project_id)"
        " GROUP BY o.field HAVING count(*) > $1",
    ),
    (
        "SELECT r.name FROM runs AS r WHERE EXISTS (SELECT 1 FROM users AS u WHERE u.user_id = r.created_by)",
        "SELECT r.name FROM runs AS r JOIN users AS u ON u.user_id = r.created_by",
    ),
    (
        "SELECT r.name FROM runs AS r WHERE r.project_id = $1"
        " ORDER BY (SELECT p.name FROM projects AS p WHERE p.project_id = $1)",
        "SELECT r.name FROM runs AS r JOIN projects AS p USING (project_id) WHERE r.project_id = $1 ORDER BY p.name",
    ),
    (
        "SELECT count(*), (SELECT c.value FROM counters AS c) FROM history_tail AS t",
        "SELECT t.n, c.value FROM (SELECT count(*) AS n FROM history_tail) AS t"
        " CROSS JOIN (SELECT max(k.value) AS value FROM counters AS k) AS c",
    ),
    (
        "SELECT count(DISTINCT (t.run_id, t.stream)) FROM history_tail AS t",
        "SELECT count(*) FROM (SELECT t.run_id, t.stream FROM history_tail AS t GROUP BY t.run_id, t.stream) AS s"
        " WHERE (s.run_id, s.stream) > ($1, $2)",
    ),
    (
        "SELECT c.key FROM history_chunk AS c WHERE c.run_id = ANY ($1) UNION ALL"
        " SELECT NULL FROM history_tail AS t WHERE t.run_id = ANY ($1)",
        "SELECT c.key FROM history_chunk AS c WHERE c.run_id = $1 UNION ALL"
        " SELECT NULL FROM history_tail AS t WHERE t.run_id = $1",
    ),
    (
        # The run of one table is not that of the other.
        "SELECT c.key FROM history_chunk AS c WHERE c.run_id = $1 UNION ALL"
        " SELECT NULL FROM history_tail AS t WHERE t.run_id = $2",
        "SELECT c.key FROM runs AS r JOIN history_chunk AS c USING (run_id) WHERE r.run_id = $1::uuid",
    ),
    (
        "WITH old AS (SELECT object_key FROM run_files WHERE run_id = $1), new AS ("
        " INSERT INTO run_files (run_id, name) VALUES ($1, $2) RETURNING name) SELECT object_key FROM old",
        "SELECT old_object_key FROM store_run_file($1, $2)",
    ),
    (
        "SELECT c.reltuples FROM pg_class AS c JOIN pg_index AS i ON i.indexrelid = c.oid",
        "SELECT i.indisvalid FROM pg_class AS c JOIN pg_index AS i ON i.indexrelid = c.oid",
    ),
    (
        "SELECT e.number, e.transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM run_event AS e",
        "WITH open AS MATERIALIZED (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest)"
        " SELECT e.number, e.transaction_id < o.oldest FROM run_event AS e CROSS JOIN open AS o",
    ),
]
