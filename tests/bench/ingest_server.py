"""The server of ingest.py: the application, and an echo of what is sent to it. Run by ingest.py."""

from __future__ import annotations

import socket
import sys

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runfolio_server.app import create_app
from runfolio_server.settings import read_settings


async def echo(request: Request) -> Response:
    """The body, back."""
    return Response(await request.body())


def main(database_url: str, data_dir: str, descriptor: str) -> None:
    """Serve on a listening socket inherited from the parent."""
    app = create_app(read_settings({}, database_url=database_url, data_dir=data_dir))
    app.router.routes.append(Route("/echo", echo, methods=["POST"]))
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    # As `serve` does: by its `fd` uvicorn would take the socket for another kind, and leave Nagle's algorithm on.
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(descriptor))])


if __name__ == "__main__":
    main(*sys.argv[1:])
