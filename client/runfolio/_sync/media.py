# Made from _async/media.py by client/unasync.py; do not edit.
"""Media of a run as typed values; their bytes are read when they are asked for. Made by run_media.py."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from runfolio._sync.files import File, Files
from runfolio._sync.transport import Transport
from runfolio._core import json_text
from runfolio._core.media import Box, Histogram, boxes_of, table_of
from runfolio._core.missing import present
from runfolio._core.paths import RunPath
from runfolio.frames import media_frame

if TYPE_CHECKING:
    from pandas import DataFrame


class Media:
    """A medium that is one file of the run: `kind` is image, audio, molecule, plotly or another.

    `value` is what was logged of it, `size` in bytes; None where it was not told, and so is `caption`.
    """

    def __init__(self, transport: Transport, path: RunPath, value: Mapping[str, Any]) -> None:
        self._transport = transport
        self._path = path
        self.value = dict(value)
        self.kind = str(value.get("_type", "")).removesuffix("-file")
        self.name = str(value.get("path", ""))
        self.size: int | None = value.get("size")
        self.caption: str | None = value.get("caption") or None

    def file(self) -> File:
        """The file of the run. Raises NotFoundError when it has not been uploaded, or is gone."""
        files = Files(self._transport, self._path, names=[self.name]).load()
        return present(
            files[0] if files else None,
            f"file {self.name!r}",
            f"in run '{self._path.entity}/{self._path.project}/{self._path.run}'",
        )

    def read(self) -> bytes:
        """Its bytes, checked."""
        return (self.file()).read()

    def download(
        self, root: str | os.PathLike[str] = ".", *, replace: bool = False, exist_ok: bool = False
    ) -> Path:
        """Write it to `root` under its name, as File.download does."""
        return (self.file()).download(root, replace=replace, exist_ok=exist_ok)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"


class Image(Media):
    """An image: `read()` gives its bytes, `width` and `height` are in pixels.

    `masks` are images of class numbers, by name.
    """

    def __init__(self, transport: Transport, path: RunPath, value: Mapping[str, Any]) -> None:
        super().__init__(transport, path, value)
        self.width: int | None = value.get("width")
        self.height: int | None = value.get("height")
        self.format: str | None = value.get("format")
        self.masks = {name: Media(transport, path, mask) for name, mask in (value.get("masks") or {}).items()}
        self._boxes = {name: Media(transport, path, boxes) for name, boxes in (value.get("boxes") or {}).items()}

    def boxes(self) -> dict[str, list[Box]]:
        """The boxes on it, by the name of their set; each set is a file that is read now."""
        return {name: boxes_of(json_text.parse(boxes.read())) for name, boxes in self._boxes.items()}


class Html(Media):
    """A page of HTML: `text()`. It is whatever somebody logged: a browser runs what it holds."""

    def text(self) -> str:
        """The page."""
        return (self.read()).decode(errors="replace")


class Video(Media):
    """A video: `width` and `height` in pixels, where they were told."""

    def __init__(self, transport: Transport, path: RunPath, value: Mapping[str, Any]) -> None:
        super().__init__(transport, path, value)
        self.width: int | None = value.get("width")
        self.height: int | None = value.get("height")


class Plotly(Media):
    """A figure of Plotly."""

    def figure(self) -> dict[str, Any]:
        """Its data and layout, which `plotly.graph_objects.Figure` takes."""
        return json_text.parse_object((self.read()).decode(errors="replace"))


class Table:
    """A table: one file, or one for each increment, in their order."""

    def __init__(self, parts: list[Media]) -> None:
        self.parts = parts

    def read(self) -> tuple[list[str], list[list[Any]]]:
        """The names of its columns and its rows. Raises ValueError for a file that is no table."""
        columns: list[str] = []
        rows: list[list[Any]] = []
        for part in self.parts:
            columns, more = table_of(json_text.parse(part.read()))
            rows += more
        return columns, rows

    def to_pandas(self) -> DataFrame:
        """All rows as a DataFrame. Raises MissingExtraError when pandas is not installed."""
        columns, rows = self.read()
        return media_frame(columns, rows)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {', '.join(repr(part.name) for part in self.parts)}>"


MediaValue: TypeAlias = "Media | Table | Histogram"
CLASSES: dict[str, type[Media]] = {
    "image-file": Image,
    "html-file": Html,
    "video-file": Video,
    "plotly-file": Plotly,
}
