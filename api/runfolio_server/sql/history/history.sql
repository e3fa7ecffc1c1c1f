-- select_stored_rows: $1 run id, $2 stream, $3 least and $4 past greatest stored key that decides, $5 name it belongs to, $6 names, $7 least and $8 past greatest stored key to fetch, $9 first step, $10 past last step, $11 rows wanted → StoredRow*
-- A page of history: segments that have all the names and batches of the tail, in order of step, as many as hold the rows
-- wanted. One statement, so that lines which compaction moves meanwhile are seen once. Rows at or after next_step may have
-- others between them that were not fetched; null: there are none.
WITH streams AS (
  SELECT s.writer, s.epoch
  FROM run_stream AS s
  WHERE s.run_id = $1 AND s.stream = $2
), deciding AS (
  SELECT r.low, r.high, r.name
  FROM unnest($3::text[], $4::text[], $5::int[]) AS r (low, high, name)
), fetched AS (
  SELECT r.low, r.high
  FROM unnest($7::text[], $8::text[]) AS r (low, high)
), named AS (
  SELECT c.writer, c.epoch, c.segment, r.name, max(c.line1) AS line1, sum(c.n) AS n,
    min(c.step_low) AS step_low, max(c.step_high) AS step_high
  FROM streams AS s
  CROSS JOIN deciding AS r
  CROSS JOIN LATERAL (
    -- OFFSET 0 keeps it apart: one look into the index for each key, not a scan of all keys of wide runs.
    SELECT h.writer, h.epoch, h.segment, h.line1, h.n, h.step_low, h.step_high
    FROM history_chunk AS h
    WHERE h.run_id = $1 AND h.stream = $2 AND h.writer = s.writer AND h.epoch = s.epoch
      AND h.key >= r.low AND h.key < r.high
    OFFSET 0
  ) AS c
  GROUP BY c.writer, c.epoch, c.segment, r.name
), pieces AS (
  SELECT writer, epoch, segment AS line0, min(line1) AS line1, min(n) AS n,
    max(step_low) AS step_low, min(step_high) AS step_high, true AS is_segment
  FROM named
  GROUP BY writer, epoch, segment
  HAVING count(*) = $6
  UNION ALL
  SELECT t.writer, t.epoch, t.line0, t.line0 + t.n - 1, t.n, t.step_low, t.step_high, false
  FROM history_tail AS t
  WHERE t.run_id = $1 AND t.stream = $2
), estimated AS (
  -- How many rows of the piece lie in the steps asked for, were they spread evenly. Only tame steps are reckoned with:
  -- PostgreSQL raises an error where a float8 overflows or underflows.
  SELECT writer, epoch, line0, line1, step_low, step_high, is_segment,
    CASE
      WHEN step_low > -1e15 AND step_high < 1e15
      THEN n * (floor(least(step_high, $10) - greatest(step_low, $9)) + 1) / (step_high - step_low + 1)
      ELSE n
    END AS rows
  FROM pieces
  WHERE step_high >= $9::float8 AND step_low < $10::float8
), ranked AS (
  SELECT writer, epoch, line0, line1, step_low, is_segment,
    step_low <= $9 OR coalesce(
      sum(rows) OVER (ORDER BY step_low, epoch, writer, line0 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0
    ) < $11::float8 AS is_chosen
  FROM estimated
)
SELECT p.writer, p.epoch, p.line0, c.key, c.line0, c.n, c.kind, c.lines, c.data,
  (SELECT min(step_low) FROM ranked WHERE NOT is_chosen)
FROM ranked AS p
CROSS JOIN fetched AS r
CROSS JOIN LATERAL (
  SELECT h.key, h.line0, h.n, h.kind, h.lines, h.data
  FROM history_chunk AS h
  WHERE h.run_id = $1 AND h.stream = $2 AND h.writer = p.writer AND h.epoch = p.epoch
    AND h.key >= r.low AND h.key < r.high AND h.line0 >= p.line0 AND h.line0 <= p.line1 AND h.segment = p.line0
  OFFSET 0
) AS c
WHERE p.is_chosen AND p.is_segment
UNION ALL
SELECT p.writer, p.epoch, p.line0, NULL, t.line0, t.n, 0, '', t.body,
  (SELECT min(step_low) FROM ranked WHERE NOT is_chosen)
FROM ranked AS p
JOIN history_tail AS t
  ON t.run_id = $1 AND t.stream = $2 AND t.writer = p.writer AND t.epoch = p.epoch AND t.line0 = p.line0
WHERE p.is_chosen AND NOT p.is_segment;

-- select_stored_rows_of_runs: $1 run ids, $2 stream, $3 least and $4 past greatest stored key that decides, $5 least and $6 past greatest stored key to fetch, $7 first step, $8 past last step, $9 first step of the first run, $10 bytes wanted → RunStoredRow*, in one snapshot
-- Columns of many runs: in the order of the runs, and of steps within each, segments that have any of the keys and batches
-- of the tail, as many as take these bytes once decoded (roughly). One snapshot, so that lines which compaction moves
-- meanwhile are seen once. What was not fetched begins in run `next_place`, of 1 …, at step next_step; null: nothing.
WITH wanted AS (
  SELECT w.run_id, w.place, CASE WHEN w.place = 1 THEN $9::float8 ELSE $7::float8 END AS low
  FROM unnest($1::uuid[]) WITH ORDINALITY AS w (run_id, place)
), streams AS (
  SELECT w.place, w.low, s.run_id, s.writer, s.epoch
  FROM wanted AS w
  JOIN run_stream AS s ON s.run_id = w.run_id AND s.stream = $2
), deciding AS (
  SELECT r.low, r.high
  FROM unnest($3::text[], $4::text[]) AS r (low, high)
), fetched AS (
  SELECT r.low, r.high
  FROM unnest($5::text[], $6::text[]) AS r (low, high)
), pieces AS (
  SELECT s.place, s.low, s.run_id, c.writer, c.epoch, c.segment AS line0, max(c.line1) AS line1,
    sum(8 * c.n + octet_length(c.data)) AS bytes, min(c.step_low) AS step_low, max(c.step_high) AS step_high,
    true AS is_segment
  FROM streams AS s
  CROSS JOIN deciding AS r
  CROSS JOIN LATERAL (
    -- GROUP BY its primary key keeps it apart, in the order of the index: one look there for each key, not a scan of all
    -- keys of wide runs. Where runs are distributed OFFSET 0 is refused here.
    SELECT h.run_id, h.writer, h.epoch, h.segment, h.line1, h.n, h.data, h.step_low, h.step_high
    FROM history_chunk AS h
    WHERE h.run_id = s.run_id AND h.stream = $2 AND h.writer = s.writer AND h.epoch = s.epoch
      AND h.key >= r.low AND h.key < r.high
    GROUP BY h.run_id, h.stream, h.writer, h.epoch, h.key, h.line0
  ) AS c
  GROUP BY s.place, s.low, s.run_id, c.writer, c.epoch, c.segment
  UNION ALL
  -- Lines unpack to about four times their size, and parsed they take as much again.
  SELECT w.place, w.low, t.run_id, t.writer, t.epoch, t.line0, t.line0 + t.n - 1, 8 * octet_length(t.body), t.step_low,
    t.step_high, false
  FROM wanted AS w
  JOIN history_tail AS t ON t.run_id = w.run_id AND t.stream = $2
), ranked AS (
  -- Of the first run every piece that begins where the last page ended belongs to this one, so that pages get on.
  SELECT place, run_id, writer, epoch, line0, line1, step_low, is_segment,
    (place = 1 AND step_low <= low) OR coalesce(
      sum(bytes) OVER (
        ORDER BY place, step_low, epoch, writer, line0 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      ), 0
    ) < $10::float8 AS is_chosen
  FROM pieces
  WHERE step_high >= low AND step_low < $8::float8
), behind AS (
  -- One row, of nulls where nothing is behind.
  SELECT min(f.place) AS place, min(f.step_low) AS step_low
  FROM (
    SELECT place, step_low
    FROM ranked
    WHERE NOT is_chosen
    ORDER BY place, step_low
    LIMIT 1
  ) AS f
)
SELECT p.writer, p.epoch, p.line0, c.key, c.line0, c.n, c.kind, c.lines, c.data, b.step_low, p.run_id, b.place
FROM ranked AS p
CROSS JOIN behind AS b
CROSS JOIN fetched AS r
CROSS JOIN LATERAL (
  SELECT h.run_id, h.key, h.line0, h.n, h.kind, h.lines, h.data
  FROM history_chunk AS h
  WHERE h.run_id = p.run_id AND h.stream = $2 AND h.writer = p.writer AND h.epoch = p.epoch
    AND h.key >= r.low AND h.key < r.high AND h.line0 >= p.line0 AND h.line0 <= p.line1 AND h.segment = p.line0
  GROUP BY h.run_id, h.stream, h.writer, h.epoch, h.key, h.line0
) AS c
WHERE p.is_chosen AND p.is_segment
UNION ALL
SELECT p.writer, p.epoch, p.line0, NULL, t.line0, t.n, 0, '', t.body, b.step_low, p.run_id, b.place
FROM ranked AS p
CROSS JOIN behind AS b
JOIN history_tail AS t
  ON t.run_id = p.run_id AND t.stream = $2 AND t.writer = p.writer AND t.epoch = p.epoch AND t.line0 = p.line0
WHERE p.is_chosen AND NOT p.is_segment;

-- select_stored_rows_of_lines: $1 run id, $2 stream, $3 writers, $4 epochs, $5 lines, $6 least and $7 past greatest stored key to fetch → StoredRow*
-- The pieces that hold these lines now, for the rows that a sample chose.
WITH wanted AS (
  SELECT w.writer, w.epoch, w.line
  FROM unnest($3::text[], $4::int[], $5::bigint[]) AS w (writer, epoch, line)
), fetched AS (
  SELECT r.low, r.high
  FROM unnest($6::text[], $7::text[]) AS r (low, high)
), segments AS (
  SELECT DISTINCT w.writer, w.epoch, c.segment, c.line1
  FROM wanted AS w
  CROSS JOIN LATERAL (
    SELECT s.segment, s.line1
    FROM history_chunk AS s
    WHERE s.run_id = $1 AND s.stream = $2 AND s.writer = w.writer AND s.epoch = w.epoch
      AND s.key = '\#' AND s.line0 <= w.line
    ORDER BY s.line0 DESC
    LIMIT 1
  ) AS c
  WHERE c.line1 >= w.line
), batches AS (
  SELECT DISTINCT w.writer, w.epoch, t.line0
  FROM wanted AS w
  CROSS JOIN LATERAL (
    SELECT b.line0, b.n
    FROM history_tail AS b
    WHERE b.run_id = $1 AND b.stream = $2 AND b.writer = w.writer AND b.epoch = w.epoch AND b.line0 <= w.line
    ORDER BY b.line0 DESC
    LIMIT 1
  ) AS t
  WHERE t.line0 + t.n > w.line
)
SELECT p.writer, p.epoch, p.segment, c.key, c.line0, c.n, c.kind, c.lines, c.data, NULL::float8
FROM segments AS p
CROSS JOIN fetched AS r
CROSS JOIN LATERAL (
  SELECT h.key, h.line0, h.n, h.kind, h.lines, h.data
  FROM history_chunk AS h
  WHERE h.run_id = $1 AND h.stream = $2 AND h.writer = p.writer AND h.epoch = p.epoch
    AND h.key >= r.low AND h.key < r.high AND h.line0 >= p.segment AND h.line0 <= p.line1 AND h.segment = p.segment
  OFFSET 0
) AS c
UNION ALL
SELECT p.writer, p.epoch, p.line0, NULL, t.line0, t.n, 0, '', t.body, NULL
FROM batches AS p
JOIN history_tail AS t
  ON t.run_id = $1 AND t.stream = $2 AND t.writer = p.writer AND t.epoch = p.epoch AND t.line0 = p.line0;

-- select_step_range: $1 run ids, $2 stream, $3 least and $4 past greatest stored key → StepRangeRow, in one snapshot
-- Between which steps runs have any of the keys, or anything that is not compacted.
SELECT min(found.step_low), max(found.step_high)
FROM (
  SELECT c.step_low, c.step_high
  FROM run_stream AS s
  CROSS JOIN unnest($3::text[], $4::text[]) AS r (low, high)
  JOIN history_chunk AS c
    ON c.run_id = s.run_id AND c.stream = s.stream AND c.writer = s.writer AND c.epoch = s.epoch
    AND c.key >= r.low AND c.key < r.high
  WHERE s.run_id = ANY ($1::uuid[]) AND s.stream = $2
  UNION ALL
  SELECT t.step_low, t.step_high
  FROM history_tail AS t
  WHERE t.run_id = ANY ($1::uuid[]) AND t.stream = $2
) AS found;

-- select_last_step: $1 run id, $2 stream → LastStepRow
-- The greatest step of a run's rows.
SELECT max(found.step_high)
FROM (
  SELECT c.step_high
  FROM run_stream AS s
  JOIN history_chunk AS c USING (run_id, stream, writer, epoch)
  WHERE s.run_id = $1 AND s.stream = $2 AND c.key = '\#'
  UNION ALL
  SELECT t.step_high
  FROM history_tail AS t
  WHERE t.run_id = $1 AND t.stream = $2
) AS found;

-- select_keys: $1 run ids, $2 stream → KeyRow*, in one snapshot
-- The keys of runs from what is known beside the data, and the tail unread: see history/reading/keys.py.
SELECT c.run_id, c.key, sum(c.n)::bigint, coalesce(sum(c.n) FILTER (WHERE c.kind <> 0 OR c.low IS NOT NULL), 0)::bigint,
  min(c.step_low), max(c.step_high), min(c.low) FILTER (WHERE c.low > '-infinity' AND c.low < 'infinity'),
  max(c.high) FILTER (WHERE c.high > '-infinity' AND c.high < 'infinity'),
  count(*) FILTER (WHERE NOT (c.low > '-infinity' AND c.high < 'infinity')),
  max(c.epoch), (array_agg(c.writer ORDER BY c.epoch DESC, c.line1 DESC, c.writer DESC))[1],
  (array_agg(c.line1 ORDER BY c.epoch DESC, c.line1 DESC, c.writer DESC))[1],
  (array_agg(c.last ORDER BY c.epoch DESC, c.line1 DESC, c.writer DESC))[1], NULL::bytea
FROM history_chunk AS c
WHERE c.run_id = ANY ($1::uuid[]) AND c.stream = $2
GROUP BY c.run_id, c.key
UNION ALL
SELECT t.run_id, NULL, t.n, 0, t.step_low, t.step_high, NULL, NULL, 0, t.epoch, t.writer, t.line0, NULL, t.body
FROM history_tail AS t
WHERE t.run_id = ANY ($1::uuid[]) AND t.stream = $2;

-- select_old_ranges: $1 run ids, $2 stream, $3 stored key of each run id, $4 how many, $5 run id, $6 key, $7 writer, $8 epoch, $9 line0 of the one before → OldRangeRow*, in one snapshot
-- Chunks of an older release whose range has an infinity for an end, in order, from behind one: see history/reading/old_ranges.py.
SELECT c.run_id, c.key, c.writer, c.epoch, c.line0, c.kind, c.n, c.data
FROM unnest($1::uuid[], $3::text[]) AS w (run_id, key)
JOIN run_stream AS s ON s.run_id = w.run_id AND s.stream = $2
JOIN history_chunk AS c
  ON c.run_id = s.run_id AND c.stream = s.stream AND c.writer = s.writer AND c.epoch = s.epoch AND c.key = w.key
WHERE NOT (c.low > '-infinity' AND c.high < 'infinity')
  AND ($5::uuid IS NULL OR (c.run_id, c.key, c.writer, c.epoch, c.line0) > ($5, $6, $7, $8, $9))
ORDER BY c.run_id, c.key, c.writer, c.epoch, c.line0
LIMIT $4;

-- select_lines_of_keys: $1 run ids, $2 stream, $3 stored key of each run id → KeyLinesRow*, in one snapshot
-- The lines of flat and nested keys of one name, so that a row that has both is counted once.
SELECT c.run_id, c.key, c.writer, c.epoch, c.segment, c.line0, c.n, c.lines
FROM unnest($1::uuid[], $3::text[]) AS w (run_id, key)
JOIN run_stream AS s ON s.run_id = w.run_id AND s.stream = $2
JOIN history_chunk AS c
  ON c.run_id = s.run_id AND c.stream = s.stream AND c.writer = s.writer AND c.epoch = s.epoch AND c.key = w.key;
