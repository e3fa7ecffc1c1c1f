"""A proxy before a server that kills it at each step of an upload, once: before the step is done, or after it was."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

import httpx

from tests.wandb.recorder import operation_name

HOP_BY_HOP = {"connection", "content-length", "transfer-encoding", "content-encoding"}
TIMEOUT_S = 60
OPERATIONS = frozenset({"CreateArtifact", "CreateArtifactManifest", "CreateArtifactFiles", "CommitArtifact"})


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Nothing is printed: connections end in the middle here."""


class KillingProxy:
    """Forwards what comes; `killed` are the steps at which it has killed. `url` is where clients find it.

    `before`: the step never reaches the server. `after`: it is done, and its answer is lost.
    """

    def __init__(self, target: str, kill: Callable[[], None], moment: Literal["before", "after"]) -> None:
        self.killed: set[str] = set()
        self._target = target
        self._kill = kill
        self._moment = moment
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_any(self) -> None:
                proxy._handle(self)

            do_GET = do_POST = do_PUT = do_HEAD = do_any  # noqa: N815 - as the library calls them

            def log_message(self, *_: object) -> None:
                """Nothing is printed."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> KillingProxy:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handle(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        step = _step(request.command, request.path, request.headers.get("Content-MD5"), body)
        with self._lock:
            is_first = step is not None and step not in self.killed
            if step is not None and is_first:
                self.killed.add(step)
        if is_first and self._moment == "before":
            self._kill_and_drop(request)
            return
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP}
        answer = httpx.request(
            request.command, f"{self._target}{request.path}", content=body, headers=headers, timeout=TIMEOUT_S
        )
        if is_first:
            self._kill_and_drop(request)
            return
        request.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in HOP_BY_HOP:
                request.send_header(name, value)
        request.send_header("Content-Length", str(len(answer.content)))
        request.end_headers()
        request.wfile.write(answer.content)

    def _kill_and_drop(self, request: BaseHTTPRequestHandler) -> None:
        # One at a time: a server that is just coming back is not there to be killed.
        with self._lock:
            self._kill()
        request.close_connection = True


def _step(method: str, path: str, md5: str | None, body: bytes) -> str | None:
    """What the request is to the upload of an artifact; None: nothing."""
    if method == "PUT":
        # Files of the run itself come without.
        return None if md5 is None else f"PUT {md5}"
    if method != "POST" or not path.endswith("/graphql"):
        return None
    document = json.loads(body)
    operation = operation_name(document)
    if operation not in OPERATIONS:
        return None
    variables = document["variables"]
    digest = variables.get("digest") or variables.get("input", {}).get("digest")
    return f"{operation} with digest" if operation == "CreateArtifactManifest" and digest else operation
