-- select_step_range: $1 run ids, $2 stream, $3 least and $4 past greatest stored key → StepRangeRow*, in one snapshot
-- Between which steps runs have any of the keys, or anything that is not compacted; and the runs whose rows count in them
-- too. Of a stream that is cut the greatest step may be less than what is told.
SELECT min(found.step_low), max(found.step_high), NULL::uuid, NULL::uuid
FROM (
  SELECT c.step_low, least(c.step_high, s.counts_to) AS step_high
  FROM {{counted s}}
  CROSS JOIN unnest($3::text[], $4::text[]) AS r (low, high)
  JOIN history_chunk AS c
    ON c.run_id = s.run_id AND c.stream = s.stream AND c.writer = s.writer AND c.epoch = s.epoch
    AND c.key >= r.low AND c.key < r.high
  WHERE s.run_id = ANY ($1::uuid[]) AND s.stream = $2 AND {{some of c in s}}
  UNION ALL
  SELECT t.step_low, least(t.step_high, s.counts_to)
  FROM {{counted s}}
  JOIN history_tail AS t ON t.run_id = s.run_id AND t.stream = s.stream AND t.writer = s.writer AND t.epoch = s.epoch
  WHERE s.run_id = ANY ($1::uuid[]) AND s.stream = $2 AND {{some of t in s}}
) AS found
UNION ALL
SELECT NULL, NULL, s.run_id, i.holder
FROM {{counted s}}
CROSS JOIN LATERAL unnest({{others of s}}) AS i (holder)
WHERE s.run_id = ANY ($1::uuid[]) AND s.stream = $2;

-- select_last_step: $1 run id, $2 stream → LastStepRow*
-- The greatest step of a run's rows, and whether all rows of what it was found in count: if not it is the least step that
-- the last row may have. And the runs whose rows count too.
SELECT max(CASE WHEN found.is_whole THEN found.step_high ELSE found.step_low END), bool_and(found.is_whole), NULL::uuid
FROM (
  SELECT c.step_low, c.step_high, {{all of c in s}} AS is_whole
  FROM {{counted s}}
  JOIN history_chunk AS c ON c.run_id = s.run_id AND c.stream = s.stream AND c.writer = s.writer AND c.epoch = s.epoch
  WHERE s.run_id = $1 AND s.stream = $2 AND c.key = '\#' AND {{some of c in s}}
  UNION ALL
  SELECT t.step_low, t.step_high, {{all of batch t in s}}
  FROM {{counted s}}
  JOIN history_tail AS t ON t.run_id = s.run_id AND t.stream = s.stream AND t.writer = s.writer AND t.epoch = s.epoch
  WHERE s.run_id = $1 AND s.stream = $2 AND {{some of t in s}}
) AS found
UNION ALL
SELECT NULL, NULL, i.holder
FROM {{counted s}}
CROSS JOIN LATERAL unnest({{others of s}}) AS i (holder)
WHERE s.run_id = $1 AND s.stream = $2;

-- select_keys: $1 run ids, $2 stream → KeyRow*, in one snapshot
-- The keys of runs from what is known beside the data, and the tail unread: see history/reading/keys.py. Without a key and
-- a body: chunks of which some rows count are told of (is_cut), or a run whose rows count too (holder).
SELECT c.run_id, CASE WHEN c.is_whole THEN c.key END, sum(c.n)::bigint,
  coalesce(sum(c.n) FILTER (WHERE c.kind <> 0 OR c.low IS NOT NULL), 0)::bigint,
  min(c.step_low), max(c.step_high), min(c.low) FILTER (WHERE c.low > '-infinity' AND c.low < 'infinity'),
  max(c.high) FILTER (WHERE c.high > '-infinity' AND c.high < 'infinity'),
  count(*) FILTER (WHERE c.is_whole AND NOT (c.low > '-infinity' AND c.high < 'infinity')),
  max(c.epoch), (array_agg(c.writer ORDER BY c.epoch DESC, c.line1 DESC, c.writer DESC))[1],
  (array_agg(c.line1 ORDER BY c.epoch DESC, c.line1 DESC, c.writer DESC))[1],
  (array_agg(c.last ORDER BY c.epoch DESC, c.line1 DESC, c.writer DESC))[1], NULL::bytea,
  'infinity'::float8, 0, NOT c.is_whole, NULL::uuid
