"""What to do when a command found nothing: which projects there are, where the key came from. Used by commands.py.

Importing this module needs nothing but the standard library, as for commands.py.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from runfolio import Api, RunfolioError

PROJECTS_MAX = 10


def check_same_server(path: str | None, base_url: str) -> None:
    """Raise ConfigurationError for the URL of a run on another server: its key must not go there by itself."""
    from runfolio import ConfigurationError
    from runfolio._core.paths import RUNS_MARK, path_below

    if path is None or not path.strip().lower().startswith(("http://", "https://")):
        return
    if _place(path.strip()) != _place(base_url) or path_below(path.strip(), base_url) is None:
        named = urlsplit(path.strip())
        # What is before entity/project or entity/project/runs/run.
        parts = named.path.strip("/").split("/")
        above = "".join(f"/{part}" for part in parts[: -4 if parts[-2:-1] == [RUNS_MARK] else -2])
        raise ConfigurationError(
            f"{path} is on another server than {base_url}, which would be asked; "
            f"give --base-url {named.scheme}://{named.netloc}{above}."
        )


def what_to_do(api: Api, error: RunfolioError, path: str | None) -> str:
    """A sentence that helps after this error, or nothing."""
    from runfolio import AuthenticationError, MalformedPathError, NotFoundError, UnavailableError
    from runfolio._core.settings import is_loopback

    if isinstance(error, UnavailableError) and error.status is None and is_loopback(api.settings.base_url.value or ""):
        return f"The address is from: {api.settings.base_url.source}. Start a server here: runfolio serve"
    if isinstance(error, AuthenticationError):
        return f"The key is the one of {api.settings.api_key.source}."
    if isinstance(error, NotFoundError) and "no run" in str(error):
        return f"List the runs of the project: runfolio runs ls {_project_of(path)}"
    if isinstance(error, NotFoundError | MalformedPathError):
        return _projects(api, path)
    return ""


def _projects(api: Api, path: str | None) -> str:
    """Which projects there are to choose from, of the entity that the path names if there are any."""
    from runfolio import RunfolioError

    entity, _, rest = (path or "").strip("/").partition("/")
    for wanted in dict.fromkeys([entity if rest else None, None]):
        try:
            names = ["/".join(project.path) for project in islice(api.projects(wanted), PROJECTS_MAX + 1)]
        except RunfolioError:
            continue
        if names:
            more = ", …" if len(names) > PROJECTS_MAX else ""
            return f"You may see {', '.join(names[:PROJECTS_MAX])}{more}."
    return "You have no projects yet: the first run that is logged makes one."


def _project_of(path: str | None) -> str:
    return (path or "").strip("/").removesuffix("/").rpartition("/")[0].removesuffix("/runs")


def _place(url: str) -> tuple[str, str]:
    """Host and port, with one spelling of this machine."""
    split = urlsplit(url.lower())
    host = split.hostname or ""
    # As text, and not as `port`, which raises where it is no number: that is no place that could be the same.
    port = split.netloc.rpartition("@")[2].removeprefix(f"[{host}]").removeprefix(host).removeprefix(":")
    default = "443" if split.scheme == "https" else "80"
    return ("127.0.0.1" if host in ("localhost", "::1") else host, port or default)
