-- store_entity_object tells that the bytes of a digest are stored for an entity. Called by sql/artifacts/objects.sql.
-- Idempotent: the same upload again changes nothing, and of several uploads of the same bytes the first one stays.
--
-- p_entity_id is whose they are, p_owner_id the same as the owner of objects (domain/owner.py), p_digest their MD5 in
-- base64, p_object_key where they lie, p_size is in bytes.
--
-- Returns the key under which the bytes are found from now on: another one than p_object_key when they were stored
-- already, and then that object is not needed; null when they were not taken. is_swept tells that they lay unused so
-- long that they are being deleted; is_wanted that a pending artifact waits for them.
CREATE OR REPLACE FUNCTION store_entity_object(
  p_entity_id bigint, p_owner_id uuid, p_digest text, p_object_key text, p_size bigint
) RETURNS TABLE (object_key text, is_wanted boolean, is_swept boolean)
LANGUAGE plpgsql AS $$
-- The names of the result are names of columns too.
#variable_conflict use_column
DECLARE
  v_artifact_id bigint;
  v_object_key  text;
  v_is_wanted   boolean;
  v_is_swept    boolean;
BEGIN
  SELECT u.artifact_id INTO v_artifact_id
  FROM artifact_upload AS u
  WHERE u.entity_id = p_entity_id AND u.digest = p_digest
  ORDER BY u.artifact_id
  LIMIT 1;
  v_is_wanted := FOUND;
  SELECT true INTO v_is_swept
  FROM unused_object AS u
  WHERE u.owner_id = p_owner_id AND u.object_key = p_object_key;
  v_is_swept := coalesce(v_is_swept, false);

  IF v_is_wanted AND NOT v_is_swept THEN
    INSERT INTO entity_object (entity_id, digest, object_key, size, birth_artifact_id)
    VALUES (p_entity_id, p_digest, p_object_key, p_size, v_artifact_id)
    ON CONFLICT (entity_id, digest) DO NOTHING;
  END IF;

  SELECT o.object_key INTO v_object_key
  FROM entity_object AS o
  WHERE o.entity_id = p_entity_id AND o.digest = p_digest;
  RETURN QUERY SELECT v_object_key, v_is_wanted, v_is_swept;
END $$;
