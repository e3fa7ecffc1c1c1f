"""The listening socket, taken before anything slow starts, and the address that clients use for it. Used by run.py."""

from __future__ import annotations

import errno
import socket
import time

from runfolio_server.serve.errors import ServeError

BACKLOG = 2048
RETRY_S = 0.1
_REASONS = {
    errno.EADDRINUSE: "Port {port} on {host} is taken by another program; choose another with --port, or --port 0 for "
    "any free one.",
    errno.EACCES: "Port {port} may only be taken by root; choose one above 1023 with --port.",
    errno.EADDRNOTAVAIL: "{host} is not an address of this machine; choose another with --host.",
}


def listen(host: str, port: int, patience_s: float = 0.0) -> socket.socket:
    """Take the port; 0 takes any free one. Early clients wait in the queue until the API accepts them.

    A port that is taken is tried again for `patience_s`. Raises ServeError when the port is taken, forbidden, or the
    host is not one of this machine's addresses.
    """
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return _listen(host, port)
        except ServeError as error:
            is_taken = isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.EADDRINUSE
            if not is_taken or time.monotonic() > deadline:
                raise
        time.sleep(RETRY_S)


def _listen(host: str, port: int) -> socket.socket:
    try:
        # IPv4 first: `localhost` often names both, and that is what people mean.
        found = sorted(
            socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE),
            key=lambda entry: entry[0] != socket.AF_INET,
        )
    except OSError as error:
        raise ServeError(f"The host {host!r} is not known ({error.strerror}); choose another with --host.") from error
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        # Without it a port stays taken for a minute after the last connection of the previous server.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Two sockets may bind one port; the port is ours only from here on.
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        reason = _REASONS.get(error.errno or 0, "Cannot listen on {host} port {port}: {error}.")
        raise ServeError(reason.format(host=host, port=port, error=error.strerror)) from error
    return listener


def local_url(listener: socket.socket) -> str:
    """Where a client on this machine reaches the listener: `http://127.0.0.1:8080`."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        host = "127.0.0.1" if listener.family == socket.AF_INET else "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
