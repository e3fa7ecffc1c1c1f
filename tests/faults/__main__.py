"""A long fault campaign: `python -m tests.faults --kills 200 --seed 7`; exit code 1 when a value is lost or doubled."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from random import randrange

from tests.faults.campaign import run_campaign
from tests.server.reachable_dir import reachable_dir


def main() -> int:
    """Run a campaign as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=40, help="how many kills (default: 40)")
    parser.add_argument("--writers", type=int, default=6, help="how many runs log at once (default: 6)")
    parser.add_argument("--seed", type=int, default=randrange(10**6), help="of loads and kills (default: random)")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    # The client says of each kill that rows wait.
    logging.getLogger("runfolio").setLevel(logging.ERROR)
    with reachable_dir() as directory:
        report = asyncio.run(
            run_campaign(
                directory,
                seed=arguments.seed,
                kills=arguments.kills,
                writers=arguments.writers,
                say=lambda text: print(text, flush=True),
            )
        )
    print("\n".join([*report.problems, str(report)]))
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
