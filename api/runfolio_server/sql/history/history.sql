-- select_stored_rows: $1 run id, $2 stream, $3 least and $4 past greatest stored key that decides, $5 name it belongs to, $6 names, $7 least and $8 past greatest stored key to fetch, $9 first step, $10 past last step, $11 rows wanted → StoredRow*
-- A page of history: segments that have all the names and batches of the tail, in order of step, as many as hold the rows
-- wanted. One statement, so that lines which compaction moves meanwhile are seen once. Rows at or after next_step may have
-- others between them that were not fetched; null: there are none. A row of kind -1 names a run whose rows count too.
WITH streams AS (
  SELECT s.writer, s.epoch, {{bounds of s}}
  FROM {{counted s}}
  WHERE s.run_id = $1 AND s.stream = $2
), deciding AS (
  SELECT r.low, r.high, r.name
  FROM unnest($3::text[], $4::text[], $5::int[]) AS r (low, high, name)
), fetched AS (
  SELECT r.low, r.high
  FROM unnest($7::text[], $8::text[]) AS r (low, high)
), named AS (
  SELECT c.writer, c.epoch, c.segment, r.name, max(c.line1) AS line1, sum(c.n) AS n,
    min(c.step_low) AS step_low, least(max(c.step_high), s.counts_to) AS step_high, s.counts_to, s.past_line
  FROM streams AS s
  CROSS JOIN deciding AS r
  CROSS JOIN LATERAL (
    -- OFFSET 0 keeps it apart: one look into the index for each key, not a scan of all keys of wide runs.
    SELECT h.writer, h.epoch, h.segment, h.line1, h.n, h.step_low, h.step_high
    FROM history_chunk AS h
    WHERE h.run_id = $1 AND h.stream = $2 AND h.writer = s.writer AND h.epoch = s.epoch
      AND h.key >= r.low AND h.key < r.high AND {{some of h in s}}
    OFFSET 0
  ) AS c
  GROUP BY c.writer, c.epoch, c.segment, r.name, s.counts_to, s.past_line
), pieces AS (
  SELECT writer, epoch, segment AS line0, min(line1) AS line1, min(n) AS n,
    max(step_low) AS step_low, min(step_high) AS step_high, counts_to, past_line, true AS is_segment
  FROM named
  GROUP BY writer, epoch, segment, counts_to, past_line
  HAVING count(*) = $6
  UNION ALL
  SELECT t.writer, t.epoch, t.line0, t.line0 + t.n - 1, t.n, t.step_low, least(t.step_high, s.counts_to), s.counts_to,
    s.past_line, false
  FROM streams AS s
  JOIN history_tail AS t ON t.run_id = $1 AND t.stream = $2 AND t.writer = s.writer AND t.epoch = s.epoch
  WHERE {{some of t in s}}
), estimated AS (
  -- How many rows of the piece lie in the steps asked for, were they spread evenly. Only tame steps are reckoned with:
  -- PostgreSQL raises an error where a float8 overflows or underflows.
  SELECT writer, epoch, line0, line1, step_low, step_high, counts_to, past_line, is_segment,
    CASE
      WHEN step_low > -1e15 AND step_high < 1e15
      THEN n * (floor(least(step_high, $10) - greatest(step_low, $9)) + 1) / (step_high - step_low + 1)
      ELSE n
    END AS rows
  FROM pieces
  WHERE step_high >= $9::float8 AND step_low < $10::float8
), ranked AS (
  SELECT writer, epoch, line0, line1, step_low, counts_to, past_line, is_segment,
    step_low <= $9 OR coalesce(
      sum(rows) OVER (ORDER BY step_low, epoch, writer, line0 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0
    ) < $11::float8 AS is_chosen
  FROM estimated
)
SELECT p.writer, p.epoch, p.line0, c.key, c.line0, c.n, c.kind, c.lines, c.data,
  (SELECT min(step_low) FROM ranked WHERE NOT is_chosen), p.counts_to, p.past_line
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
  (SELECT min(step_low) FROM ranked WHERE NOT is_chosen), p.counts_to, p.past_line
FROM ranked AS p
JOIN history_tail AS t
  ON t.run_id = $1 AND t.stream = $2 AND t.writer = p.writer AND t.epoch = p.epoch AND t.line0 = p.line0
WHERE p.is_chosen AND NOT p.is_segment
UNION ALL
SELECT i.holder::text, 0, 0, NULL, 0, 0, -1, '', '', NULL, 0, 0
FROM {{counted s}}
CROSS JOIN LATERAL unnest({{others of s}}) AS i (holder)
WHERE s.run_id = $1 AND s.stream = $2;

-- select_stored_rows_of_runs: $1 run ids, $2 stream, $3 least and $4 past greatest stored key that decides, $5 least and $6 past greatest stored key to fetch, $7 first step, $8 past last step, $9 first step of the first run, $10 bytes wanted → RunStoredRow*, in one snapshot
-- Columns of many runs: in the order of the runs, and of steps within each, segments that have any of the keys and batches
-- of the tail, as many as take these bytes once decoded (roughly). One snapshot, so that lines which compaction moves
-- meanwhile are seen once. What was not fetched begins in run `next_place`, of 1 …, at step next_step; null: nothing.
WITH wanted AS (
  SELECT w.run_id, w.place, CASE WHEN w.place = 1 THEN $9::float8 ELSE $7::float8 END AS low
  FROM unnest($1::uuid[]) WITH ORDINALITY AS w (run_id, place)
), streams AS (
  SELECT w.place, w.low, s.run_id, s.writer, s.epoch, {{bounds of s}}
  FROM wanted AS w
  JOIN {{counted s}} ON s.run_id = w.run_id AND s.stream = $2
), deciding AS (
  SELECT r.low, r.high
  FROM unnest($3::text[], $4::text[]) AS r (low, high)
), fetched AS (
  SELECT r.low, r.high
  FROM unnest($5::text[], $6::text[]) AS r (low, high)
), pieces AS (
  SELECT s.place, s.low, s.run_id, c.writer, c.epoch, c.segment AS line0, max(c.line1) AS line1,
    sum(8 * c.n + octet_length(c.data)) AS bytes, min(c.step_low) AS step_low,
    least(max(c.step_high), s.counts_to) AS step_high, s.counts_to, s.past_line, true AS is_segment
  FROM streams AS s
  CROSS JOIN deciding AS r
  CROSS JOIN LATERAL (
    -- GROUP BY its primary key keeps it apart, in the order of the index: one look there for each key, not a scan of all
    -- keys of wide runs. Where runs are distributed OFFSET 0 is refused here.
    SELECT h.run_id, h.writer, h.epoch, h.segment, h.line1, h.n, h.data, h.step_low, h.step_high
    FROM history_chunk AS h
    WHERE h.run_id = s.run_id AND h.stream = $2 AND h.writer = s.writer AND h.epoch = s.epoch
      AND h.key >= r.low AND h.key < r.high AND {{some of h in s}}
    GROUP BY h.run_id, h.stream, h.writer, h.epoch, h.key, h.line0
  ) AS c
  GROUP BY s.place, s.low, s.run_id, c.writer, c.epoch, c.segment, s.counts_to, s.past_line
  UNION ALL
  -- Lines unpack to about four times their size, and parsed they take as much again.
  SELECT w.place, w.low, t.run_id, t.writer, t.epoch, t.line0, t.line0 + t.n - 1, 8 * octet_length(t.body), t.step_low,
    least(t.step_high, s.counts_to), {{bounds of s}}, false
  FROM wanted AS w
  JOIN {{counted s}} ON s.run_id = w.run_id AND s.stream = $2
  JOIN history_tail AS t ON t.run_id = s.run_id AND t.stream = s.stream AND t.writer = s.writer AND t.epoch = s.epoch
  WHERE {{some of t in s}}
), ranked AS (
  -- Of the first run every piece that begins where the last page ended belongs to this one, so that pages get on.
  SELECT place, run_id, writer, epoch, line0, line1, step_low, counts_to, past_line, is_segment,
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
SELECT p.writer, p.epoch, p.line0, c.key, c.line0, c.n, c.kind, c.lines, c.data, b.step_low, p.counts_to, p.past_line,
  p.run_id, b.place
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
SELECT p.writer, p.epoch, p.line0, NULL, t.line0, t.n, 0, '', t.body, b.step_low, p.counts_to, p.past_line, p.run_id,
  b.place
FROM ranked AS p
CROSS JOIN behind AS b
JOIN history_tail AS t
  ON t.run_id = p.run_id AND t.stream = $2 AND t.writer = p.writer AND t.epoch = p.epoch AND t.line0 = p.line0
WHERE p.is_chosen AND NOT p.is_segment
UNION ALL
SELECT i.holder::text, 0, 0, NULL, 0, 0, -1, '', '', NULL, 0, 0, s.run_id, NULL
FROM {{counted s}}
CROSS JOIN LATERAL unnest({{others of s}}) AS i (holder)
WHERE s.run_id = ANY ($1::uuid[]) AND s.stream = $2;

-- select_stored_rows_of_lines: $1 run id, $2 stream, $3 writers, $4 epochs, $5 lines, $6 least and $7 past greatest stored key to fetch → StoredRow*
-- The pieces that hold these lines now, for the rows that a sample chose.
WITH streams AS (
  SELECT s.writer, s.epoch, {{bounds of s}}
  FROM {{counted s}}
  WHERE s.run_id = $1 AND s.stream = $2
), wanted AS (
  SELECT s.writer, s.epoch, w.line, s.counts_to, s.past_line
  FROM unnest($3::text[], $4::int[], $5::bigint[]) AS w (writer, epoch, line)
  JOIN streams AS s USING (writer, epoch)
), fetched AS (
  SELECT r.low, r.high
  FROM unnest($6::text[], $7::text[]) AS r (low, high)
), segments AS (
  SELECT DISTINCT w.writer, w.epoch, c.segment, c.line1, w.counts_to, w.past_line
  FROM wanted AS w
  CROSS JOIN LATERAL (
    SELECT h.segment, h.line1
    FROM history_chunk AS h
    WHERE h.run_id = $1 AND h.stream = $2 AND h.writer = w.writer AND h.epoch = w.epoch
      AND h.key = '\#' AND h.line0 <= w.line
    ORDER BY h.line0 DESC
    LIMIT 1
  ) AS c
  WHERE c.line1 >= w.line
), batches AS (
  SELECT DISTINCT w.writer, w.epoch, t.line0, w.counts_to, w.past_line
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
SELECT p.writer, p.epoch, p.segment, c.key, c.line0, c.n, c.kind, c.lines, c.data, NULL::float8, p.counts_to, p.past_line
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
SELECT p.writer, p.epoch, p.line0, NULL, t.line0, t.n, 0, '', t.body, NULL, p.counts_to, p.past_line
FROM batches AS p
JOIN history_tail AS t
  ON t.run_id = $1 AND t.stream = $2 AND t.writer = p.writer AND t.epoch = p.epoch AND t.line0 = p.line0
UNION ALL
SELECT i.holder::text, 0, 0, NULL, 0, 0, -1, '', '', NULL, 0, 0
FROM {{counted s}}
CROSS JOIN LATERAL unnest({{others of s}}) AS i (holder)
WHERE s.run_id = $1 AND s.stream = $2;
