"""Artifacts and collections by filter and order, in pages. Used by the lists of Project and ArtifactType."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from runfolio_server.domain.json_text import storable_text
from runfolio_server.filters.artifact_query import ArtifactQuery, CollectionQuery
from runfolio_server.filters.language.cursor import read_place, sign_place
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import Cost, costs, page
from runfolio_server.graph.relay.connections import After, Connection, First, build_connection, page_size
from runfolio_server.graph.relay.scalars import JSONString
from runfolio_server.sql.artifact_lists.artifacts import (
    ListedMembershipRow,
    count_artifacts,
    select_artifacts_page,
)
from runfolio_server.sql.artifact_lists.collections import (
    ListedCollectionRow,
    count_chosen_collections,
    select_chosen_collections,
)
from runfolio_server.sql.artifacts.artifacts import ArtifactRow
from runfolio_server.sql.artifacts.collections import SELECT_COLLECTION_BY_NAME
from runfolio_server.sql.projects.projects import ProjectRow

if TYPE_CHECKING:
    from runfolio_server.graph.artifacts.collection import ArtifactCollection
    from runfolio_server.graph.artifacts.run_lists import ArtifactConnection

LazyArtifactConnection = Annotated["ArtifactConnection", strawberry.lazy("runfolio_server.graph.artifacts.run_lists")]
ArtifactFilters = Annotated[
    JSONString | None,
    strawberry.argument(
        description='Conditions as a JSON object such as {"metadata.accuracy": {"$gt": 0.9}}; null and {} mean all. '
        "The server's README is the reference."
    ),
]
ChosenArtifactOrder = Annotated[
    str | None,
    strawberry.argument(
        description="Fields with a sign, separated by commas, such as `-metadata.accuracy,+name`; "
        "null means `+created_at`."
    ),
]

CHOOSING_ARTIFACTS = 5_000
"""To try filters on all versions of a project, which are fewer than its runs and have smaller documents."""


def chosen_page(arguments: Mapping[str, Any]) -> Cost:
    """The cost of a page of artifacts or collections, which are all looked at."""
    return Cost(CHOOSING_ARTIFACTS, page(arguments).items)


@strawberry.type
class ProjectArtifactList:
    """The field of Project that lists its artifacts."""

    row: strawberry.Private[ProjectRow]

    @strawberry.field(
        description="Its artifacts, each version once, oldest first unless told; of a collection those that are linked "
        "there, too.",
        metadata=costs(chosen_page),
    )
    async def artifacts(
        self,
        info: RequestInfo,
        type: Annotated[
            str | None, strawberry.argument(description="Only those of this type; null: all.")
        ] = strawberry.UNSET,
        collection: Annotated[
            str | None, strawberry.argument(description="Only those in the collection of this name; null: all.")
        ] = strawberry.UNSET,
        filters: ArtifactFilters = strawberry.UNSET,
        order: ChosenArtifactOrder = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
    ) -> LazyArtifactConnection:
        """A page of artifacts."""
        from runfolio_server.graph.artifacts.artifact import Artifact
        from runfolio_server.graph.artifacts.run_lists import ArtifactConnection

        query, size = ArtifactQuery.parse(filters or None, order or None), page_size(first)
        context, project_id = info.context, self.row.project_id
        type_name, name = (storable_text(text) if text else None for text in (type, collection))
        digest = query.digest(f"artifacts:{project_id}:{type_name!r}:{name!r}")
        place = read_place(context.cursor_secret, digest, after) if after else None
        key: int | None = None
        async with context.database.connection() as connection:
            if name is not None:
                found = await connection.row(SELECT_COLLECTION_BY_NAME, project_id, name)
                # No collection has the id 0, and what is not there has no versions.
                key = 0 if found is None else found.collection_id
            rows = await select_artifacts_page(
                connection, project_id, context.viewer, query.page(size + 1, place), type_name, key
            )
        artifacts = await context.loaders.artifacts.artifact.load_many([row.artifact_id for row in rows])
        listed = [(row, artifact) for row, artifact in zip(rows, artifacts, strict=True) if artifact is not None]

        def cursor_of(item: tuple[ListedMembershipRow, ArtifactRow]) -> str:
            return sign_place(context.cursor_secret, digest, item[0].place)

        async def count() -> int:
            async with context.database.connection() as connection:
                return await count_artifacts(connection, project_id, context.viewer, query.whole(), type_name, key)

        found_page = build_connection(listed, size, lambda item: Artifact.of(item[1], item[0]), cursor_of, count)
        return ArtifactConnection(edges=found_page.edges, page_info=found_page.page_info, count=found_page.count)


async def chosen_collection_page(
    info: RequestInfo,
    project_id: int,
    type_name: str | None,
    filters: str | None,
    order: str | None,
    first: int | None,
    after: str | None,
    hidden_types: Sequence[str] = (),
) -> Connection[ArtifactCollection]:
    """A page of the collections of a project that the viewer may see, the newest first unless told.

    Without those of the types that are hidden from the viewer.
    """
    from runfolio_server.graph.artifacts.collection import collection_of

    query, size = CollectionQuery.parse(filters, order or "-created_at"), page_size(first)
    context = info.context
    digest = query.digest(f"collections:{project_id}:{type_name!r}")
    place = read_place(context.cursor_secret, digest, after) if after else None
    async with context.database.connection() as connection:
        rows = await select_chosen_collections(
            connection, project_id, query.page(size + 1, place), type_name, hidden_types
        )

    def cursor_of(row: ListedCollectionRow) -> str:
        return sign_place(context.cursor_secret, digest, row.place)

    async def count() -> int:
        async with context.database.connection() as connection:
            return await count_chosen_collections(connection, project_id, query.whole(), type_name, hidden_types)

    return build_connection(rows, size, collection_of, cursor_of, count)
