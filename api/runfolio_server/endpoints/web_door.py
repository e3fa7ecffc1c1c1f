"""The application as callers meet it: behind every route, and behind every error of any of them. Used by app.py."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.types import ASGIApp

from runfolio_server.endpoints.answer_headers import AnswerHeaders
from runfolio_server.endpoints.cross_origin import open_to_origins
from runfolio_server.endpoints.noted_requests import NotedRequests
from runfolio_server.settings import Settings


class Application(Starlette):
    """Starlette, with what every answer has around it.

    What is given to Starlette as middleware stands inside its handler of unforeseen errors, whose 500 it never sees.
    """

    def __init__(self, settings: Settings, **options: Any) -> None:
        super().__init__(**options)
        self._settings = settings
        # Else a path with a slash too many leads to whatever host the Host header says.
        self.router.redirect_slashes = False

    def build_middleware_stack(self) -> ASGIApp:
        """The routes with their errors, open to other origins, with the headers of every answer and an id."""
        answering = open_to_origins(super().build_middleware_stack(), self._settings)
        headed = AnswerHeaders(answering, self._settings)
        return NotedRequests(headed, has_access_log=bool(self._settings.access_log))
