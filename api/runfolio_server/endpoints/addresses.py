"""`/{entity}/{project}` and `/{entity}/{project}/runs/{run}`, which SDKs print: how to read what has this address.

The text is the same whether or not there is such a run: somebody without a key must not learn it. Names are shown as
literals of Python and JSON, and quoted for a shell.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from runfolio_server.endpoints.answers import answering_errors
from runfolio_server.endpoints.base_url import base_url_of

RUN_FIELDS = "name displayName state config summaryMetrics"
RUN_QUERY = (
    "query($e: String, $p: String, $r: String!) "
    f"{{ project(entityName: $e, name: $p) {{ run(name: $r) {{ {RUN_FIELDS} }} }} }}"
)
PROJECT_QUERY = (
    "query($e: String, $p: String) "
    f"{{ project(entityName: $e, name: $p) {{ runs(first: 20) {{ edges {{ node {{ {RUN_FIELDS} }} }} }} }} }}"
)

PAGE = """{what}

This server has no pages yet. Whoever has an API key that may see this {kind} reads it so.

For all of the below:

    export RUNFOLIO_BASE_URL={quoted_base_url} RUNFOLIO_API_KEY=…

With Python (pip install runfolio):

    import runfolio

    api = runfolio.Api()
    {python}

On the command line:

    {command}

With curl:

    curl -s "$RUNFOLIO_BASE_URL/graphql" -H "Authorization: Bearer $RUNFOLIO_API_KEY" \\
      -H 'Content-Type: application/json' -d {body}
"""


class PageRoute(Route):
    """Somebody who posts to such a path has another one in mind: to them it is not there, rather than not allowed.

    SDKs send again for days what was answered 405, and give up after 404.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether it is this page that is asked for."""
        match, found = super().matches(scope)
        return (Match.NONE, {}) if match is Match.PARTIAL else (match, found)


async def tell_how_to_read_run(request: Request) -> Response:
    """The lines that read one run."""
    entity, project, run = (request.path_params[name] for name in ("entity", "project", "run"))
    path = f"{entity}/{project}/{run}"
    return _page(
        request,
        what=f"The run {run!r} of the project {f'{entity}/{project}'!r}",
        kind="run",
        python=f"run = api.run({path!r})\n    print(run.name, run.state, run.config, run.summary)",
        command=f"runfolio runs get {shlex.quote(path)}",
        question={"query": RUN_QUERY, "variables": {"e": entity, "p": project, "r": run}},
    )


async def tell_how_to_read_project(request: Request) -> Response:
    """The lines that list the runs of a project. Raises HTTPException for a path of ours behind a prefix."""
    entity, project = (request.path_params[name] for name in ("entity", "project"))
    if any(getattr(route, "path", None) == f"/{project}" for route in request.app.routes):
        # So that nobody's probe takes a wrong `/prefix/healthz` for a healthy server.
        raise HTTPException(404)
    path = f"{entity}/{project}"
    return _page(
        request,
        what=f"The project {path!r}",
        kind="project",
        python=f"for run in api.runs({path!r}):\n        print(run.id, run.name, run.state)",
        command=f"runfolio runs ls {shlex.quote(path)}",
        question={"query": PROJECT_QUERY, "variables": {"e": entity, "p": project}},
    )


def _page(
    request: Request, *, what: str, kind: str, python: str, command: str, question: Mapping[str, object]
) -> Response:
    text = PAGE.format(
        what=what,
        kind=kind,
        python=python,
        command=command,
        quoted_base_url=shlex.quote(base_url_of(request)),
        body=shlex.quote(json.dumps(question)),
    )
    return PlainTextResponse(text)


address_routes = [
    PageRoute("/{entity}/{project}/runs/{run}", answering_errors(tell_how_to_read_run), methods=["GET"]),
    PageRoute("/{entity}/{project}", answering_errors(tell_how_to_read_project), methods=["GET"]),
]
