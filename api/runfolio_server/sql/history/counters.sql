-- select_compaction_status: no parameters → CompactionStatusRow
-- What waits for compaction, and how much has been compacted. The tail is small as long as the worker keeps up.
SELECT t.streams, t.lines, t.bytes, t.lag, c.value
FROM (
  SELECT count(*) AS streams, coalesce(sum(s.lines), 0)::bigint AS lines, coalesce(sum(s.bytes), 0)::bigint AS bytes,
    coalesce(extract(epoch FROM now() - min(s.received_at)), 0)::float8 AS lag
  FROM (
    SELECT b.run_id, b.stream, b.writer, b.epoch, sum(b.n) AS lines, sum(octet_length(b.body)) AS bytes,
      min(b.received_at) AS received_at
    FROM history_tail AS b
    GROUP BY b.run_id, b.stream, b.writer, b.epoch
  ) AS s
) AS t
CROSS JOIN (SELECT coalesce(max(k.value), 0) AS value FROM counters AS k WHERE k.name = 'compacted_lines') AS c;

-- add_compacted_lines: $1 lines
INSERT INTO counters AS c (name, value)
VALUES ('compacted_lines', $1)
ON CONFLICT (name) DO UPDATE
SET value = c.value + excluded.value;
