-- lock_runs holds these runs until the transaction ends, one after the other in the order of their ids, whatever the
-- order of the array: two changes of the same runs wait for each other, and never in a circle. Ids of no run are passed
-- over. Idempotent. Called by sql/run_lists/list.py.
--
-- $1 p_run_ids uuid[]
--
-- One look by key for each run, because runs that are spread over machines cannot be locked together.
CREATE OR REPLACE FUNCTION lock_runs(p_run_ids uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_run_id uuid;
BEGIN
  FOR v_run_id IN SELECT u.run_id FROM unnest(p_run_ids) AS u (run_id) ORDER BY u.run_id LOOP
    PERFORM r.run_id FROM runs AS r WHERE r.run_id = v_run_id FOR UPDATE;
  END LOOP;
END $$;
