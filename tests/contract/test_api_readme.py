"""api/README.md tells of every endpoint and every setting, and of none that is not there."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.routing import Route

from runfolio_server.app import create_app
from runfolio_server.settings import SETTINGS, read_settings

README = (Path(__file__).parents[2] / "api" / "README.md").read_text()


def test_every_endpoint_is_in_the_table_and_no_other() -> None:
    table = README.partition("## Endpoints")[2].partition("\n## ")[0]
    told = {_beginning(path) for path in re.findall(r"`(?:[A-Z]+ )?(/[^`]*)`", table)}
    routes = [route for route in create_app(read_settings({})).routes if isinstance(route, Route)]

    assert {_beginning(route.path) for route in routes} - {"/"} == told


def test_every_setting_is_in_the_table_with_its_default() -> None:
    table = README.partition("\n## Settings")[2].partition("\n## ")[0]
    told = dict(re.findall(r"^\| `(\w+)` \| (?:`([^`]*)`|–)", table, re.MULTILINE))

    assert {setting.name: setting.default for setting in SETTINGS} == told


def _beginning(path: str) -> str:
    """A path up to what differs from request to request, and its last word where that tells paths apart."""
    parts = [part for part in path.split("/") if part and not part.startswith(("{", "…"))]
    return "/" + "/".join(parts)
