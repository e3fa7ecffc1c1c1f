-- write_run_event tells of a change of a run, in the transaction of the change. Called by start_run and ingest_batch, and
-- by sql/events/events.sql for events/writer.py. Not idempotent: a repeat tells it again, and the caller knows whether
-- something has changed.
--
-- p_run_id is the run; NOTE: the caller holds its row, so that the numbers of its events rise in the order of commit.
-- p_kind is one of domain/events.py.
-- p_previous_state, p_state and p_cause (domain/state_change.py) are its detail; null: it has none.
-- p_user_id is whoever brought it about; null: nobody did, the server has found it.
-- p_more are further members of the detail, such as exit_code; null: none.
CREATE OR REPLACE FUNCTION write_run_event(
  p_run_id uuid, p_kind text, p_previous_state text, p_state text, p_cause text, p_user_id bigint DEFAULT NULL,
  p_more jsonb DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_number  bigint;
  v_project bigint;
  v_entity  bigint;
BEGIN
  SELECT r.project_id, p.entity_id INTO v_project, v_entity
  FROM runs AS r
  JOIN projects AS p USING (project_id)
  WHERE r.run_id = p_run_id;
  SELECT coalesce(max(e.number), 0) + 1 INTO v_number FROM run_event AS e WHERE e.run_id = p_run_id;
  INSERT INTO run_event (run_id, number, kind, entity_id, project_id, detail)
  VALUES (
    p_run_id, v_number, p_kind, v_entity, v_project,
    jsonb_strip_nulls(
      jsonb_build_object('from', p_previous_state, 'to', p_state, 'cause', p_cause, 'by', p_user_id)
      || coalesce(p_more, '{}')
    )
  );
END $$;
