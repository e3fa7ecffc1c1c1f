"""Lists of runs as the tests ask for them: by our document and by the one that SDKs send."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.service import Answer, Service

RUNS = (
    "query($p: String, $f: JSONString, $o: String, $n: Int, $a: String) { project(name: $p) {"
    " runs(filters: $f, order: $o, first: $n, after: $a) { edges { cursor node { name } }"
    " pageInfo { hasNextPage endCursor } } } }"
)
# The variables, the arguments and the order of the fields are those of the SDK.
WIRE_RUNS = (
    "query Runs($project: String!, $entity: String!, $cursor: String, $perPage: Int = 50, $order: String,"
    " $filters: JSONString) { project(name: $project, entityName: $entity) { internalId"
    " runCount(filters: $filters) readOnly runs(filters: $filters, after: $cursor, first: $perPage, order: $order) {"
    " edges { node { projectId name } cursor } pageInfo { endCursor hasNextPage } } } }"
)


@dataclass(frozen=True)
class Page:
    """One page of a list: names and cursors of its runs."""

    names: list[str]
    cursors: list[str]
    has_next: bool
    end_cursor: str | None
    count: int | None = None


async def ask(
    service: Service,
    project: str,
    filters: object = None,
    order: str | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Answer:
    """A page of runs by our document; `filters` is a text or what to make one of."""
    return await service.graphql(RUNS, p=project, f=_text(filters), o=order, n=first, a=after)


async def ask_on_the_wire(
    service: Service,
    project: str,
    filters: object = None,
    order: str | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Answer:
    """The same by the SDK's document."""
    return await service.graphql(
        WIRE_RUNS,
        project=project,
        entity="ada",
        filters=_text({} if filters is None else filters),
        order=order or "+created_at",
        perPage=first or 50,
        cursor=after,
    )


def page_of(answer: Answer) -> Page:
    """The page that an answer holds."""
    project: dict[str, Any] = answer.data["project"]
    edges = project["runs"]["edges"]
    info = project["runs"]["pageInfo"]
    return Page(
        [edge["node"]["name"] for edge in edges],
        [edge["cursor"] for edge in edges],
        info["hasNextPage"],
        info["endCursor"],
        project.get("runCount"),
    )


async def names_of(service: Service, project: str, filters: object = None, order: str | None = None) -> list[str]:
    """The names of all runs that are chosen, in order; asserts that one page of 1,000 holds them."""
    page = page_of(await ask(service, project, filters, order, first=1000))
    assert not page.has_next
    return page.names


def refusal(answer: Answer) -> tuple[int, str, str | None]:
    """Status, code and path of an answer's first error."""
    extensions = answer.error["extensions"]
    return answer.status, extensions["code"], extensions.get("path")


def _text(filters: object) -> str | None:
    return filters if isinstance(filters, str) or filters is None else json.dumps(filters)
