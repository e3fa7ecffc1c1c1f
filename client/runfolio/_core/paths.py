"""Text → entity, project and run or artifact. The only place that knows the forms of a path."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from runfolio._core.errors import MalformedPathError

RUN_FORMS = (
    "entity/project/run",
    "entity/project/runs/run",
    "project/run (your default entity)",
    "run (your default entity and project)",
    "http://host/entity/project/runs/run",
)
PROJECT_FORMS = ("entity/project", "project (your default entity)", "http://host/entity/project")
ARTIFACT_FORMS = (
    "entity/project/name:alias",
    "entity/project/name:v3",
    "project/name:alias (your default entity)",
    "name:alias (your default entity and project)",
    "name (its alias latest)",
    "http://host/entity/project/artifacts/type/name/v3",
)
RUNS_MARK = "runs"
ARTIFACTS_MARK = "artifacts"
LATEST = "latest"
ID_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
ID_LENGTH = 10


@dataclass(frozen=True, slots=True)
class ProjectPath:
    """A project; without an entity, the default one is meant."""

    entity: str | None
    project: str


@dataclass(frozen=True, slots=True)
class RunPath:
    """A run by its id; without an entity, the default one is meant."""

    entity: str | None
    project: str
    run: str


@dataclass(frozen=True, slots=True)
class ArtifactPath:
    """A version of a collection, by an alias or as `v3`; without an entity, the default one is meant."""

    entity: str | None
    project: str
    collection: str
    alias: str

    @property
    def name(self) -> str:
        """The collection and the alias, as the server takes them."""
        return f"{self.collection}:{self.alias}"

    def __str__(self) -> str:
        return f"{self.entity}/{self.project}/{self.name}"


def parse_run_path(text: str, *, entity: str | None = None, project: str | None = None, base_url: str = "") -> RunPath:
    """The run that the text names; `entity` and `project` stand in for what it leaves out.

    A URL may be below `base_url`, or below another path by which somebody else reaches the server.
    Raises MalformedPathError.

    >>> parse_run_path("acme/demo/runs/3k2j9x1p")
    RunPath(entity='acme', project='demo', run='3k2j9x1p')
    """
    parts = _parts(text, RUN_FORMS, base_url)
    if _is_url(text) and len(parts) > 4:
        # A page of a run may follow it: /overview, /files…
        at = next((at for at in range(2, len(parts) - 1) if parts[at] == RUNS_MARK), None)
        parts = parts if at is None else parts[at - 2 : at + 2]
    if len(parts) in (3, 4) and parts[-2] == RUNS_MARK:
        del parts[-2]
    if len(parts) == 1:
        if project is None:
            raise MalformedPathError(
                f"The path {text!r} names no project, and there is no default one; "
                f"give project= to Api, set RUNFOLIO_PROJECT, or use one of: {'; '.join(RUN_FORMS)}."
            )
        return RunPath(entity, project, parts[0])
    if len(parts) == 2:
        return RunPath(entity, *parts)
    if len(parts) == 3:
        return RunPath(*parts)
    raise _malformed(text, f"it has {len(parts)} parts, and no name contains a slash", RUN_FORMS)


def parse_project_path(text: str, *, entity: str | None = None, base_url: str = "") -> ProjectPath:
    """The project that the text names; `entity` stands in when it names none. A URL may be below `base_url`.

    Raises MalformedPathError.
    """
    parts = _parts(text, PROJECT_FORMS, base_url)
    if _is_url(text):
        # A page of a project may follow it: /runs, /workspace…
        parts = parts[:2]
    if len(parts) == 1:
        return ProjectPath(entity, parts[0])
    if len(parts) == 2:
        return ProjectPath(*parts)
    raise _malformed(text, f"it has {len(parts)} parts, and no name contains a slash", PROJECT_FORMS)


def parse_artifact_path(
    text: str, *, entity: str | None = None, project: str | None = None, base_url: str = ""
) -> ArtifactPath:
    """The artifact that the text names; `entity` and `project` stand in for what it leaves out.

    Raises MalformedPathError.

    >>> parse_artifact_path("acme/demo/weights:best")
    ArtifactPath(entity='acme', project='demo', collection='weights', alias='best')
    >>> parse_artifact_path("weights", entity="acme", project="demo").name
    'weights:latest'
    """
    parts = _parts(text, ARTIFACT_FORMS, base_url)
    if _is_url(text):
        if len(parts) < 6 or parts[2] != ARTIFACTS_MARK:
            raise _malformed(text, "as a URL it would be that of a version", ARTIFACT_FORMS)
        return ArtifactPath(parts[0], parts[1], parts[4], parts[5])
    collection, colon, alias = parts[-1].partition(":")
    if not collection.strip() or (colon and not alias.strip()):
        raise _malformed(text, "its last part is not a name and an alias", ARTIFACT_FORMS)
    alias = alias or LATEST
    if len(parts) == 1:
        if project is None:
            raise MalformedPathError(
                f"The path {text!r} names no project, and there is no default one; "
                f"give project= to Api, set RUNFOLIO_PROJECT, or use one of: {'; '.join(ARTIFACT_FORMS)}."
            )
        return ArtifactPath(entity, project, collection, alias)
    if len(parts) == 2:
        return ArtifactPath(entity, parts[0], collection, alias)
    if len(parts) == 3:
        return ArtifactPath(parts[0], parts[1], collection, alias)
    raise _malformed(text, f"it has {len(parts)} parts, and no name contains a slash", ARTIFACT_FORMS)


def new_run_id() -> str:
    """An id for a run that was given none: ten letters and digits."""
    return "".join(secrets.choice(ID_CHARACTERS) for _ in range(ID_LENGTH))


def url_of(base_url: str, *parts: str) -> str:
    """The address of a thing, each part percent-encoded."""
    return "/".join([base_url, *(quote(part, safe="") for part in parts)])


def path_below(url: str, base_url: str) -> str | None:
    """The path of the URL behind that of the base URL; None when it is not below it.

    >>> path_below("https://host/track/acme/demo", "https://host/track")
    '/acme/demo'
    """
    path, base = urlsplit(url).path, urlsplit(base_url).path.rstrip("/")
    return path.removeprefix(base) if f"{path}/".startswith(f"{base}/") else None


def _parts(text: object, forms: tuple[str, ...], base_url: str) -> list[str]:
    if not isinstance(text, str):
        raise _malformed(text, f"it is of type {type(text).__name__}", forms)
    if _is_url(text):
        # Only in a URL is a percent sign an escape.
        below = path_below(text.strip(), base_url)
        path = urlsplit(text.strip()).path if below is None else below
        return [unquote(part) for part in _split(path, text, forms)]
    return _split(text.strip(), text, forms)


def _split(path: str, text: str, forms: tuple[str, ...]) -> list[str]:
    trimmed = path.removeprefix("/").removesuffix("/")
    if not trimmed:
        raise _malformed(text, "it is empty", forms)
    parts = trimmed.split("/")
    if any(not part.strip() for part in parts):
        raise _malformed(text, "one of its parts is empty", forms)
    return parts


def _is_url(text: str) -> bool:
    return text.strip().lower().startswith(("http://", "https://"))


def _malformed(text: object, reason: str, forms: tuple[str, ...]) -> MalformedPathError:
    return MalformedPathError(f"The path {text!r} is not readable: {reason}. Allowed: {'; '.join(forms)}.")
