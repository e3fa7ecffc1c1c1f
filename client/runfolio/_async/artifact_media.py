"""Media and tables that are in an artifact, as typed values. A part of artifact.py."""

from __future__ import annotations

from runfolio._async.media_place import AsyncArtifactPlace
from runfolio._async.tables import AsyncMediaValue, AsyncTable, medium_of, table_part
from runfolio._core import json_text
from runfolio._core.errors import NotFoundError
from runfolio._core.media_tables import INCREMENTAL, TABLE_SUFFIX, increment_order


async def artifact_medium(place: AsyncArtifactPlace, name: str, label: str) -> AsyncMediaValue:
    """What somebody has added under a name: its file is called `name.TYPE.json`, or so itself.

    Raises NotFoundError when there is nothing, ValueError for a file that is no medium.
    """
    names = await place.names()
    found = [each for each in names if each == name]
    found += [each for each in names if each.startswith(f"{name}.") and each.endswith(".json")]
    if not found:
        raise NotFoundError(f"There is no medium {name!r} in artifact {label}", code="NOT_FOUND")
    file = await place.file(found[0])
    try:
        value = json_text.parse_object((await file.read()).decode(errors="replace"))
    except ValueError:
        value = {}
    if value.get("log_mode") == INCREMENTAL:
        parts = sorted((each for each in names if each.endswith(TABLE_SUFFIX)), key=increment_order)
        return AsyncTable([table_part(place, each) for each in parts])
    medium = medium_of(place, value, found[0])
    if medium is None:
        raise ValueError(f"{found[0]!r} is no medium; read its bytes with file()")
    return medium
