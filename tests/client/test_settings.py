"""Settings: which source wins, what is said when there is none, and that keys stay where they belong."""

from __future__ import annotations

from pathlib import Path

import pytest

from runfolio import ConfigurationError
from runfolio._core.settings import Settings, find_settings, is_loopback

LOCAL = "http://127.0.0.1:8080"
REMOTE = "https://runs.example.org"


def find(environment: dict[str, str] | None = None, **arguments: str) -> Settings:
    """The settings of these arguments and variables."""
    given: dict[str, str | None] = dict.fromkeys(("base_url", "api_key", "entity", "project"))
    return find_settings(**{**given, **arguments}, environment=environment or {})


def data_dir(path: Path, **files: str) -> dict[str, str]:
    """The variables that name a data directory with these files."""
    path.mkdir()
    for name, text in files.items():
        (path / name.replace("_", "-")).write_text(f"{text}\n")
    return {"RUNFOLIO_DATA_DIR": str(path)}


def test_an_argument_wins_over_every_variable() -> None:
    settings = find(
        {"RUNFOLIO_BASE_URL": LOCAL, "RUNFOLIO_API_KEY": "k1", "WANDB_BASE_URL": LOCAL},
        base_url=f"{REMOTE}/",
        api_key="k0",
    )

    assert (REMOTE, "argument") == (settings.base_url.value, settings.base_url.source)
    assert ("k0", "argument") == (settings.api_key.value, settings.api_key.source)


def test_our_variables_win_over_those_of_the_sdk() -> None:
    settings = find(
        {
            "RUNFOLIO_BASE_URL": REMOTE,
            "RUNFOLIO_API_KEY": "k1",
            "RUNFOLIO_ENTITY": "acme",
            "RUNFOLIO_PROJECT": "demo",
            "WANDB_BASE_URL": LOCAL,
            "WANDB_API_KEY": "k2",
            "WANDB_ENTITY": "other",
            "WANDB_PROJECT": "other",
        }
    )

    assert [REMOTE, "k1", "acme", "demo"] == [
        setting.value for setting in (settings.base_url, settings.api_key, settings.entity, settings.project)
    ]


def test_the_variables_of_the_sdk_are_enough() -> None:
    settings = find({"WANDB_BASE_URL": f"{REMOTE}/", "WANDB_API_KEY": "k2", "WANDB_ENTITY": "acme"})

    assert (REMOTE, "WANDB_BASE_URL") == (settings.base_url.value, settings.base_url.source)
    assert ("k2", "WANDB_API_KEY") == (settings.api_key.value, settings.api_key.source)
    assert ("acme", "WANDB_ENTITY") == (settings.entity.value, settings.entity.source)


def test_a_key_of_the_sdk_is_not_sent_to_another_server_than_its_own() -> None:
    with pytest.raises(ConfigurationError, match=r"WANDB_API_KEY .set, but not used: it is for another server"):
        find({"WANDB_API_KEY": "k2"}, base_url=REMOTE)
    with pytest.raises(ConfigurationError, match=f"it is for {REMOTE}"):
        find({"WANDB_API_KEY": "k2", "WANDB_BASE_URL": REMOTE}, base_url="https://elsewhere.example.org")


def test_without_any_address_it_is_this_machine(tmp_path: Path) -> None:
    settings = find({}, api_key="k")

    assert ("http://127.0.0.1:8080", "default") == (settings.base_url.value, settings.base_url.source)


def test_a_server_on_this_machine_is_found_by_its_data_directory(tmp_path: Path) -> None:
    environment = data_dir(tmp_path / "data", base_url="http://127.0.0.1:4321", api_key="k3")

    settings = find(environment)

    assert ("http://127.0.0.1:4321", str(tmp_path / "data/base-url")) == (
        settings.base_url.value,
        settings.base_url.source,
    )
    assert ("k3", str(tmp_path / "data/api-key")) == (settings.api_key.value, settings.api_key.source)


def test_the_key_of_the_data_directory_is_not_sent_to_another_machine(tmp_path: Path) -> None:
    environment = data_dir(tmp_path / "data", api_key="k3")

    with pytest.raises(ConfigurationError, match="not used: the server is on another machine"):
        find(environment, base_url=REMOTE)


@pytest.mark.parametrize("machine", ["runs.example.org:8443", "runs.example.org"])
def test_the_netrc_file_may_name_the_host_with_or_without_its_port(machine: str, tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text(
        f"machine other.example.org login user password no\nmachine {machine}\n  login user\n  password k4\n"
    )
    file.chmod(0o600)

    settings = find({"NETRC": str(file)}, base_url="https://runs.example.org:8443")

    assert ("k4", str(file)) == (settings.api_key.value, settings.api_key.source)


def test_the_default_entry_of_the_netrc_file_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text("default login user password k5\n")
    file.chmod(0o600)

    with pytest.raises(ConfigurationError, match=r"machine runs.example.org"):
        find({"NETRC": str(file)}, base_url=REMOTE)


def test_a_netrc_file_that_cannot_be_read_is_warned_of(tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text("machin what\n")
    file.chmod(0o600)

    with pytest.warns(RuntimeWarning, match="was not read"), pytest.raises(ConfigurationError):
        find({"NETRC": str(file)}, base_url=REMOTE)


def test_a_missing_key_is_told_with_every_place_and_what_to_do() -> None:
    with pytest.raises(ConfigurationError) as caught:
        find({"RUNFOLIO_DATA_DIR": "/nowhere"})

    for part in (LOCAL, "api_key", "RUNFOLIO_API_KEY", "WANDB_API_KEY", "netrc", "/nowhere/api-key", "runfolio serve"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["runs.example.org", "ftp://host", "http://", "http://user:pass@host", "http://host?x=1", "http://host:99999"],
)
def test_a_base_url_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be used"):
        find({}, base_url=url, api_key="k")


def test_a_key_that_no_header_can_carry_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="characters that no key has"):
        find({}, api_key="two\nlines")


def test_printing_the_settings_shows_sources_and_not_the_key() -> None:
    key = "0123456789abcdef0123456789abcdef01234567"

    shown = repr(find({"RUNFOLIO_API_KEY": key}))

    assert key[:-4] not in shown + repr(find({"RUNFOLIO_API_KEY": key}).api_key)
    assert "api_key = …4567  (RUNFOLIO_API_KEY)" in shown
    assert f"base_url = {LOCAL}  (default)" in shown


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:1", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:8080", True),
        ("http://localhost", True),
        ("http://api.localhost:1", True),
        ("http://localhost.example.org", False),
        ("http://10.0.0.1", False),
        ("http://127.0.0.1.example.org", False),
    ],
)
def test_only_this_machines_own_addresses_are_loopback(url: str, expected: bool) -> None:
    assert expected == is_loopback(url)
