"""The API key that `wandb login --host` has written to the netrc file. Used by settings.py."""

from __future__ import annotations

import netrc
import warnings
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit


def netrc_path(environment: Mapping[str, str]) -> Path:
    """`NETRC`, else `~/.netrc`, else `~/_netrc` where that is the one that exists."""
    if environment.get("NETRC"):
        return Path(environment["NETRC"]).expanduser()
    usual, windows = Path("~/.netrc").expanduser(), Path("~/_netrc").expanduser()
    return windows if windows.exists() and not usual.exists() else usual


def machines_of(base_url: str) -> tuple[str, ...]:
    """The names under which a server's key may stand: host and port as the SDK writes them now, then the host alone."""
    split = urlsplit(base_url)
    return tuple(dict.fromkeys(name for name in (split.netloc, split.hostname) if name))


def read_netrc_key(path: Path, base_url: str) -> str | None:
    """The server's key in the file; None when it has none. The `default` entry is for any server, so for none of ours.

    A file that cannot be read is warned of, and counts as absent.
    """
    try:
        hosts = netrc.netrc(path).hosts
    except FileNotFoundError:
        return None
    except (OSError, netrc.NetrcParseError, UnicodeDecodeError) as error:
        warnings.warn(f"{path} was not read: {error}", RuntimeWarning, stacklevel=2)
        return None
    for machine in machines_of(base_url):
        _, _, password = hosts.get(machine) or ("", "", "")
        if password and machine != "default":
            return password
    return None
