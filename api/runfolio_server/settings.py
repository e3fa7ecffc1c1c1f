"""What can be set, in one table: the command line, the environment and the documentation read it.

Read once, at start. A setting is `RUNFOLIO_` + its name in the environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runfolio_server.setting_values import (
    ENVIRONMENT_PREFIX,
    SettingsError,
    choice,
    networks,
    number,
    origins,
    other_origin,
    webhook_url,
)

# Fewer cannot serve: one request may hold one while it waits for another's.
POOL_SIZE_LEAST = 2


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: its name, its default as text, its unit ("" for none) and what it means."""

    name: str
    default: str
    unit: str
    help: str


SETTINGS: tuple[Setting, ...] = (
    Setting("host", "127.0.0.1", "", "Address to listen on."),
    Setting("port", "8080", "", "Port to listen on."),
    Setting("data_dir", "", "", "Where data lives; empty means the default of this user."),
    Setting("database_url", "", "", "PostgreSQL 15 or newer; empty starts the embedded one in the data directory."),
    Setting(
        "direct_database_url",
        "",
        "",
        "Address of PostgreSQL itself, where `database_url` is that of a pooler which lends a connection for one"
        " transaction, such as PgBouncer.",
    ),
    Setting(
        "object_store",
        "",
        "",
        "Where objects lie: an address that begins with `s3://`, `gs://` or `az://`; empty means in the data directory."
        " Credentials are read from the environment, as the tools of that cloud do.",
    ),
    Setting(
        "objects_url",
        "",
        "",
        "Address of this server under another host name, an origin of its own for what users upload; download URLs lead"
        " there, and HTML may run its scripts. Empty: there is none.",
    ),
    Setting(
        "store_download_bytes",
        str(2**20),
        "bytes",
        "Files of at least this size are fetched from the cloud's store itself, to which a download URL then leads by"
        " one that the store signs; 0: none, for a store that clients cannot reach.",
    ),
    Setting(
        "storage_regions",
        "",
        "",
        "Names of regions that clients may ask artifacts to be stored in, separated by commas; all are this store.",
    ),
    Setting("processes", "", "", "Processes that answer requests; empty means one for each core, but not more than 4."),
    Setting("base_url", "", "", "Address that clients reach, for absolute URLs; empty takes it from each request."),
    Setting(
        "pool_size",
        "20",
        "connections",
        "Most connections of one `serve` to PostgreSQL, of which each of its API processes has an equal share; beside "
        "them are two of the worker and two of each process: one listens, one is for `/readyz`.",
    ),
    Setting("pool_wait_s", "5", "seconds", "How long a request waits for its first connection before it answers 503."),
    Setting("statement_timeout_s", "30", "seconds", "How long one SQL statement may run."),
    Setting("filter_timeout_s", "5", "seconds", "How long one may run that a caller's filters, order or fields shape."),
    Setting(
        "heartbeat_timeout_s",
        "300",
        "seconds",
        "Silence after which a running run counts as crashed. The SDK speaks every 30 seconds at least, and after a"
        " failure every minute: less than 90 takes living runs for crashed.",
    ),
    Setting("max_body_bytes", str(32 * 1024 * 1024), "bytes", "Largest request body, before and after decompression."),
    Setting("max_file_bytes", str(5 * 1024**3), "bytes", "Largest file of a run."),
    Setting("url_lifetime_s", str(24 * 3600), "seconds", "How long a signed URL works."),
    Setting(
        "deleted_kept_days",
        "7",
        "days",
        "How long deleted runs and projects can come back; then the worker frees what they have.",
    ),
    Setting(
        "max_connections",
        "8192",
        "connections",
        "Most connections of clients at once, of which each API process has an equal share; one address has a quarter.",
    ),
    Setting(
        "key_requests_per_minute",
        "120000",
        "requests",
        "Most requests of one API key in a minute, at all API processes of one `serve` together; 0: as many as come.",
    ),
    Setting("log_format", "text", "", "`json`: each line of the log is one JSON object; `text`: lines for people."),
    Setting(
        "access_log", "0", "", "1: the log also has a line for each answer, with its status, user and milliseconds."
    ),
    Setting(
        "trusted_proxies",
        "",
        "",
        "Addresses and networks of proxies, separated by commas: what they say of their clients counts.",
    ),
    Setting(
        "cors_origins",
        "",
        "",
        "Origins, such as `https://board.example.org`, separated by commas, whose pages may use this server from a"
        " browser, with a key or a session. Empty: this server's own pages alone.",
    ),
    Setting(
        "webhook_url", "", "", "Address that is told of alerts and of changes of runs' states; empty: nobody is told."
    ),
    Setting("webhook_secret", "", "", "What signs the messages to it; needed with `webhook_url`."),
    Setting(
        "webhook_networks",
        "",
        "",
        "Addresses and networks, separated by commas, that `webhook_url` may lead to although they are not of the"
        " internet.",
    ),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process; see SETTINGS for what each means."""

    host: str
    port: int
    data_dir: Path
    database_url: str
    direct_database_url: str
    object_store: str
    objects_url: str
    store_download_bytes: int
    storage_regions: str
    processes: int
    base_url: str
    pool_size: int
    pool_wait_s: float
    statement_timeout_s: float
    filter_timeout_s: float
    heartbeat_timeout_s: float
    max_body_bytes: int
    max_file_bytes: int
    url_lifetime_s: int
    deleted_kept_days: int
    max_connections: int
    key_requests_per_minute: int
    log_format: str
    access_log: int
    trusted_proxies: str
    cors_origins: str
    webhook_url: str
    webhook_secret: str
    webhook_networks: str

    @property
    def is_pooled(self) -> bool:
        """Whether `database_url` is the address of a pooler, whose connections are ours for one transaction."""
        return bool(self.direct_database_url)

    @property
    def web_origins(self) -> tuple[str, ...]:
        """Origins of other pages that may use this server."""
        return tuple(filter(None, self.cors_origins.split(",")))

    @property
    def session_url(self) -> str:
        """The address for what needs a session of its own: to listen, to migrate, to build indexes."""
        return self.direct_database_url or self.database_url


def read_settings(environment: Mapping[str, str] = os.environ, **overrides: str | None) -> Settings:
    """Take each setting from `overrides` (command line), else the environment, else its default.

    Raises SettingsError for a value that is not of its kind.
    """
    text = {
        setting.name: _first_text(
            overrides.get(setting.name), environment.get(ENVIRONMENT_PREFIX + setting.name.upper()), setting.default
        )
        for setting in SETTINGS
    }
    _check_addresses(text, environment, overrides)
    return Settings(
        host=text["host"],
        port=number(text, "port", lowest=0, highest=65535),
        data_dir=Path(text["data_dir"]).expanduser().absolute() if text["data_dir"] else default_data_dir(environment),
        database_url=text["database_url"],
        direct_database_url=text["direct_database_url"],
        object_store=text["object_store"].rstrip("/"),
        objects_url=other_origin(text),
        store_download_bytes=number(text, "store_download_bytes", lowest=0, highest=2**50),
        storage_regions=text["storage_regions"],
        processes=number(text, "processes", lowest=1, highest=64) if text["processes"] else _processes_unless_told(),
        base_url=text["base_url"].rstrip("/"),
        pool_size=number(text, "pool_size", lowest=POOL_SIZE_LEAST, highest=1000),
        pool_wait_s=number(text, "pool_wait_s", lowest=1, highest=600),
        statement_timeout_s=number(text, "statement_timeout_s", lowest=1, highest=86_400),
        filter_timeout_s=number(text, "filter_timeout_s", lowest=1, highest=86_400),
        heartbeat_timeout_s=number(text, "heartbeat_timeout_s", lowest=1, highest=86_400 * 30),
        max_body_bytes=number(text, "max_body_bytes", lowest=1024, highest=2**30),
        max_file_bytes=number(text, "max_file_bytes", lowest=1024, highest=2**50),
        url_lifetime_s=number(text, "url_lifetime_s", lowest=60, highest=86_400 * 30),
        deleted_kept_days=number(text, "deleted_kept_days", lowest=0, highest=36_500),
        max_connections=number(text, "max_connections", lowest=8, highest=1_000_000),
        key_requests_per_minute=number(text, "key_requests_per_minute", lowest=0, highest=1_000_000_000),
        log_format=choice(text, "log_format", "text", "json"),
        access_log=number(text, "access_log", lowest=0, highest=1),
        trusted_proxies=networks(text, "trusted_proxies"),
        cors_origins=origins(text),
        webhook_url=webhook_url(text),
        webhook_secret=text["webhook_secret"],
        webhook_networks=networks(text, "webhook_networks"),
    )


def default_data_dir(environment: Mapping[str, str] = os.environ) -> Path:
    """`/var/lib/runfolio` for root, else `$XDG_DATA_HOME/runfolio` or `~/.local/share/runfolio`.

    Root's home is usually closed to the OS user that PostgreSQL must run as, `/var/lib` is not.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/runfolio")
    data_home = environment.get("XDG_DATA_HOME") or str(Path("~/.local/share").expanduser())
    return Path(data_home) / "runfolio"


def _processes_unless_told() -> int:
    # More would mostly wait for PostgreSQL, which works on the same cores.
    return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 4)


def _first_text(*candidates: str | None) -> str:
    return next(text for text in candidates if text is not None)


def _check_addresses(
    text: Mapping[str, str], environment: Mapping[str, str], overrides: Mapping[str, str | None]
) -> None:
    """Whoever names another database must not migrate the one that the environment's second address leads to."""
    direct, name = overrides.get("direct_database_url"), f"{ENVIRONMENT_PREFIX}DIRECT_DATABASE_URL"
    if text["direct_database_url"] and not text["database_url"]:
        raise SettingsError(f"{name} is set without {ENVIRONMENT_PREFIX}DATABASE_URL; give both, or the latter alone.")
    if overrides.get("database_url") is not None and direct is None and environment.get(name):
        raise SettingsError(
            f"{name} is set, and another --database-url given; give --direct-database-url too, empty if there is no "
            "pooler."
        )
