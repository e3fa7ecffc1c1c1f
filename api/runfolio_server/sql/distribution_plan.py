"""What `runfolio distribute` tells: what it will do, and what is left to do afterwards. Used by distribute.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from runfolio_server.sql.placement import FIRST_TABLE, Step
from runfolio_server.sql.table_kinds import (
    DISTRIBUTED,
    FUNCTIONS_BY_RUN,
    FUNCTIONS_EVERYWHERE,
    FUNCTIONS_OF_COORDINATOR,
    LOCAL,
    REFERENCE,
)

_HOW_IT_GOES: Final = """\
While a table is copied all that writes it waits, and its rows are on the disks twice; how long that takes has not been
measured. Stop every `runfolio serve` and `runfolio worker` of this database first: they would not notice. A `serve`
that starts meanwhile waits. Make a backup: the way back, undistribute_table for each table, has not been tried.
This can be interrupted at any moment and run again: a table is done whole or not at all, and those that are done are
left. Until all are done no `serve` starts."""


UNAWARE: Final = (
    "Servers and workers ask when they start whether runs are distributed. One that started before goes on as if they "
    "were not, and its lists of several runs miss some."
)


class MachineRow(msgspec.Struct, frozen=True):
    """A machine that Citus knows, by host and port."""

    address: str
    is_coordinator: bool
    has_shards: bool


class TableSizeRow(msgspec.Struct, frozen=True):
    """What this machine itself has of a table; `rows` is an estimate, -1: none yet."""

    name: str
    rows: int
    size: str
    is_filled: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What is there, and the steps that are left. `servers` are connected now, told by address."""

    citus: str
    machines: list[MachineRow]
    servers: list[str]
    sizes: dict[str, TableSizeRow]
    steps: list[Step]
    placed: frozenset[str]

    def text(self, shards: int) -> str:
        """All of it for whoever decides."""
        return "\n".join(self._lines(shards))

    def _lines(self, shards: int) -> Iterator[str]:
        if not self.steps:
            yield "Every table and function is where it belongs; nothing is to be done."
            return
        yield f"This spreads the runs of the database over the machines of Citus {self.citus}."
        yield ""
        if FIRST_TABLE in self.placed:
            yield f"Spread over the machines by run, in the shards that {FIRST_TABLE} has already:"
        else:
            yield f"Spread over the machines by run, in {shards} shards:"
        yield from self._tables(DISTRIBUTED)
        yield "Copied to every machine:"
        yield from self._tables(REFERENCE)
        yield "Left on this machine alone:"
        yield from self._tables(LOCAL)
        yield f"Functions that run where their run lies: {', '.join(FUNCTIONS_BY_RUN)}."
        yield f"Functions that every machine has: {', '.join(FUNCTIONS_EVERYWHERE)}."
        yield f"Functions of this machine alone: {', '.join(FUNCTIONS_OF_COORDINATOR)}."
        yield ""
        yield self._machines()
        if self.servers:
            yield f"Connections of servers and workers now: {', '.join(self.servers)}."
        yield _HOW_IT_GOES

    def _tables(self, names: dict[str, str] | tuple[str, ...]) -> Iterator[str]:
        for name in names:
            size = self.sizes.get(name)
            if name in self.placed:
                yield f"  {name:<18} done"
            elif size is not None:
                rows = "rows not counted yet" if size.rows < 0 else f"about {size.rows:,} rows"
                yield f"  {name:<18} {rows}, {size.size}"

    def _machines(self) -> str:
        if any(not machine.is_coordinator for machine in self.machines):
            return f"Machines that get shards: {', '.join(each.address for each in self.machines if each.has_shards)}."
        return (
            "No other machines are registered. That works: all shards lie on this one until there are some, "
            "citus_add_node registers one, and citus_rebalance_start moves shards to it (not tried)."
        )


def next_steps(sizes: list[TableSizeRow], servers: list[str]) -> str:
    """What to do when all is where it belongs; `sizes` are of what is still on this machine."""
    lines = ["Every table and function is where it belongs. Start the servers again."]
    if servers:
        lines.append(f"Somebody has connected meanwhile and must be restarted: {', '.join(servers)}. {UNAWARE}")
    kept = [row for row in sizes if row.name in DISTRIBUTED and row.is_filled]
    if kept:
        lines.append(
            "The rows as they were are still on this machine's disk, where nobody reads them. When all is well:"
        )
        lines += [
            f"  SELECT truncate_local_data_after_distributing_table('{row.name}');  -- {row.size}" for row in kept
        ]
    return "\n".join(lines)
