"""The objects of runs: which are in use, and which rows of deleted runs no longer count. Used by object_sweep.py."""

from __future__ import annotations

from runfolio_server.domain.owner import OwnerKind
from runfolio_server.objects.store import BATCH
from runfolio_server.sql.objects.run_objects import (
    DELETE_HISTORY_EXPORTS,
    DELETE_HISTORY_FILES,
    SELECT_KNOWN_RUNS,
    SELECT_RUNS_WITH_OBSOLETE_FILES,
    SELECT_USED_RUN_OBJECTS,
)
from runfolio_server.sql.pool import Database
from runfolio_server.worker.owned_objects import OwnedObjects

# A deleted run's history files can be made again from its rows, should it ever come back.
RUN_GRACE_DAYS = 7


async def forget_files_of_deleted_runs(database: Database) -> None:
    """Delete the rows of history files that nobody can ask for."""
    is_full = True
    while is_full:
        async with database.transaction() as connection:
            runs = await connection.rows(SELECT_RUNS_WITH_OBSOLETE_FILES, RUN_GRACE_DAYS, BATCH)
            run_ids = [run.run_id for run in runs]
            await connection.execute(DELETE_HISTORY_FILES, run_ids)
            await connection.execute(DELETE_HISTORY_EXPORTS, run_ids)
        is_full = len(runs) == BATCH


RUN_OBJECTS = OwnedObjects(OwnerKind.RUN, SELECT_KNOWN_RUNS, SELECT_USED_RUN_OBJECTS, forget_files_of_deleted_runs)
