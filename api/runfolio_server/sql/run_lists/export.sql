-- select_export_runs: $1 run ids in order, $2 bytes → ExportRow*
-- Those of the runs that are still there. Their documents have at most so many bytes together, or are those of one run;
-- runs over that are told without documents. What is kept compressed is not opened to find that out.
-- The ids are asked for twice, because runs that are spread over machines are found there by a condition alone.
SELECT page.position, page.is_whole, page.username, {{columns page}}, page.environment, page.runtime,
  CASE WHEN page.is_whole THEN page.config_text ELSE '' END AS config_text,
  CASE WHEN page.is_whole THEN page.summary_text ELSE '' END AS summary_text
FROM (
  SELECT wanted.position, maker.name AS username, {{columns r}}, r.environment::text AS environment,
    CASE WHEN jsonb_typeof(r.summary -> '_runtime') = 'number' AND (r.summary ->> '_runtime')::numeric < 1e300
    THEN greatest((r.summary ->> '_runtime')::numeric, 0)::float8 END AS runtime, r.config_text, r.summary_text,
    row_number() OVER listed = 1
      OR sum(octet_length(r.config_text) + octet_length(r.summary_text)) OVER listed <= $2::bigint AS is_whole
  FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (run_id, position)
  JOIN runs AS r ON r.run_id = wanted.run_id
  JOIN users AS account ON account.user_id = r.created_by
  JOIN entities AS maker ON maker.entity_id = account.entity_id
  WHERE r.run_id = ANY ($1::uuid[]) AND r.deleted_at IS NULL
  WINDOW listed AS (ORDER BY wanted.position ROWS UNBOUNDED PRECEDING)
) AS page
ORDER BY page.position;
