"""A browser at the application: it keeps cookies, and sends the session's token with what may be a change."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.service import BASE_URL, Service

VIEWER = {"query": "{ viewer { username } }"}


class Browser:
    """One browser with its cookies; `csrf` is what its page has been told."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.csrf = ""

    @property
    def token(self) -> str:
        """The token in its cookie."""
        (found,) = self.http.cookies.jar
        return found.value or ""

    async def sign_in(self, key: str) -> httpx.Response:
        """Sign in with a key."""
        answer = await self.http.post("/session", json={"key": key})
        self.csrf = answer.json().get("csrfToken", "")
        return answer

    async def ask(self, body: dict[str, Any] = VIEWER, **headers: str) -> httpx.Response:
        """Execute a document, with the token of the session."""
        return await self.http.post("/graphql", json=body, headers={"X-CSRF-Token": self.csrf, **headers})

    async def sign_out(self) -> httpx.Response:
        """End the session."""
        return await self.http.delete("/session", headers={"X-CSRF-Token": self.csrf})


@asynccontextmanager
async def open_browser(service: Service, base_url: str = BASE_URL) -> AsyncIterator[Browser]:
    """A browser without cookies, which came to this address of the server."""
    transport = httpx.ASGITransport(app=service.app)
    async with httpx.AsyncClient(transport=transport, base_url=base_url) as http:
        yield Browser(http)


@asynccontextmanager
async def signed_in(service: Service, user: str = "ada", base_url: str = BASE_URL) -> AsyncIterator[Browser]:
    """A browser that is signed in with the key of this user."""
    async with open_browser(service, base_url) as browser:
        assert 200 == (await browser.sign_in(service.keys[user])).status_code
        yield browser
