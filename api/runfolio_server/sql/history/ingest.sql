-- ingest_batch: $1 run id, $2 writer, $3 to $12 pieces of lines, $13 to $18 console, $19 to $22 summary, $23 to $25 exit, $26 what the writer sent of the summary, $27 user id, $28 logged keys → IngestedRow
SELECT stop_requested, state
FROM ingest_batch(
  $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20::text::jsonb, $21, $22, $23,
  $24, $25, $26, NULL, $27, $28::text::jsonb
);

-- ingest_visible_batch: $1 run id, $2 writer, $3 to $12 pieces of lines, $13 to $18 console, $19 to $22 summary, $23 to $25 exit, $26 what the writer sent of the summary, $27 user id, $28 logged keys, $29 viewer → IngestedRow
-- Writing and permission in one call: the function looks whose run it is. A query that finds the run cannot call it:
-- nothing that writes runs may be called inside a query on them where they are distributed.
SELECT stop_requested, state
FROM ingest_batch(
  $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20::text::jsonb, $21, $22, $23,
  $24, $25, $26, {{may log argument $29}}, $27, $28::text::jsonb
);

-- ingest_visible_columns: $1 run id, $2 writer, $3 to $12 pieces of lines, $13 to $16 summary, $17 to $19 exit, $20 what the writer sent of the summary, $21 to $35 chunks, $36 user id, $37 logged keys, $38 viewer → IngestedRow
-- Like ingest_visible_batch, for pieces of which some come as chunks.
SELECT stop_requested, state
FROM ingest_columns(
  $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::text::jsonb, $15, $16, $17, $18, $19, $20,
  {{may log argument $38}}, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36,
  $37::text::jsonb
);

-- select_epochs: $1 run id, $2 stream, $3 writer → EpochRow*
SELECT epoch
FROM run_stream
WHERE run_id = $1 AND stream = $2 AND writer = $3
ORDER BY epoch DESC;

-- select_next_line: $1 run id, $2 stream, $3 writer → NextLineRow
SELECT next_line
FROM run_stream
WHERE run_id = $1 AND stream = $2 AND writer = $3
ORDER BY epoch DESC
LIMIT 1;

-- count_rejected_lines: $1 run ids → RejectedCountRow*
-- Of all streams, writers and epochs; a run that has no lines at all is left out.
SELECT run_id, sum(rejected)::bigint
FROM run_stream
WHERE run_id = ANY ($1::uuid[])
GROUP BY run_id;
