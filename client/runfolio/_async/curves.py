"""Groups of runs as curves, page by page. Called by runs.py."""

from __future__ import annotations

from collections.abc import Sequence

from runfolio._async.transport import AsyncTransport
from runfolio._core.group_curves import GroupCurve
from runfolio._core.history import stream_of
from runfolio._core.missing import present_entity, present_project
from runfolio._core.operations import LIST_GROUP_CURVES

# For each group the histories of its runs are read; the server bounds what one request may read.
GROUPS_PER_PAGE = 100


async def fetch_curves(
    transport: AsyncTransport,
    entity: str,
    project: str,
    *,
    by: Sequence[str],
    key: str,
    samples: int,
    stream: str,
    x_axis: str,
    filters: str | None,
) -> list[GroupCurve]:
    """The curve of each group, in the order of the groups."""
    chosen = {"entity": entity, "project": project, "by": by, "filters": filters}
    variables = {**chosen, "key": key, "samples": samples, "stream": stream_of(stream), "first": GROUPS_PER_PAGE}
    variables["xAxis"] = x_axis
    curves: list[GroupCurve] = []
    after: str | None = None
    while True:
        answer = await transport.execute(LIST_GROUP_CURVES, {**variables, "after": after})
        if answer.project is None:
            present_entity(answer.entity, entity, transport.base_url)
        page = present_project(answer.project, entity, project).run_groups
        curves += [GroupCurve.of(group, by) for group in page.groups]
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page or after is None:
            return curves
