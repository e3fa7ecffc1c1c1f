-- remember_document keeps what a writer sent of the config or summary of a run, and forgets those who were silent longest
-- when more than 256 write it: they are joined as somebody new. Called by ingest_batch, share_document and
-- sql/runs/documents.sql, by whoever holds the run's row. Idempotent.
--
-- p_run_id is the run, p_document is config or summary, p_writer is '' or the client's id, p_text is what it sent.
CREATE OR REPLACE FUNCTION remember_document(p_run_id uuid, p_document text, p_writer text, p_text text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_writers_max CONSTANT int := 256;
BEGIN
  UPDATE run_document AS d
  SET text = p_text, written_at = clock_timestamp()
  WHERE d.run_id = p_run_id AND d.document = p_document AND d.writer = p_writer;
  IF FOUND THEN
    RETURN;
  END IF;
  INSERT INTO run_document (run_id, document, writer, text) VALUES (p_run_id, p_document, p_writer, p_text);
  DELETE FROM run_document AS d
  WHERE d.run_id = p_run_id AND d.document = p_document AND d.writer IN (
    SELECT o.writer
    FROM run_document AS o
    WHERE o.run_id = p_run_id AND o.document = p_document
    ORDER BY o.written_at DESC
    OFFSET v_writers_max
  );
END $$;
