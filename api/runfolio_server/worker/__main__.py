"""The worker process: `python -m runfolio_server.worker`, by `serve` or by hand; settings from the environment."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys

from runfolio_server.allocator import give_memory_back_soon
from runfolio_server.errors import Unavailable
from runfolio_server.log_lines import write_log
from runfolio_server.objects.open_store import store_place
from runfolio_server.objects.temporary_files import remove_leftovers
from runfolio_server.parent import wait_for_parent_to_end
from runfolio_server.settings import Settings, read_settings
from runfolio_server.sql.pool import Database, open_database
from runfolio_server.sql.pooled import way_of
from runfolio_server.worker.artifact_upkeep import keep_artifacts_forever
from runfolio_server.worker.compaction import compact_forever
from runfolio_server.worker.copies import finish_copies_forever
from runfolio_server.worker.crash_detection import detect_crashes_forever
from runfolio_server.worker.event_sweep import sweep_events_forever
from runfolio_server.worker.index_upkeep import keep_indexes_forever
from runfolio_server.worker.object_sweep import sweep_objects_forever
from runfolio_server.worker.purge import purge_forever
from runfolio_server.worker.webhooks import deliver_forever

# One for compaction, one for everything else.
CONNECTIONS = 2


async def main() -> None:
    """Work until SIGTERM, SIGINT or the end of the `serve` that started it."""
    give_memory_back_soon()
    settings = read_settings()
    write_log(settings.log_format, logging.INFO, "worker")
    remove_leftovers(settings.data_dir)
    database = await open_database(
        settings.database_url,
        size=CONNECTIONS,
        wait_s=settings.pool_wait_s,
        statement_timeout_s=settings.statement_timeout_s,
        by=way_of(is_pooled=settings.is_pooled),
    )
    told_to_end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_end.set)
    try:
        await _work(database, settings, told_to_end)
    finally:
        await database.close()


async def _work(database: Database, settings: Settings, told_to_end: asyncio.Event) -> None:
    jobs = [
        asyncio.create_task(compact_forever(database)),
        asyncio.create_task(detect_crashes_forever(database, settings.heartbeat_timeout_s)),
        asyncio.create_task(keep_indexes_forever(database, settings.session_url)),
        asyncio.create_task(sweep_objects_forever(database, store_place(settings))),
        asyncio.create_task(sweep_events_forever(database)),
        asyncio.create_task(deliver_forever(database, settings)),
        asyncio.create_task(purge_forever(database, settings.deleted_kept_days)),
        asyncio.create_task(keep_artifacts_forever(database)),
        asyncio.create_task(finish_copies_forever(database, store_place(settings))),
    ]
    ends = [asyncio.create_task(told_to_end.wait()), asyncio.create_task(wait_for_parent_to_end())]
    done, pending = await asyncio.wait([*jobs, *ends], return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    for task in done:
        # A job never returns: if one is done it failed, and `serve` starts a fresh process.
        task.result()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except Unavailable as error:
        # `serve` starts another worker, and by then PostgreSQL may be back.
        sys.exit(f"The worker ends: {error}")
