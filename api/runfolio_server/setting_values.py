"""Values of settings, read from their texts. Used by settings.py."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from runfolio_server.client_address import parse_networks
from runfolio_server.web_origins import parse_origins

ENVIRONMENT_PREFIX = "RUNFOLIO_"


class SettingsError(ValueError):
    """A setting has a value that cannot be used; the message names it."""


def number(text: Mapping[str, str], name: str, *, lowest: int, highest: int) -> int:
    """An integer in this range. Raises SettingsError."""
    try:
        found = int(text[name])
    except ValueError:
        found = lowest - 1
    if not lowest <= found <= highest:
        raise SettingsError(
            f"{ENVIRONMENT_PREFIX}{name.upper()} is {text[name]!r}; allowed: an integer from {lowest} to {highest}"
        )
    return found


def other_origin(text: Mapping[str, str]) -> str:
    """The address of the origin for objects. Raises SettingsError for one that is none, or no other."""
    url, name = text["objects_url"].rstrip("/"), f"{ENVIRONMENT_PREFIX}OBJECTS_URL"
    if not url:
        return ""
    scheme, host = urlsplit(url)[:2]
    if scheme not in ("http", "https") or not host:
        raise SettingsError(f"{name} is {url!r}; allowed: an address that begins with http:// or https://")
    if host.lower() == urlsplit(text["base_url"]).netloc.lower():
        raise SettingsError(f"{name} is {url!r}, the host of {ENVIRONMENT_PREFIX}BASE_URL; allowed: another host name")
    return url


def origins(text: Mapping[str, str]) -> str:
    """The origins of pages as browsers spell them, with commas. Raises SettingsError."""
    try:
        return ",".join(parse_origins(text["cors_origins"]))
    except ValueError as error:
        raise SettingsError(f"{ENVIRONMENT_PREFIX}CORS_ORIGINS has {error}") from None


def webhook_url(text: Mapping[str, str]) -> str:
    """The address of the webhook; empty: there is none. Raises SettingsError."""
    url, name = text["webhook_url"], f"{ENVIRONMENT_PREFIX}WEBHOOK_URL"
    if not url:
        return url
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and url.isascii()
    except ValueError:
        is_address, parts = False, urlsplit("")
    if not is_address or "@" in parts.netloc or any(character <= " " for character in url):
        # Not the value: its path may be a secret.
        raise SettingsError(f"{name} is no address; allowed: https://host/path or http://host/path, without a password")
    if not text["webhook_secret"]:
        raise SettingsError(
            f"{name} is set without {ENVIRONMENT_PREFIX}WEBHOOK_SECRET, which signs what is sent; set both"
        )
    return url


def networks(text: Mapping[str, str], name: str) -> str:
    """Addresses and networks, as they came. Raises SettingsError."""
    try:
        parse_networks(text[name])
    except ValueError as error:
        raise SettingsError(
            f"{ENVIRONMENT_PREFIX}{name.upper()} is {text[name]!r}; allowed: addresses and networks, such as "
            "10.0.0.0/8, with commas between them"
        ) from error
    return text[name]


def choice(text: Mapping[str, str], name: str, *allowed: str) -> str:
    """One of these words. Raises SettingsError."""
    if text[name] not in allowed:
        raise SettingsError(f"{ENVIRONMENT_PREFIX}{name.upper()} is {text[name]!r}; allowed: {', '.join(allowed)}")
    return text[name]
