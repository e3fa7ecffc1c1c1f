-- ingest_batch: $1 run id, $2 writer, $3 to $10 pieces of lines, $11 to $16 console, $17 to $19 summary, $20 to $22 exit → IngestedRow
SELECT stop_requested, state
FROM ingest_batch(
  $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18::text::jsonb, $19, $20, $21, $22
);
