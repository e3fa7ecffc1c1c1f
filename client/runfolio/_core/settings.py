"""Where the client finds the server, the key and the defaults, and where each of them came from. Called by Api.

Each is taken from the first that has it: the argument, RUNFOLIO_*, WANDB_*, the netrc file, the data directory of a
server on this machine. Nothing falls back to an address outside this machine.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from runfolio._core.data_dir import API_KEY_FILE, BASE_URL_FILE, data_dir_of, read_line
from runfolio._core.errors import ConfigurationError
from runfolio._core.netrc_file import machines_of, netrc_path, read_netrc_key

DEFAULT_BASE_URL = "http://127.0.0.1:8080"
ARGUMENT = "argument"
DEFAULT = "default"
SENDABLE_KEY = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True, repr=False)
class Setting:
    """A value and the name of the place that it came from: `argument`, a variable, a file, `default`.

    Printing it shows no more than the last four characters of a secret one.
    """

    value: str | None
    source: str
    is_secret: bool = False

    def __repr__(self) -> str:
        shown = self.value
        if self.is_secret and shown is not None:
            shown = "…" + (shown[-4:] if len(shown) > 8 else "")
        return f"{shown}  ({self.source})"


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """The settings of one Api, and where each came from."""

    base_url: Setting
    api_key: Setting
    entity: Setting
    project: Setting

    def __repr__(self) -> str:
        return "\n".join(f"{name} = {getattr(self, name)!r}" for name in ("base_url", "api_key", "entity", "project"))


def find_settings(
    *,
    base_url: str | None,
    api_key: str | None,
    entity: str | None,
    project: str | None,
    environment: Mapping[str, str],
) -> Settings:
    """The settings that apply. Raises ConfigurationError when there is no key, or a value cannot be used."""
    address = _find_base_url(base_url, environment)
    return Settings(
        base_url=address,
        api_key=_find_api_key(api_key, address, environment),
        entity=_find_default("entity", entity, environment),
        project=_find_default("project", project, environment),
    )


def is_loopback(base_url: str) -> bool:
    """Whether the address is this machine's own."""
    host = urlsplit(base_url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _find_base_url(argument: str | None, environment: Mapping[str, str]) -> Setting:
    found = _first(argument, ("RUNFOLIO_BASE_URL", "WANDB_BASE_URL"), environment)
    if found is None:
        file = data_dir_of(environment) / BASE_URL_FILE
        address = read_line(file)
        found = Setting(address, str(file)) if address else Setting(DEFAULT_BASE_URL, DEFAULT)
    url = _normal_url(found.value or "")
    if url is None:
        raise ConfigurationError(
            f"The base URL {found.value!r} ({found.source}) cannot be used; allowed: http://host or https://host, "
            "with a port or path if need be, and no user or query."
        )
    return Setting(url, found.source)


def _find_api_key(argument: str | None, address: Setting, environment: Mapping[str, str]) -> Setting:
    base_url = address.value or ""
    found = _first(argument, ("RUNFOLIO_API_KEY",), environment)
    wandb_url = _normal_url(environment.get("WANDB_BASE_URL", ""))
    # A WANDB_API_KEY without this WANDB_BASE_URL is for another server, W&B's own as a rule: it must not be sent here.
    if found is None and wandb_url == base_url:
        found = _first(None, ("WANDB_API_KEY",), environment)
    netrc_file = netrc_path(environment)
    if found is None and (key := read_netrc_key(netrc_file, base_url)):
        found = Setting(key, str(netrc_file))
    key_file = data_dir_of(environment) / API_KEY_FILE
    if found is None and is_loopback(base_url) and (key := read_line(key_file)):
        found = Setting(key, str(key_file))
    if found is None:
        raise ConfigurationError(
            f"No API key for {base_url} ({address.source}). Looked for: the argument api_key; RUNFOLIO_API_KEY; "
            f"WANDB_API_KEY {_why_not_wandb(environment, wandb_url, base_url)}; {netrc_file}, "
            f"machine {' or '.join(machines_of(base_url))}; "
            f"{key_file}{'' if is_loopback(base_url) else ' (not used: the server is on another machine)'}. "
            "Set RUNFOLIO_API_KEY, or start a server here: runfolio serve."
        )
    if not SENDABLE_KEY.fullmatch(found.value or ""):
        raise ConfigurationError(f"The API key ({found.source}) has spaces or characters that no key has.")
    return Setting(found.value, found.source, is_secret=True)


def _why_not_wandb(environment: Mapping[str, str], wandb_url: str | None, base_url: str) -> str:
    if environment.get("WANDB_API_KEY") and wandb_url != base_url:
        return f"(set, but not used: it is for {wandb_url or 'another server'}, by WANDB_BASE_URL)"
    return "(with WANDB_BASE_URL)"


def _find_default(name: str, argument: str | None, environment: Mapping[str, str]) -> Setting:
    variables = (f"RUNFOLIO_{name.upper()}", f"WANDB_{name.upper()}")
    return _first(argument, variables, environment) or Setting(None, DEFAULT)


def _first(argument: str | None, variables: tuple[str, ...], environment: Mapping[str, str]) -> Setting | None:
    if argument:
        return Setting(argument.strip(), ARGUMENT)
    for variable in variables:
        value = environment.get(variable, "").strip()
        if value:
            return Setting(value, variable)
    return None


def _normal_url(text: str) -> str | None:
    """The URL without a slash at its end; None when it cannot be the base of requests."""
    try:
        split = urlsplit(text.strip())
        usable = split.scheme in ("http", "https") and bool(split.hostname) and split.port != 0
    except ValueError:
        return None
    if not usable or split.username is not None or split.query or split.fragment:
        return None
    return text.strip().rstrip("/")
