"""Ten honest users beside a hostile one, `python -m tests.load unfair`, or two hundred clients at once, `… crowd`.

Exit code 1 when an acknowledged line is lost or doubled, or when an honest request fails with an error that does not
say when to come back; of a crowd also when a connection stays behind.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from random import randrange

from tests.bench.whole_server import MemoryWatch, whole_server
from tests.load.crowd import crowd
from tests.load.ground import FULL, SMALL
from tests.load.report import report
from tests.load.unfair import Unfair

# More often would take time of the processes that are looked at.
LOOK_EVERY_S = 0.5


def main() -> int:
    """Run a load as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    kinds = parser.add_subparsers(required=True)
    many = kinds.add_parser("crowd", help="many clients on few connections, beside such that say nothing")
    many.add_argument("--clients", type=int, default=200, help="of twenty users (default: 200)")
    many.add_argument("--pool", type=int, default=10, help="connections to PostgreSQL (default: 10)")
    many.add_argument("--seconds", type=float, default=20.0, help="in which all list runs (default: 20)")
    many.set_defaults(run=_crowd)
    unfair = kinds.add_parser("unfair", help="ten honest users and a hostile one")
    unfair.set_defaults(run=_unfair)
    unfair.add_argument("--minutes", type=float, default=5.0, help="of phases, half of them with him (default: 5)")
    unfair.add_argument("--seed", type=int, default=randrange(10**6), help="of lines and order (default: random)")
    unfair.add_argument("--without", action="store_true", help="without him in any phase: what the noise is")
    unfair.add_argument("--connections", action="store_true", help="also attacks without a key, from 127.0.0.2")
    unfair.add_argument("--small", action="store_true", help="on little data, to try the command")
    arguments = parser.parse_args()
    code: int = arguments.run(arguments)
    return code


def _crowd(arguments: argparse.Namespace) -> int:
    with whole_server(environment={"RUNFOLIO_POOL_SIZE": str(arguments.pool)}) as server:
        found = asyncio.run(crowd(server, arguments.clients, arguments.pool, arguments.seconds))
    print(found.text())
    return 1 if found.wrong else 0


def _unfair(arguments: argparse.Namespace) -> int:
    print(f"seed {arguments.seed}", flush=True)
    with whole_server() as server, MemoryWatch(server.pid, LOOK_EVERY_S) as watch:
        load = Unfair(server, arguments.seed, has_hostile=not arguments.without, has_connections=arguments.connections)
        found = asyncio.run(load.run(arguments.minutes * 60, SMALL if arguments.small else FULL, watch))
    print(report(found))
    return 1 if found.problems or found.failures else 0


if __name__ == "__main__":
    sys.exit(main())
