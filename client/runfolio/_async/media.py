"""Media of a run as typed values; their bytes are read when they are asked for. Made by run_media.py."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from runfolio._async.files import AsyncFile, AsyncFiles
from runfolio._async.transport import AsyncTransport
from runfolio._core import json_text
from runfolio._core.media import Box, Histogram, boxes_of, table_of
from runfolio._core.missing import present
from runfolio._core.paths import RunPath
from runfolio.frames import media_frame

if TYPE_CHECKING:
    from pandas import DataFrame


class AsyncMedia:
    """A medium that is one file of the run: `kind` is image, audio, molecule, plotly or another.

    `value` is what was logged of it, `size` in bytes; None where it was not told, and so is `caption`.
    """

    def __init__(self, transport: AsyncTransport, path: RunPath, value: Mapping[str, Any]) -> None:
        self._transport = transport
        self._path = path
        self.value = dict(value)
        self.kind = str(value.get("_type", "")).removesuffix("-file")
        self.name = str(value.get("path", ""))
        self.size: int | None = value.get("size")
        self.caption: str | None = value.get("caption") or None

    async def file(self) -> AsyncFile:
        """The file of the run. Raises NotFoundError when it has not been uploaded, or is gone."""
        files = await AsyncFiles(self._transport, self._path, names=[self.name]).load()
        return present(
            files[0] if files else None,
            f"file {self.name!r}",
            f"in run '{self._path.entity}/{self._path.project}/{self._path.run}'",
        )

    async def read(self) -> bytes:
        """Its bytes, checked."""
        return await (await self.file()).read()

    async def download(
        self, root: str | os.PathLike[str] = ".", *, replace: bool = False, exist_ok: bool = False
    ) -> Path:
        """Write it to `root` under its name, as File.download does."""
        return await (await self.file()).download(root, replace=replace, exist_ok=exist_ok)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"


class AsyncImage(AsyncMedia):
    """An image: `read()` gives its bytes, `width` and `height` are in pixels.

    `masks` are images of class numbers, by name.
    """

    def __init__(self, transport: AsyncTransport, path: RunPath, value: Mapping[str, Any]) -> None:
        super().__init__(transport, path, value)
        self.width: int | None = value.get("width")
        self.height: int | None = value.get("height")
        self.format: str | None = value.get("format")
        self.masks = {name: AsyncMedia(transport, path, mask) for name, mask in (value.get("masks") or {}).items()}
        self._boxes = {name: AsyncMedia(transport, path, boxes) for name, boxes in (value.get("boxes") or {}).items()}

    async def boxes(self) -> dict[str, list[Box]]:
        """The boxes on it, by the name of their set; each set is a file that is read now."""
        return {name: boxes_of(json_text.parse(await boxes.read())) for name, boxes in self._boxes.items()}


class AsyncHtml(AsyncMedia):
    """A page of HTML: `await text()`. It is whatever somebody logged: a browser runs what it holds."""

    async def text(self) -> str:
        """The page."""
        return (await self.read()).decode(errors="replace")


class AsyncVideo(AsyncMedia):
    """A video: `width` and `height` in pixels, where they were told."""

    def __init__(self, transport: AsyncTransport, path: RunPath, value: Mapping[str, Any]) -> None:
        super().__init__(transport, path, value)
        self.width: int | None = value.get("width")
        self.height: int | None = value.get("height")


class AsyncPlotly(AsyncMedia):
    """A figure of Plotly."""

    async def figure(self) -> dict[str, Any]:
        """Its data and layout, which `plotly.graph_objects.Figure` takes."""
        return json_text.parse_object((await self.read()).decode(errors="replace"))


class AsyncTable:
    """A table: one file, or one for each increment, in their order."""

    def __init__(self, parts: list[AsyncMedia]) -> None:
        self.parts = parts

    async def read(self) -> tuple[list[str], list[list[Any]]]:
        """The names of its columns and its rows. Raises ValueError for a file that is no table."""
        columns: list[str] = []
        rows: list[list[Any]] = []
        for part in self.parts:
            columns, more = table_of(json_text.parse(await part.read()))
            rows += more
        return columns, rows

    async def to_pandas(self) -> DataFrame:
        """All rows as a DataFrame. Raises MissingExtraError when pandas is not installed."""
        columns, rows = await self.read()
        return media_frame(columns, rows)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {', '.join(repr(part.name) for part in self.parts)}>"


AsyncMediaValue: TypeAlias = "AsyncMedia | AsyncTable | Histogram"
CLASSES: dict[str, type[AsyncMedia]] = {
    "image-file": AsyncImage,
    "html-file": AsyncHtml,
    "video-file": AsyncVideo,
    "plotly-file": AsyncPlotly,
}
