-- ingest_columns is ingest_batch for pieces of which some come as chunks. Called by sql/history/ingest.sql for
-- ingest/append.py. Idempotent: chunks of lines that are known are left out.
--
-- p_run_id to p_may are those of ingest_batch; p_body is null for a piece that comes as chunks.
-- p_piece to p_data have one element for each chunk: the piece that it is of, counted from 1, and then the columns of
-- history_chunk. p_user_id and p_logged_keys are those of ingest_batch.
--
-- Returns what ingest_batch returns, without the epochs.
CREATE OR REPLACE FUNCTION ingest_columns(
  p_run_id uuid, p_writer text,
  p_stream text[], p_line0 bigint[], p_n int[], p_first bytea[], p_body bytea[],
  p_step_low float8[], p_step_high float8[], p_rejected int[], p_repeated int[], p_compared bigint[],
  p_summary_text text, p_summary jsonb, p_summary_rejected int, p_system_text text,
  p_preempting boolean, p_exit_code int, p_exit_state text, p_summary_sent text, p_may bigint[],
  p_piece int[], p_key text[], p_chunk_line0 bigint[], p_chunk_line1 bigint[], p_segment bigint[], p_chunk_n int[],
  p_kind smallint[], p_chunk_step_low float8[], p_chunk_step_high float8[], p_low float8[], p_high float8[],
  p_first_value text[], p_last_value text[], p_lines bytea[], p_data bytea[], p_user_id bigint DEFAULT NULL,
  p_logged_keys jsonb DEFAULT NULL
) RETURNS TABLE (stop_requested boolean, state text)
LANGUAGE plpgsql AS $$
DECLARE
  v_run record;
BEGIN
  SELECT i.stop_requested, i.state, i.epochs INTO v_run
  FROM ingest_batch(
    p_run_id, p_writer, p_stream, p_line0, p_n, p_first, p_body, p_step_low, p_step_high, p_rejected,
    p_repeated, p_compared,
    NULL, NULL, '{}', '{}', '{}', '{}',
    p_summary_text, p_summary, p_summary_rejected, p_system_text, p_preempting, p_exit_code, p_exit_state,
    p_summary_sent, p_may, p_user_id, p_logged_keys
  ) AS i;
  IF NOT FOUND THEN
    RETURN;
  END IF;

  INSERT INTO history_chunk (
    run_id, stream, writer, epoch, key, line0, line1, segment, n, kind, step_low, step_high, low, high, first, last,
    lines, data
  )
  SELECT p_run_id, p_stream[c.piece], p_writer, v_run.epochs[c.piece], c.key, c.line0, c.line1, c.segment, c.n, c.kind,
    c.step_low, c.step_high, c.low, c.high, c.first, c.last, c.lines, c.data
  FROM unnest(
    p_piece, p_key, p_chunk_line0, p_chunk_line1, p_segment, p_chunk_n, p_kind, p_chunk_step_low, p_chunk_step_high,
    p_low, p_high, p_first_value, p_last_value, p_lines, p_data
  ) AS c (piece, key, line0, line1, segment, n, kind, step_low, step_high, low, high, first, last, lines, data)
  WHERE v_run.epochs[c.piece] IS NOT NULL;
  RETURN QUERY SELECT v_run.stop_requested, v_run.state;
END $$;
