"""Lists of artifacts and of collections. Made by api.py, project.py and run_artifacts.py."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from runfolio._async.artifact import AsyncArtifact
from runfolio._async.pages import AsyncPages
from runfolio._async.transport import AsyncTransport
from runfolio._core.artifact_collection import ArtifactCollection
from runfolio._core.artifact_data import size_text
from runfolio._core.filters import Filter, filters_json
from runfolio._core.history import variables_of
from runfolio._core.html import list_table
from runfolio._core.missing import present_project, present_run
from runfolio._core.operations import LIST_ARTIFACT_COLLECTIONS, LIST_ARTIFACTS, LIST_RUN_INPUTS, LIST_RUN_OUTPUTS
from runfolio._core.page import Page
from runfolio._core.paths import RunPath
from runfolio._core.run_order import Order, order_text

COLUMNS = ("artifact", "type", "aliases", "files", "size", "created")


class AsyncArtifactPages(AsyncPages[AsyncArtifact]):
    """A list of artifacts."""

    def _repr_html_(self) -> str:
        rows = [
            (each.name, each.type, ", ".join(each.aliases), each.file_count, size_text(each.size), each.created_at)
            for each in self._items
        ]
        return list_table(repr(self), COLUMNS, rows)


class AsyncArtifacts(AsyncArtifactPages):
    """The artifacts of a project that the filters choose."""

    def __init__(
        self,
        transport: AsyncTransport,
        find_entity: Callable[[], Awaitable[str]],
        project: str,
        *,
        type: str | None = None,
        collection: str | None = None,
        filters: Filter | Mapping[str, Any] | None = None,
        order: Order = "+created_at",
        per_page: int = 50,
    ) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._find_entity = find_entity
        self._project = project
        self._chosen = {
            "project": project,
            "type": type,
            "collection": collection,
            "filters": filters_json(filters),
            "order": order_text(order),
        }

    async def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[AsyncArtifact]:
        entity = await self._find_entity()
        asked = {**self._chosen, "entity": entity, "first": first, "after": after, "withTotal": with_total}
        answer = await self._transport.execute(LIST_ARTIFACTS, asked)
        found = present_project(answer.project, entity, self._project).artifacts
        artifacts = [AsyncArtifact(edge.node, self._transport) for edge in found.edges]
        return Page(artifacts, found.page_info.has_next_page, found.page_info.end_cursor, found.total_count)


class AsyncArtifactCollections(AsyncPages[ArtifactCollection]):
    """The collections of a project that the filters choose."""

    def __init__(
        self,
        transport: AsyncTransport,
        find_entity: Callable[[], Awaitable[str]],
        project: str,
        *,
        filters: Filter | Mapping[str, Any] | None = None,
        order: Order = "-created_at",
        per_page: int = 50,
    ) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._find_entity = find_entity
        self._project = project
        self._chosen = {"project": project, "filters": filters_json(filters), "order": order_text(order)}

    async def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[ArtifactCollection]:
        entity = await self._find_entity()
        asked = {**self._chosen, "entity": entity, "first": first, "after": after, "withTotal": with_total}
        answer = await self._transport.execute(LIST_ARTIFACT_COLLECTIONS, asked)
        found = present_project(answer.project, entity, self._project).artifact_collections
        collections = [ArtifactCollection.of(edge.node) for edge in found.edges]
        return Page(collections, found.page_info.has_next_page, found.page_info.end_cursor, found.total_count)


class AsyncRunArtifactList(AsyncArtifactPages):
    """The artifacts that a run used, or logged, in the order of time."""

    def __init__(
        self,
        transport: AsyncTransport,
        path: RunPath,
        *,
        is_output: bool,
        name: str | None = None,
        type: str | None = None,
        per_page: int = 50,
    ) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._path = path
        self._is_output = is_output
        self._chosen = {**variables_of(path), "name": name, "type": type}

    async def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[AsyncArtifact]:
        asked = {**self._chosen, "first": first, "after": after, "withTotal": with_total}
        entity, project = str(self._path.entity), self._path.project
        if self._is_output:
            outputs = await self._transport.execute(LIST_RUN_OUTPUTS, asked)
            logged = present_run(present_project(outputs.project, entity, project).run, self._path).outputs
            artifacts = [AsyncArtifact(edge.node.artifact, self._transport) for edge in logged.edges]
            return Page(artifacts, logged.page_info.has_next_page, logged.page_info.end_cursor, logged.total_count)
        inputs = await self._transport.execute(LIST_RUN_INPUTS, asked)
        used = present_run(present_project(inputs.project, entity, project).run, self._path).inputs
        artifacts = [AsyncArtifact(edge.node.artifact, self._transport) for edge in used.edges]
        return Page(artifacts, used.page_info.has_next_page, used.page_info.end_cursor, used.total_count)
