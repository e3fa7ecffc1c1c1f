"""A recorder in the place of Citus: its catalogues and functions, in a real PostgreSQL, which write down their calls.

It shows in which order what is asked for, with which arguments and settings, in which transaction, and what comes of an
interruption. It does NOT show that Citus takes any of it: nothing is spread, copied or locked, no statement is refused,
and no machine is asked. What Citus does with these calls must be tried on machines that have it.
"""

from __future__ import annotations

from dataclasses import dataclass

from runfolio_server.sql.table_kinds import DISTRIBUTED, FUNCTIONS_BY_RUN, FUNCTIONS_EVERYWHERE, REFERENCE
from tests.sql.databases import RawConnection

SPREAD = ["runs", *(name for name in DISTRIBUTED if name != "runs")]
CALLS = [
    *(f"create_reference_table({name})" for name in REFERENCE),
    "create_distributed_table(runs, run_id, none, 8)",
    *(f"create_distributed_table({name}, {DISTRIBUTED[name]}, runs, )" for name in SPREAD[1:]),
    *(f"create_distributed_function({name}, , default)" for name in FUNCTIONS_EVERYWHERE),
    *(f"create_distributed_function({name}, p_run_id, runs)" for name in FUNCTIONS_BY_RUN),
]
"""What is recorded when a whole database is distributed in 8 shards."""

# In pg_catalog, where Citus has them too. A colocation is a number that tables of one group share.
_RECORDER = """
SET allow_system_table_mods = on;
INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
SELECT 1, 'citus', r.oid, 'pg_catalog'::regnamespace, false, '13.2-1' FROM pg_roles AS r WHERE r.rolname = current_user;
CREATE TABLE pg_catalog.pg_dist_partition (
  logicalrelid regclass PRIMARY KEY, partmethod "char" NOT NULL, partkey text, colocationid int NOT NULL,
  repmodel "char" NOT NULL
);
CREATE TABLE pg_catalog.pg_dist_node (
  groupid int PRIMARY KEY, nodename text NOT NULL, nodeport int NOT NULL, noderole text NOT NULL DEFAULT 'primary',
  isactive boolean NOT NULL DEFAULT true, shouldhaveshards boolean NOT NULL DEFAULT true
);
CREATE TABLE pg_catalog.pg_dist_object (
  classid oid, objid oid, distribution_argument_index int, colocationid int, PRIMARY KEY (classid, objid)
);
RESET allow_system_table_mods;

CREATE SCHEMA recorder;
CREATE TABLE recorder.call (
  number int PRIMARY KEY, transaction xid8 NOT NULL DEFAULT pg_current_xact_id(), text text NOT NULL,
  mode text DEFAULT current_setting('citus.multi_shard_modify_mode', true),
  local_keys text DEFAULT current_setting('citus.enable_local_reference_table_foreign_keys', true)
);
-- Counts on when a transaction is undone.
CREATE SEQUENCE recorder.attempt;
CREATE TABLE recorder.failing (name text);
CREATE TABLE recorder.slow (name text);
CREATE FUNCTION recorder.record(p_name text, p_text text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_attempt int := nextval('recorder.attempt');
BEGIN
  IF EXISTS (SELECT FROM recorder.slow AS s WHERE s.name = p_name) THEN PERFORM pg_sleep(600); END IF;
  IF EXISTS (SELECT FROM recorder.failing AS f WHERE f.name = p_name) THEN RAISE 'a machine was lost'; END IF;
  INSERT INTO recorder.call (number, text) VALUES (v_attempt, p_text);
END $$;

SET allow_system_table_mods = on;
CREATE FUNCTION pg_catalog.column_to_column_name(regclass, text) RETURNS text LANGUAGE sql AS 'SELECT $2';
CREATE FUNCTION pg_catalog.create_reference_table(table_name regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO pg_catalog.pg_dist_partition VALUES (table_name, 'n', NULL, 1, 't');
  PERFORM recorder.record(table_name::text, format('create_reference_table(%s)', table_name));
END $$;
CREATE FUNCTION pg_catalog.create_distributed_table(
  table_name regclass, distribution_column text, distribution_type text DEFAULT 'hash',
  colocate_with text DEFAULT 'default', shard_count int DEFAULT NULL
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_group int := 2;
BEGIN
  IF colocate_with <> 'none' THEN
    SELECT p.colocationid INTO STRICT v_group
    FROM pg_dist_partition AS p
    WHERE p.logicalrelid = colocate_with::regclass;
  END IF;
  INSERT INTO pg_catalog.pg_dist_partition VALUES (table_name, 'h', distribution_column, v_group, 's');
  PERFORM recorder.record(table_name::text, format(
    'create_distributed_table(%s, %s, %s, %s)', table_name, distribution_column, colocate_with, shard_count
  ));
END $$;
CREATE FUNCTION pg_catalog.create_distributed_function(
  function_name regprocedure, distribution_arg_name text DEFAULT NULL, colocate_with text DEFAULT 'default',
  force_delegation bool DEFAULT NULL
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_name text := function_name::regproc;
BEGIN
  INSERT INTO pg_catalog.pg_dist_object
  SELECT 'pg_proc'::regclass, p.oid, array_position(p.proargnames, distribution_arg_name) - 1,
    (SELECT d.colocationid FROM pg_dist_partition AS d WHERE d.logicalrelid = to_regclass(colocate_with))
  FROM pg_proc AS p WHERE p.oid = function_name
  ON CONFLICT (classid, objid) DO UPDATE
  SET distribution_argument_index = excluded.distribution_argument_index, colocationid = excluded.colocationid;
  PERFORM recorder.record(v_name, format(
    'create_distributed_function(%s, %s, %s)', v_name, distribution_arg_name, colocate_with
  ));
END $$;
RESET allow_system_table_mods;
"""


@dataclass(frozen=True, slots=True)
class Call:
    """One call that was not undone, and what the connection was told then."""

    text: str
    transaction: int
    mode: str | None
    local_keys: str | None


async def install_recorder(connection: RawConnection) -> None:
    """Put the recorder into this database, with a coordinator and two workers."""
    await connection.execute(_RECORDER)
    await connection.execute(
        "INSERT INTO pg_catalog.pg_dist_node (groupid, nodename, nodeport, shouldhaveshards)"
        " VALUES (0, 'first', 5432, false), (1, 'second', 5432, true), (2, 'third', 5433, true)"
    )


async def recorded_calls(connection: RawConnection) -> list[Call]:
    """The calls whose transactions have ended, in order."""
    rows = await connection.fetch("SELECT text, transaction, mode, local_keys FROM recorder.call ORDER BY number")
    return [Call(*row) for row in rows]


async def texts(observer: RawConnection) -> list[str]:
    """Those calls without what surrounds them."""
    return [call.text for call in await recorded_calls(observer)]
