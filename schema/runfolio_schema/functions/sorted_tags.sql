-- sorted_tags is a set of tags as JSON: the same array for the same tags, whatever their order. Called by the statements
-- of filters/sql/value_sql.py. A function, because where runs are distributed a value that is selected may have no
-- sub-select. It reads its argument alone, and so is idempotent.
--
-- p_tags are the tags of a run. The answer is null where there are none.
CREATE OR REPLACE FUNCTION sorted_tags(p_tags text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT jsonb_agg(t.tag ORDER BY t.tag COLLATE "C") FROM unnest(p_tags) AS t (tag)
$$;
