"""The queries that the server's modules keep, by name."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import runfolio_server.sql
from runfolio_server.sql.named import CountedQuery, Query

MODULES = [
    importlib.import_module(module.name)
    for module in pkgutil.walk_packages(runfolio_server.sql.__path__, "runfolio_server.sql.")
]
# Those that ask for any permission are one query for each.
QUERIES: dict[str, Query[Any]] = {
    query.name: query
    for module in MODULES
    for value in vars(module).values()
    for query in (value.values() if isinstance(value, dict) else [value])
    if isinstance(query, Query)
}
for _counted in [value for module in MODULES for value in vars(module).values() if isinstance(value, CountedQuery)]:
    QUERIES[_counted.own.name] = _counted.own
    QUERIES[f"{_counted.own.name} of a view"] = _counted.of_view
