-- select_export: $1 run id → HistoryExportRow
-- How many rows there are is known without reading them: lines stored, less those missing, kept out and repeated, and of
-- streams that are cut what was counted then.
SELECT r.state, EXISTS (SELECT 1 FROM run_branch AS b WHERE b.run_id = $1),
  (
    SELECT coalesce(sum(s.kept + CASE WHEN s.counts_to < 'infinity' THEN 0 ELSE
      s.next_line - s.taken_up - s.rejected - s.repeated
      - coalesce((SELECT sum(upper(gap) - lower(gap)) FROM unnest(s.missing) AS gap), 0)
    END), 0)::bigint
    FROM run_stream AS s
    WHERE s.run_id = $1 AND s.stream = 'history'
  ),
  e.rows, e.refusal, f.count::int, f.rows, f.step_high
FROM runs AS r
LEFT JOIN history_export AS e USING (run_id)
CROSS JOIN LATERAL (
  SELECT count(*) AS count, coalesce(sum(h.rows), 0)::bigint AS rows, max(h.step_high) AS step_high
  FROM history_file AS h
  WHERE h.run_id = $1
) AS f
WHERE r.run_id = $1;

-- select_history_files: $1 run id → HistoryFileRow*
SELECT number, object_key, size
FROM history_file
WHERE run_id = $1
ORDER BY number
LIMIT 10000;

-- insert_history_file: $1 run id, $2 number, $3 step high, $4 rows, $5 size, $6 object key
-- Changes no row when somebody else has made the file of this number meanwhile: a file never changes; nor for an object
-- that is being swept.
INSERT INTO history_file (run_id, number, step_high, rows, size, object_key)
SELECT $1::uuid, $2::int, $3::bigint, $4::bigint, $5::bigint, $6::text
WHERE NOT EXISTS (SELECT 1 FROM unused_object AS u WHERE u.owner_id = $1 AND u.object_key = $6)
ON CONFLICT (run_id, number) DO NOTHING;

-- upsert_export: $1 run id, $2 rows seen, $3 refusal or null
INSERT INTO history_export AS e (run_id, rows, refusal)
VALUES ($1, $2, $3)
ON CONFLICT (run_id) DO UPDATE
SET rows = excluded.rows, refusal = excluded.refusal;
