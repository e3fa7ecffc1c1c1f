"""The routes of the application as the tests that are made from them see them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.routing import Route

PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")


@dataclass(frozen=True, slots=True, order=True)
class RouteMethod:
    """One method of one route; `path` as in the table, such as `/export/{entity}/{project}/runs.ndjson`."""

    path: str
    method: str

    def filled(self, value: str = "x") -> str:
        """A path of this route, with this text for each parameter."""
        return PARAMETER.sub(value, self.path)


def route_methods(app: Starlette) -> Iterator[RouteMethod]:
    """Every method of every route. Raises TypeError for what is no route: then tests made from them would miss it."""
    for route in app.routes:
        if not isinstance(route, Route):
            raise TypeError(f"{route!r} is no Route")
        for method in sorted(route.methods or {"GET"}):
            yield RouteMethod(route.path, method)
