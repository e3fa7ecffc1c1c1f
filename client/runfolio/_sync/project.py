# Made from _async/project.py by client/unasync.py; do not edit.
"""Projects: one, and the list of those that you may see. Made by api.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

from runfolio._sync.alerts import ProjectAlerts
from runfolio._sync.artifact import Artifact, fetch_artifact_fields
from runfolio._sync.artifacts import ArtifactCollections, Artifacts
from runfolio._sync.deleted import DeletedRuns
from runfolio._sync.pages import Pages
from runfolio._sync.project_life import ProjectLife
from runfolio._sync.run import Run
from runfolio._sync.run_life import fetch_run_fields
from runfolio._sync.runs import Runs
from runfolio._sync.transport import Transport
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


class Project(ProjectLife):
    """A named set of runs inside an entity."""

    def runs(
        self,
        filters: Filter | Mapping[str, Any] | None = None,
        order: Order = "+created_at",
        per_page: int = 50,
    ) -> Runs:
        """Its runs that the filters choose, oldest first unless told; see `Api.runs`."""
        return Runs(self._transport, self._find_entity, self.name, filters=filters, order=order, per_page=per_page)

    def run(self, run_id: str) -> Run:
        """Its run of this id. Raises NotFoundError when there is none."""
        path = RunPath(self.entity, self.name, run_id)
        return Run(fetch_run_fields(self._transport, path), path, self._transport)

    def alerts(self, per_page: int = 1000) -> ProjectAlerts:
        """The alerts that its runs have raised, the newest first."""
        return ProjectAlerts(self._transport, ProjectPath(self.entity, self.name), per_page)

    def deleted_runs(self, per_page: int = 50) -> DeletedRuns:
        """Its deleted runs, those that were deleted last first; each tells until when it can come back."""
        return DeletedRuns(self._transport, ProjectPath(self.entity, self.name), per_page)

    def artifacts(
        self,
        filters: Filter | Mapping[str, Any] | None = None,
        order: Order = "+created_at",
        *,
        type: str | None = None,
        collection: str | None = None,
        per_page: int = 50,
    ) -> Artifacts:
        """Its artifacts that the filters choose, each version once; with `collection` those in it, links too.

        Filters know name, type, version, alias, tag, size, created_at, run and others, and `Metadata("accuracy")`.
        """
        return Artifacts(
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
    ) -> ArtifactCollections:
        """Its collections of artifacts that the filters choose, the newest first unless told."""
        return ArtifactCollections(
            self._transport, self._find_entity, self.name, filters=filters, order=order, per_page=per_page
        )

    def artifact(self, name: str) -> Artifact:
        """Its artifact `name:alias` or `name:v3`; without alias the latest. Raises NotFoundError."""
        named = parse_artifact_path(name, entity=self.entity, project=self.name)
        path = ArtifactPath(self.entity, self.name, named.collection, named.alias)
        return Artifact(fetch_artifact_fields(self._transport, path), self._transport)

    def _find_entity(self) -> str:
        return self.entity

    def histories(
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
        return self.runs(filters, order).histories(
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
    def curves(
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
    def curves(
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
    def curves(
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
            return runs.curves(by, key, samples, stream=stream, x_axis=x_axis)
        return runs.curves(by, key, samples, pandas=False, stream=stream, x_axis=x_axis)

    def keys(
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
        answer = self._transport.execute(LIST_RUN_KEYS, variables)
        found = present_project(answer.project, self.entity, self.name).run_keys
        return [DocumentKey.of(key) for key in found]

    def run_fields(self) -> list[RunField]:
        """What filters of its runs may name, with types and operators; the same in every project."""
        variables = {"entity": self.entity, "project": self.name}
        answer = self._transport.execute(LIST_RUN_FIELDS, variables)
        found = present_project(answer.project, self.entity, self.name).run_fields
        return [RunField.of(fields) for fields in found]

    def values(
        self, field: Field | str, *, filters: Filter | Mapping[str, Any] | None = None, limit: int = 100
    ) -> list[FieldValue]:
        """The distinct values of a field among its runs, the most frequent first; each tag counts for itself."""
        variables = {**self._variables(filters), "field": field_name(field), "first": limit}
        answer = self._transport.execute(LIST_RUN_VALUES, variables)
        return [FieldValue.of(value) for value in present_project(answer.project, self.entity, self.name).run_values]

    def histogram(
        self, field: Field | str, *, bins: int = 20, filters: Filter | Mapping[str, Any] | None = None
    ) -> list[HistogramBin]:
        """How the finite numbers of a field are distributed over equally wide bins; empty when no run has one."""
        variables = {**self._variables(filters), "field": field_name(field), "bins": bins}
        answer = self._transport.execute(GET_RUN_HISTOGRAM, variables)
        found = present_project(answer.project, self.entity, self.name).run_histogram
        return [HistogramBin.of(fields) for fields in found]

    def _variables(self, filters: Filter | Mapping[str, Any] | None) -> dict[str, Any]:
        return {"entity": self.entity, "project": self.name, "filters": filters_json(filters)}


class Projects(Pages[Project]):
    """Projects by name: those of an entity, or with None all that you may see."""

    def __init__(self, transport: Transport, entity: str | None, *, per_page: int = 50) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._entity = entity

    def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[Project]:
        answer = self._transport.execute(
            LIST_PROJECTS, {"entity": self._entity, "first": first, "after": after, "withTotal": with_total}
        )
        found = answer.projects
        projects = [Project(edge.node, self._transport) for edge in found.edges]
        return Page(projects, found.page_info.has_next_page, found.page_info.end_cursor, found.total_count)

    def _repr_html_(self) -> str:
        rows = [(project.entity, project.name, project.description) for project in self._items]
        return list_table(repr(self), ("entity", "name", "description"), rows)
