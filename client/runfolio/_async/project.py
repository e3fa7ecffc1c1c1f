"""Projects: one, and the list of those that you may see. Made by api.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

from runfolio._async.alerts import AsyncProjectAlerts
from runfolio._async.artifact import AsyncArtifact, fetch_artifact_fields
from runfolio._async.artifacts import AsyncArtifactCollections, AsyncArtifacts
from runfolio._async.deleted import AsyncDeletedRuns
from runfolio._async.pages import AsyncPages
from runfolio._async.project_life import AsyncProjectLife
from runfolio._async.run import AsyncRun
from runfolio._async.run_life import fetch_run_fields
from runfolio._async.runs import AsyncRuns
from runfolio._async.transport import AsyncTransport
from runfolio._core.filters import Field, Filter, field_name, filters_json
from runfolio._core.group_curves import GroupCurve
from runfolio._core.history import Stream
from runfolio._core.html import list_table
from runfolio._core.missing import present_project
from runfolio._core.operations import GET_RUN_HISTOGRAM, LIST_PROJECTS, LIST_RUN_FIELDS, LIST_RUN_KEYS, LIST_RUN_VALUES
from runfolio._core.page import Page
from runfolio._core.paths import ArtifactPath, ProjectPath, RunPath, parse_artifact_path
from runfolio._core.run_facets import DocumentKey, FieldValue, HistogramBin, RunField, document_of
from runfolio._core.run_order import Order
from runfolio.history_table import HistoryTable

if TYPE_CHECKING:
    from pandas import DataFrame


class AsyncProject(AsyncProjectLife):
    """A named set of runs inside an entity."""

    def runs(
        self,
        filters: Filter | Mapping[str, Any] | None = None,
        order: Order = "+created_at",
        per_page: int = 50,
    ) -> AsyncRuns:
        """Its runs that the filters choose, oldest first unless told; see `Api.runs`."""
        return AsyncRuns(self._transport, self._find_entity, self.name, filters=filters, order=order, per_page=per_page)

    async def run(self, run_id: str) -> AsyncRun:
        """Its run of this id. Raises NotFoundError when there is none."""
        path = RunPath(self.entity, self.name, run_id)
        return AsyncRun(await fetch_run_fields(self._transport, path), path, self._transport)

    def alerts(self, per_page: int = 1000) -> AsyncProjectAlerts:
        """The alerts that its runs have raised, the newest first."""
        return AsyncProjectAlerts(self._transport, ProjectPath(self.entity, self.name), per_page)

    def deleted_runs(self, per_page: int = 50) -> AsyncDeletedRuns:
        """Its deleted runs, those that were deleted last first; each tells until when it can come back."""
        return AsyncDeletedRuns(self._transport, ProjectPath(self.entity, self.name), per_page)

    def artifacts(
        self,
        filters: Filter | Mapping[str, Any] | None = None,
        order: Order = "+created_at",
        *,
        type: str | None = None,
        collection: str | None = None,
        per_page: int = 50,
    ) -> AsyncArtifacts:
        """Its artifacts that the filters choose, each version once; with `collection` those in it, links too.

        Filters know name, type, version, alias, tag, size, created_at, run and others, and `Metadata("accuracy")`.
        """
        return AsyncArtifacts(
            self._transport,
            self._find_entity,
            self.name,
            type=type,
            collection=collection,
            filters=filters,
            order=order,
            per_page=per_page,
        )

    def artifact_collections(
        self, filters: Filter | Mapping[str, Any] | None = None, order: Order = "-created_at", per_page: int = 50
    ) -> AsyncArtifactCollections:
        """Its collections of artifacts that the filters choose, the newest first unless told."""
        return AsyncArtifactCollections(
            self._transport, self._find_entity, self.name, filters=filters, order=order, per_page=per_page
        )

    async def artifact(self, name: str) -> AsyncArtifact:
        """Its artifact `name:alias` or `name:v3`; without alias the latest. Raises NotFoundError."""
        named = parse_artifact_path(name, entity=self.entity, project=self.name)
        path = ArtifactPath(self.entity, self.name, named.collection, named.alias)
        return AsyncArtifact(await fetch_artifact_fields(self._transport, path), self._transport)

    async def _find_entity(self) -> str:
        return self.entity

    async def histories(
        self,
        keys: Sequence[str] | str | None = None,
        *,
        filters: Filter | Mapping[str, Any] | None = None,
        order: Order = "+created_at",
        samples: int | None = None,
        min_step: int | None = None,
        max_step: int | None = None,
        x_axis: str = "_step",
        stream: Stream = "default",
        ids: Sequence[str] | None = None,
        first: int | None = None,
    ) -> HistoryTable:
        """The histories of its runs that the filters choose, as columns, in one request; see `Runs.histories`."""
        return await self.runs(filters, order).histories(
            keys,
            samples=samples,
            min_step=min_step,
            max_step=max_step,
            x_axis=x_axis,
            stream=stream,
            ids=ids,
            first=first,
        )

    @overload
    async def curves(
        self,
        by: Field | str | Iterable[Field | str],
        key: str,
        samples: int = ...,
        pandas: Literal[True] = ...,
        stream: Stream = ...,
        *,
        x_axis: str = ...,
        filters: Filter | Mapping[str, Any] | None = ...,
    ) -> DataFrame: ...
    @overload
    async def curves(
        self,
        by: Field | str | Iterable[Field | str],
        key: str,
        samples: int = ...,
        *,
        pandas: Literal[False],
        stream: Stream = ...,
        x_axis: str = ...,
        filters: Filter | Mapping[str, Any] | None = ...,
    ) -> list[GroupCurve]: ...
    async def curves(
        self,
        by: Field | str | Iterable[Field | str],
        key: str,
        samples: int = 200,
        pandas: bool = True,
        stream: Stream = "default",
        *,
        x_axis: str = "_step",
        filters: Filter | Mapping[str, Any] | None = None,
    ) -> DataFrame | list[GroupCurve]:
        """A key as one curve for each group of its runs that the filters choose: the mean, with spread and extremes.

        See `Runs.curves`.
        """
        runs = self.runs(filters)
        if pandas:
            return await runs.curves(by, key, samples, stream=stream, x_axis=x_axis)
        return await runs.curves(by, key, samples, pandas=False, stream=stream, x_axis=x_axis)

    async def keys(
        self,
        document: Literal["config", "summary"],
        *,
        search: str | None = None,
        case_sensitive: bool = True,
        fuzzy: bool = False,
        regex: str | None = None,
        filters: Filter | Mapping[str, Any] | None = None,
        limit: int = 1000,
    ) -> list[DocumentKey]:
        """The keys of config or summary that its runs have, by name; `search` is a part of it, `regex` RE2.

        `fuzzy`: it is enough that a key has the characters of `search` in this order, as `eval/loss` has `evls`.
        """
        variables = {
            **self._variables(filters),
            "document": document_of(document),
            "search": search,
            "caseSensitive": case_sensitive,
            "fuzzy": fuzzy,
            "regex": regex,
            "first": limit,
        }
        answer = await self._transport.execute(LIST_RUN_KEYS, variables)
        found = present_project(answer.project, self.entity, self.name).run_keys
        return [DocumentKey.of(key) for key in found]

    async def run_fields(self) -> list[RunField]:
        """What filters of its runs may name, with types and operators; the same in every project."""
        variables = {"entity": self.entity, "project": self.name}
        answer = await self._transport.execute(LIST_RUN_FIELDS, variables)
        found = present_project(answer.project, self.entity, self.name).run_fields
        return [RunField.of(fields) for fields in found]

    async def values(
        self, field: Field | str, *, filters: Filter | Mapping[str, Any] | None = None, limit: int = 100
    ) -> list[FieldValue]:
        """The distinct values of a field among its runs, the most frequent first; each tag counts for itself."""
        variables = {**self._variables(filters), "field": field_name(field), "first": limit}
        answer = await self._transport.execute(LIST_RUN_VALUES, variables)
        return [FieldValue.of(value) for value in present_project(answer.project, self.entity, self.name).run_values]

    async def histogram(
        self, field: Field | str, *, bins: int = 20, filters: Filter | Mapping[str, Any] | None = None
    ) -> list[HistogramBin]:
        """How the finite numbers of a field are distributed over equally wide bins; empty when no run has one."""
        variables = {**self._variables(filters), "field": field_name(field), "bins": bins}
        answer = await self._transport.execute(GET_RUN_HISTOGRAM, variables)
        found = present_project(answer.project, self.entity, self.name).run_histogram
        return [HistogramBin.of(fields) for fields in found]

    def _variables(self, filters: Filter | Mapping[str, Any] | None) -> dict[str, Any]:
        return {"entity": self.entity, "project": self.name, "filters": filters_json(filters)}


class AsyncProjects(AsyncPages[AsyncProject]):
    """Projects by name: those of an entity, or with None all that you may see."""

    def __init__(self, transport: AsyncTransport, entity: str | None, *, per_page: int = 50) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._entity = entity

    async def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[AsyncProject]:
        answer = await self._transport.execute(
            LIST_PROJECTS, {"entity": self._entity, "first": first, "after": after, "withTotal": with_total}
        )
        found = answer.projects
        projects = [AsyncProject(edge.node, self._transport) for edge in found.edges]
        return Page(projects, found.page_info.has_next_page, found.page_info.end_cursor, found.total_count)

    def _repr_html_(self) -> str:
        rows = [(project.entity, project.name, project.description) for project in self._items]
        return list_table(repr(self), ("entity", "name", "description"), rows)
