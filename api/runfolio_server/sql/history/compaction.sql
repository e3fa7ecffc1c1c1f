-- select_streams_to_compact: $1 limit → TailedStreamRow*
-- Streams whose tail is worth a chunk, or whose run has ended or is silent; the largest first. The tail is small as long as the
-- worker keeps up, run_stream is not: hence the sub-select.
SELECT s.run_id, s.stream, s.writer, s.epoch
FROM (SELECT DISTINCT t.run_id, t.stream, t.writer, t.epoch FROM history_tail AS t) AS found
JOIN run_stream AS s USING (run_id, stream, writer, epoch)
JOIN runs AS r USING (run_id)
WHERE (s.lease IS NULL OR s.lease < now())
  AND (
    s.tail_lines >= 200
    OR s.tail_bytes >= 1048576
    OR {{state ended r.state}}
    OR r.heartbeat_at < now() - interval '5 minutes'
  )
ORDER BY s.tail_bytes DESC, s.run_id, s.stream, s.writer, s.epoch
LIMIT $1;

-- take_lease: $1 run id, $2 stream, $3 writer, $4 epoch, $5 seconds → LeaseRow
-- The right to compact a stream for a while; no row when somebody else has it or nothing is in the tail.
UPDATE run_stream
SET lease = now() + make_interval(secs => $5)
WHERE run_id = $1 AND stream = $2 AND writer = $3 AND epoch = $4
  AND tail_lines > 0 AND (lease IS NULL OR lease < now())
RETURNING lease, coalesce(upper(missing), 0);

-- select_tail: $1 run id, $2 stream, $3 writer, $4 epoch, $5 first line, $6 lines, $7 bytes → TailRow*
-- The first batches of the tail from this line on, as many as begin within these bounds; one at least.
SELECT t.line0, t.n, t.body
FROM (
  SELECT b.line0, b.n, b.body,
    sum(b.n) OVER earlier - b.n AS lines_before,
    sum(octet_length(b.body)) OVER earlier - octet_length(b.body) AS bytes_before
  FROM history_tail AS b
  WHERE b.run_id = $1 AND b.stream = $2 AND b.writer = $3 AND b.epoch = $4 AND b.line0 >= $5
  WINDOW earlier AS (ORDER BY b.line0)
) AS t
WHERE t.lines_before < $6 AND t.bytes_before < $7
ORDER BY t.line0;

-- select_last_segments: $1 run id, $2 stream, $3 writer, $4 epoch, $5 first and $6 past last line, $7 limit → SegmentRow*
-- The newest segments that begin in these lines, newest first.
SELECT c.segment, c.n, c.line1
FROM history_chunk AS c
WHERE c.run_id = $1 AND c.stream = $2 AND c.writer = $3 AND c.epoch = $4
  AND c.key = '\#' AND c.line0 >= $5 AND c.line0 < $6 AND c.segment >= $5
ORDER BY c.line0 DESC
LIMIT $7;

-- select_segment_chunks: $1 run id, $2 stream, $3 writer, $4 epoch, $5 first and $6 past last line, $7 bytes, $8 values → StoredRow*
-- Everything of the segments that begin in these lines; no row when that is more than so much data or so many values.
SELECT c.writer, c.epoch, c.segment, c.key, c.line0, c.n, c.kind, c.lines, c.data, NULL::float8, 'infinity'::float8, 0
FROM (
  SELECT f.writer, f.epoch, f.segment, f.key, f.line0, f.n, f.kind, f.lines, f.data,
    sum(octet_length(f.data)) OVER () AS bytes, sum(f.n) OVER () AS values
  FROM history_chunk AS f
  WHERE f.run_id = $1 AND f.stream = $2 AND f.writer = $3 AND f.epoch = $4
    AND f.line0 >= $5 AND f.line0 < $6 AND f.segment >= $5
) AS c
WHERE c.bytes <= $7 AND c.values <= $8;

-- delete_tail: $1 run id, $2 stream, $3 writer, $4 epoch, $5 first lines
DELETE FROM history_tail
WHERE run_id = $1 AND stream = $2 AND writer = $3 AND epoch = $4 AND line0 = ANY ($5::bigint[]);

-- delete_segments: $1 run id, $2 stream, $3 writer, $4 epoch, $5 first and $6 past last line
DELETE FROM history_chunk
WHERE run_id = $1 AND stream = $2 AND writer = $3 AND epoch = $4
  AND line0 >= $5 AND line0 < $6 AND segment >= $5;

-- insert_chunks: $1 run id, $2 stream, $3 writer, $4 epoch, $5 … $18 one array per column
INSERT INTO history_chunk (
  run_id, stream, writer, epoch, key, line0, line1, segment, n, kind, step_low, step_high, low, high, first, last,
  lines, data
)
SELECT $1, $2, $3, $4, c.key, c.line0, c.line1, c.segment, c.n, c.kind, c.step_low, c.step_high, c.low, c.high, c.first,
  c.last, c.lines, c.data
FROM unnest(
  $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::int[], $10::smallint[], $11::float8[], $12::float8[],
  $13::float8[], $14::float8[], $15::text[], $16::text[], $17::bytea[], $18::bytea[]
) AS c (key, line0, line1, segment, n, kind, step_low, step_high, low, high, first, last, lines, data);

-- release_lease: $1 run id, $2 stream, $3 writer, $4 epoch, $5 lease, $6 past the last line compacted, $7 lines, $8 bytes taken out
-- No row: the lease ran out and somebody else has taken it since.
UPDATE run_stream
SET done = greatest(done, $6),
    tail_lines = tail_lines - $7,
    tail_bytes = tail_bytes - $8,
    lease = NULL
WHERE run_id = $1 AND stream = $2 AND writer = $3 AND epoch = $4 AND lease = $5;