FROM (
  SELECT h.run_id, h.key, h.n, h.kind, h.step_low, h.step_high, h.low, h.high, h.epoch, h.writer, h.line1, h.last,
    {{all of h in s}} AS is_whole
  FROM {{counted s}}
  JOIN history_chunk AS h ON h.run_id = s.run_id AND h.stream = s.stream AND h.writer = s.writer AND h.epoch = s.epoch
  WHERE s.run_id = ANY ($1::uuid[]) AND s.stream = $2 AND {{some of h in s}}
) AS c
GROUP BY c.run_id, c.is_whole, c.key
UNION ALL
SELECT t.run_id, NULL, t.n, 0, t.step_low, t.step_high, NULL, NULL, 0, t.epoch, t.writer, t.line0, NULL, t.body,
  {{bounds of s}}, false, NULL
FROM {{counted s}}
JOIN history_tail AS t ON t.run_id = s.run_id AND t.stream = s.stream AND t.writer = s.writer AND t.epoch = s.epoch
WHERE s.run_id = ANY ($1::uuid[]) AND s.stream = $2 AND {{some of t in s}}
UNION ALL
SELECT s.run_id, NULL, 0, 0, NULL, NULL, NULL, NULL, 0, 0, '', 0, NULL, NULL, 0, 0, false, i.holder
FROM {{counted s}}
CROSS JOIN LATERAL unnest({{others of s}}) AS i (holder)
WHERE s.run_id = ANY ($1::uuid[]) AND s.stream = $2;

-- select_cut_chunks: $1 run id, $2 stream → StoredRow*
-- Chunks of which some rows count and some do not, each with the steps of its segment.
SELECT c.writer, c.epoch, c.segment, c.key, c.line0, c.n, c.kind, c.lines, c.data, NULL::float8, {{bounds of s}}
FROM {{counted s}}
JOIN history_chunk AS c ON c.run_id = s.run_id AND c.stream = s.stream AND c.writer = s.writer AND c.epoch = s.epoch
WHERE s.run_id = $1 AND s.stream = $2 AND {{some of c in s}} AND NOT ({{all of c in s}});

-- select_old_ranges: $1 run ids, $2 stream, $3 stored key of each run id, $4 how many, $5 run id, $6 key, $7 writer, $8 epoch, $9 line0 of the one before → OldRangeRow*, in one snapshot
-- Chunks of an older release whose range has an infinity for an end, in order, from behind one: see history/reading/old_ranges.py.
SELECT c.run_id, c.key, c.writer, c.epoch, c.line0, c.kind, c.n, c.data
FROM unnest($1::uuid[], $3::text[]) AS w (run_id, key)
JOIN {{counted s}} ON s.run_id = w.run_id AND s.stream = $2
JOIN history_chunk AS c
  ON c.run_id = s.run_id AND c.stream = s.stream AND c.writer = s.writer AND c.epoch = s.epoch AND c.key = w.key
WHERE NOT (c.low > '-infinity' AND c.high < 'infinity') AND {{all of c in s}}
  AND ($5::uuid IS NULL OR (c.run_id, c.key, c.writer, c.epoch, c.line0) > ($5, $6, $7, $8, $9))
ORDER BY c.run_id, c.key, c.writer, c.epoch, c.line0
LIMIT $4;

-- select_lines_of_keys: $1 run ids, $2 stream, $3 stored key of each run id → KeyLinesRow*, in one snapshot
-- The lines of flat and nested keys of one name, so that a row that has both is counted once.
SELECT c.run_id, c.key, c.writer, c.epoch, c.segment, c.line0, c.n, c.lines
FROM unnest($1::uuid[], $3::text[]) AS w (run_id, key)
JOIN {{counted s}} ON s.run_id = w.run_id AND s.stream = $2
JOIN history_chunk AS c
  ON c.run_id = s.run_id AND c.stream = s.stream AND c.writer = s.writer AND c.epoch = s.epoch AND c.key = w.key
WHERE {{all of c in s}};
