# Made from _async/artifact_media.py by client/unasync.py; do not edit.
"""Media and tables that are in an artifact, as typed values. A part of artifact.py."""

from __future__ import annotations

from runfolio._sync.media_place import ArtifactPlace
from runfolio._sync.tables import MediaValue, Table, medium_of, table_part
from runfolio._core import json_text
from runfolio._core.errors import NotFoundError
from runfolio._core.media_tables import INCREMENTAL, TABLE_SUFFIX, increment_order


def artifact_medium(place: ArtifactPlace, name: str, label: str) -> MediaValue:
    """What somebody has added under a name: its file is called `name.TYPE.json`, or so itself.

    Raises NotFoundError when there is nothing, ValueError for a file that is no medium.
    """
    names = place.names()
    found = [each for each in names if each == name]
    found += [each for each in names if each.startswith(f"{name}.") and each.endswith(".json")]
    if not found:
        raise NotFoundError(f"There is no medium {name!r} in artifact {label}", code="NOT_FOUND")
    file = place.file(found[0])
    try:
        value = json_text.parse_object((file.read()).decode(errors="replace"))
    except ValueError:
        value = {}
    if value.get("log_mode") == INCREMENTAL:
        parts = sorted((each for each in names if each.endswith(TABLE_SUFFIX)), key=increment_order)
        return Table([table_part(place, each) for each in parts])
    medium = medium_of(place, value, found[0])
    if medium is None:
        raise ValueError(f"{found[0]!r} is no medium; read its bytes with file()")
    return medium
