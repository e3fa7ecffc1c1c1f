-- json_value_by_name finds what a dotted name means in a document, as domain/dotted_key.py says it: in each object the
-- rest of the name is tried as one key, then its heads, the shortest first, each with what is left of it. Called by the
-- statements of filters/sql/json_sql.py for names of so many parts that their paths are not written out, and by indexes
-- on demand. It reads its arguments alone, and so is idempotent.
--
-- p_document is an object; p_name has the parts of the name between its dots. The answer is null where there is no such
-- value, and JSON's null where it is that.
CREATE OR REPLACE FUNCTION json_value_by_name(p_document jsonb, p_name text[]) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  -- What is still to be looked into, and from which part of the name on; the next one last.
  v_insides jsonb[] := ARRAY[p_document];
  v_starts  int[] := ARRAY[1];
  v_count   int := 1;
  v_inside  jsonb;
  v_start   int;
  v_found   jsonb;
BEGIN
  WHILE v_count > 0 LOOP
    v_inside := v_insides[v_count];
    v_start := v_starts[v_count];
    v_count := v_count - 1;
    v_found := v_inside #> ARRAY[array_to_string(p_name[v_start:], '.')];
    IF v_found IS NOT NULL THEN
      RETURN v_found;
    END IF;
    FOR v_end IN REVERSE cardinality(p_name) - 1 .. v_start LOOP
      v_found := v_inside #> ARRAY[array_to_string(p_name[v_start:v_end], '.')];
      IF jsonb_typeof(v_found) IN ('object', 'array') THEN
        v_count := v_count + 1;
        v_insides[v_count] := v_found;
        v_starts[v_count] := v_end + 1;
      END IF;
    END LOOP;
  END LOOP;
  RETURN NULL;
END $$;
