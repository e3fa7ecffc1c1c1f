-- share_document tells somebody who writes the config or summary of a run what to join it to, and remembers what others
-- wrote. Called by sql/runs/documents.sql for ingest/append.py and actions/runs/, in the transaction that then writes the
-- document: it locks the run. Idempotent.
--
-- p_run_id is the run, p_document is config or summary.
-- p_writer is '' or, where several processes write one run, the client's id. Null: somebody who edits what is there, and
-- sends it once. From then on the run's processes are joined to the edit; but not of a run that has ended, because a start
-- would forget it.
--
-- Returns the document that is there; whether others write it too; and what this writer last sent, null: nothing.
-- Returns no row when the run does not exist or is deleted.
CREATE OR REPLACE FUNCTION share_document(p_run_id uuid, p_document text, p_writer text)
RETURNS TABLE (stored_text text, is_shared boolean, previous_text text)
LANGUAGE plpgsql AS $$
DECLARE
  v_alone text;                                      -- who has written it; '*': several; null: nobody yet
  v_state text;
BEGIN
  SELECT r.state, CASE p_document WHEN 'config' THEN r.config_text ELSE r.summary_text END,
    CASE p_document WHEN 'config' THEN r.config_writer ELSE r.summary_writer END
  INTO v_state, stored_text, v_alone
  FROM runs AS r
  WHERE r.run_id = p_run_id AND r.deleted_at IS NULL
  FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;

  -- Those of domain/run_state.py that only a start leaves; a test compares. A crash that the run has told itself (exit
  -- code 254) is not told from one that is guessed: what is remembered of an edit then goes with the next start, too.
  is_shared := v_alone = '*' OR CASE WHEN p_writer IS NULL THEN
    v_state NOT IN ('finished', 'failed', 'killed', 'preempted')
  ELSE
    v_alone <> p_writer
  END;
  is_shared := coalesce(is_shared, false);
  IF is_shared AND v_alone IS DISTINCT FROM '*' THEN
    IF v_alone IS NOT NULL THEN
      PERFORM remember_document(p_run_id, p_document, v_alone, stored_text);
    END IF;
    UPDATE runs AS r
    SET config_writer = CASE p_document WHEN 'config' THEN '*' ELSE r.config_writer END,
        summary_writer = CASE p_document WHEN 'summary' THEN '*' ELSE r.summary_writer END
    WHERE r.run_id = p_run_id;
  END IF;
  IF is_shared THEN
    SELECT d.text INTO previous_text
    FROM run_document AS d
    WHERE d.run_id = p_run_id AND d.document = p_document AND d.writer = p_writer;
  END IF;
  RETURN NEXT;
END $$;
