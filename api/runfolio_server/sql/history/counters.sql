-- select_compaction_status: no parameters → CompactionStatusRow
-- What waits for compaction, and how much has been compacted. The tail is small as long as the worker keeps up.
SELECT count(DISTINCT (t.run_id, t.stream, t.writer, t.epoch)), coalesce(sum(t.n), 0)::bigint,
  coalesce(sum(octet_length(t.body)), 0)::bigint,
  coalesce(extract(epoch FROM now() - min(t.received_at)), 0)::float8,
  coalesce((SELECT c.value FROM counters AS c WHERE c.name = 'compacted_lines'), 0)
FROM history_tail AS t;

-- add_compacted_lines: $1 lines
INSERT INTO counters AS c (name, value)
VALUES ('compacted_lines', $1)
ON CONFLICT (name) DO UPDATE
SET value = c.value + excluded.value;
