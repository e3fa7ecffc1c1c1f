"""Media as typed values; their bytes are read when they are asked for. Made by tables.py, for runs and artifacts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runfolio._async.artifact_files import AsyncArtifactFile
from runfolio._async.files import AsyncFile
from runfolio._async.media_place import AsyncMediaPlace
from runfolio._core import json_text
from runfolio._core.media import Box, boxes_of


class AsyncMedia:
    """A medium that is one file of a run or an artifact: `kind` is image, audio, molecule, plotly or another.

    `place` has its file, `value` is what was logged of it, `size` in bytes; None where it was not told, and so is
    `caption`.
    """

    def __init__(self, place: AsyncMediaPlace, value: Mapping[str, Any]) -> None:
        self.place = place
        self.value = dict(value)
        self.kind = str(value.get("_type", "")).removesuffix("-file")
        self.name = str(value.get("path", ""))
        self.size: int | None = value.get("size")
        self.caption: str | None = value.get("caption") or None

    async def file(self) -> AsyncFile | AsyncArtifactFile:
        """The file of the run or the artifact. Raises NotFoundError when it has not been uploaded, or is gone."""
        return await self.place.file(self.name)

    async def read(self) -> bytes:
        """Its bytes, checked."""
        return await (await self.file()).read()

    async def download(
        self, root: str | os.PathLike[str] = ".", *, replace: bool = False, exist_ok: bool = False
    ) -> Path:
        """Write it to `root` under its name, as File.download does."""
        return await self.place.download(self.name, root, replace=replace, exist_ok=exist_ok)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"


class AsyncImage(AsyncMedia):
    """An image: `read()` gives its bytes, `width` and `height` are in pixels.

    `masks` are images of class numbers, by name.
    """

    def __init__(self, place: AsyncMediaPlace, value: Mapping[str, Any]) -> None:
        super().__init__(place, value)
        self.width: int | None = value.get("width")
        self.height: int | None = value.get("height")
        self.format: str | None = value.get("format")
        self.masks = {name: AsyncMedia(place, mask) for name, mask in (value.get("masks") or {}).items()}
        self._boxes = {name: AsyncMedia(place, boxes) for name, boxes in (value.get("boxes") or {}).items()}

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

    def __init__(self, place: AsyncMediaPlace, value: Mapping[str, Any]) -> None:
        super().__init__(place, value)
        self.width: int | None = value.get("width")
        self.height: int | None = value.get("height")


class AsyncPlotly(AsyncMedia):
    """A figure of Plotly."""

    async def figure(self) -> dict[str, Any]:
        """Its data and layout, which `plotly.graph_objects.Figure` takes."""
        return json_text.parse_object((await self.read()).decode(errors="replace"))


CLASSES: dict[str, type[AsyncMedia]] = {
    "image-file": AsyncImage,
    "html-file": AsyncHtml,
    "video-file": AsyncVideo,
    "plotly-file": AsyncPlotly,
}
