"""Which GraphQL operations the SDKs send, and what they are answered: recorded on the way into the application."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphql import FieldNode, OperationDefinitionNode, parse
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LIST = Path(__file__).with_name("operations.txt")


@dataclass(frozen=True)
class Exchange:
    """One operation: its name, the status and the first error of the answer, None when it has no errors."""

    operation: str
    status: int
    error: str | None


@dataclass
class Recorder:
    """An ASGI middleware that keeps every GraphQL exchange and every file_stream body."""

    exchanges: list[Exchange] = field(default_factory=list)
    streamed: list[dict[str, Any]] = field(default_factory=list)
    encodings: list[str] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    """Operations whose next answer does not arrive: what they do is done, and the client is told 500."""
    expired: int = 0
    """How many of the next downloads by a signed URL are refused, as if its time were over."""
    stored: list[dict[bytes, bytes]] = field(default_factory=list)
    """The headers of each request to a signed URL of the server."""

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """The application, recorded."""

        async def recorded(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope.get("path", "")
            if scope["type"] == "http" and path.startswith("/objects/"):
                self.stored.append(dict(scope["headers"]))
                # An artifact's list of files was found just now.
                if self.expired and scope["method"] == "GET" and "wandb_manifest" not in path:
                    self.expired -= 1
                    await PlainTextResponse("expired", 403)(scope, receive, send)
                    return
            if scope["type"] != "http" or not path.endswith(("/graphql", "/file_stream")):
                await app(scope, receive, send)
                return
            question, answer = bytearray(), bytearray()
            status = 0
            is_lost = False

            async def receive_recorded() -> Message:
                message = await receive()
                question.extend(message.get("body", b""))
                return message

            async def send_recorded(message: Message) -> None:
                nonlocal status, is_lost
                if message["type"] == "http.response.start" and self.lost and path.endswith("/graphql"):
                    operation = operation_name(json.loads(question))
                    is_lost = operation in self.lost
                    self.lost.discard(operation)
                if is_lost:
                    message = lost_answer(message)
                status = message.get("status", status)
                answer.extend(message.get("body", b""))
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    # Before the client has the answer, so that who waits for the client finds it recorded.
                    self._record(path, scope["headers"], bytes(question), status, bytes(answer))
                await send(message)

            await app(scope, receive_recorded, send_recorded)

        return recorded

    def _record(
        self, path: str, headers: list[tuple[bytes, bytes]], question: bytes, status: int, answer: bytes
    ) -> None:
        if path.endswith("/file_stream"):
            encoding = dict(headers).get(b"content-encoding", b"").decode()
            self.encodings.append(encoding)
            if not encoding and status == 200:
                self.streamed.append(json.loads(question))
        elif question and not dict(headers).get(b"user-agent", b"").startswith(b"runfolio"):
            errors = json.loads(answer).get("errors")
            error = errors[0]["message"] if errors else None
            self.exchanges.append(Exchange(operation_name(json.loads(question)), status, error))


def lost_answer(message: Message) -> Message:
    """The same message of an answer that says nothing but 500."""
    if message["type"] == "http.response.start":
        return {
            **message,
            "status": 500,
            "headers": [(b"content-type", b"application/json"), (b"content-length", b"2")],
        }
    return {**message, "body": b"{}", "more_body": False}


def operation_name(body: dict[str, Any]) -> str:
    """The name of the document's operation; one without a name is called by its root fields."""
    operations = [node for node in parse(body["query"]).definitions if isinstance(node, OperationDefinitionNode)]
    names = [node.name.value for node in operations if node.name]
    if names:
        return names[0]
    fields = [field.name.value for field in operations[0].selection_set.selections if isinstance(field, FieldNode)]
    return f"({','.join(fields)})"


def unexpected(exchanges: list[Exchange], may_fail: Collection[str]) -> list[str]:
    """What is wrong with these exchanges, as sentences: operations nobody has listed, and listed ones that failed."""
    rules = listed_operations()
    found = []
    for exchange in exchanges:
        rule = rules.get(exchange.operation)
        if rule is None:
            found.append(f"{exchange.operation} is not in operations.txt; it was answered {exchange.error or 'well'!r}")
        elif rule == "must" and exchange.error and exchange.operation not in may_fail:
            found.append(f"{exchange.operation} failed ({exchange.status}): {exchange.error}")
    return list(dict.fromkeys(found))


def listed_operations() -> dict[str, str]:
    """The committed list: operation → `must` (succeed) or `may` (fail)."""
    lines = [line for line in LIST.read_text().splitlines() if line and not line.startswith("#")]
    return {line.split()[0]: line.split()[1] for line in lines}
