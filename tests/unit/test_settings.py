"""Settings: where each is taken from, and what is refused."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from runfolio_server.setting_values import SettingsError
from runfolio_server.settings import SETTINGS, Settings, default_data_dir, read_settings


def test_every_setting_of_the_table_is_a_field_and_explains_itself() -> None:
    assert [field.name for field in fields(Settings)] == [setting.name for setting in SETTINGS]
    assert all(setting.help.endswith(".") for setting in SETTINGS)


def test_the_defaults_are_those_of_the_table() -> None:
    settings = read_settings({})

    shown = {
        "data_dir",
        "database_url",
        "direct_database_url",
        "object_store",
        "objects_url",
        "base_url",
        "host",
        "log_format",
        "processes",
        "trusted_proxies",
        "cors_origins",
        "storage_regions",
        "webhook_networks",
        "webhook_secret",
        "webhook_url",
    }
    assert {setting.name: int(setting.default) for setting in SETTINGS if setting.name not in shown} == {
        setting.name: getattr(settings, setting.name) for setting in SETTINGS if setting.name not in shown
    }
    assert "127.0.0.1" == settings.host


def test_the_command_line_goes_before_the_environment_and_both_before_the_default() -> None:
    environment = {"RUNFOLIO_PORT": "1", "RUNFOLIO_HOST": "::1"}

    settings = read_settings(environment, port="2", host=None)

    assert (2, "::1", 20) == (settings.port, settings.host, settings.pool_size)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "http"),
        ("port", ""),
        ("port", "-1"),
        ("port", "65536"),
        ("port", "1.5"),
        ("pool_size", "1"),
        ("pool_size", "1001"),
        ("max_body_bytes", "1023"),
        ("heartbeat_timeout_s", "0"),
        ("url_lifetime_s", "59"),
        ("max_file_bytes", "9" * 5000),
    ],
)
def test_a_number_out_of_its_bounds_is_refused_with_the_bounds(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=rf"RUNFOLIO_{name.upper()} is '.*'; allowed: an integer from \d+ to \d+"):
        read_settings({f"RUNFOLIO_{name.upper()}": value})


def test_what_needs_a_session_of_its_own_goes_to_postgresql_itself_where_the_database_has_a_pooler() -> None:
    alone = read_settings({}, database_url="postgresql://there/x")
    pooled = read_settings(
        {"RUNFOLIO_DATABASE_URL": "postgresql://pooler/x", "RUNFOLIO_DIRECT_DATABASE_URL": "postgresql://there/x"}
    )

    assert (False, "postgresql://there/x") == (alone.is_pooled, alone.session_url)
    assert (True, "postgresql://there/x") == (pooled.is_pooled, pooled.session_url)


def test_a_second_address_is_never_that_of_another_database() -> None:
    environment = {"RUNFOLIO_DATABASE_URL": "postgresql://p/x", "RUNFOLIO_DIRECT_DATABASE_URL": "postgresql://there/x"}

    with pytest.raises(SettingsError, match="another --database-url given; give --direct-database-url too"):
        read_settings(environment, database_url="postgresql://elsewhere/x")
    with pytest.raises(SettingsError, match="set without RUNFOLIO_DATABASE_URL"):
        read_settings({"RUNFOLIO_DIRECT_DATABASE_URL": "postgresql://there/x"})
    told = read_settings(environment, database_url="postgresql://elsewhere/x", direct_database_url="")
    assert "postgresql://elsewhere/x" == told.session_url


def test_trusted_proxies_are_addresses_and_networks() -> None:
    assert "10.0.0.0/8, ::1" == read_settings({}, trusted_proxies="10.0.0.0/8, ::1").trusted_proxies
    with pytest.raises(SettingsError, match=r"RUNFOLIO_TRUSTED_PROXIES is 'proxy'; allowed: addresses and networks"):
        read_settings({}, trusted_proxies="proxy")


def test_a_base_url_has_no_slash_at_its_end() -> None:
    assert "https://runs.example/x" == read_settings({}, base_url="https://runs.example/x//").base_url


def test_a_data_directory_is_absolute_and_knows_home() -> None:
    assert Path("~/runs").expanduser() == read_settings({}, data_dir="~/runs").data_dir
    assert Path.cwd() / "runs" == read_settings({}, data_dir="runs").data_dir


@pytest.mark.parametrize(
    ("user_id", "environment", "expected"),
    [
        (0, {}, Path("/var/lib/runfolio")),
        (1000, {"XDG_DATA_HOME": "/data"}, Path("/data/runfolio")),
        (1000, {}, Path("~/.local/share/runfolio").expanduser()),
    ],
    ids=["root", "XDG", "home"],
)
def test_data_live_where_the_user_keeps_data(
    monkeypatch: pytest.MonkeyPatch, user_id: int, environment: dict[str, str], expected: Path
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user_id)

    assert expected == default_data_dir(environment)


def test_files_have_an_origin_of_their_own_only_under_another_host() -> None:
    assert "https://files.example" == read_settings({}, objects_url="https://files.example/").objects_url
    for url in ("files.example", "ftp://files.example", "https://", "https://Runs.example/files"):
        with pytest.raises(SettingsError, match=r"RUNFOLIO_OBJECTS_URL is '.*'"):
            read_settings({}, objects_url=url, base_url="https://runs.example")


@pytest.mark.parametrize(
    "url",
    ["hook.example", "ftp://hook.example/", "https://", "https://ada:secret@hook.example/", "https://hook.example/a b"],
)
def test_a_webhook_is_an_address_of_http_and_is_not_shown_when_it_is_none(url: str) -> None:
    with pytest.raises(SettingsError, match=r"RUNFOLIO_WEBHOOK_URL is no address; allowed: https://host/path") as told:
        read_settings({}, webhook_url=url, webhook_secret="s")
    assert "secret" not in str(told.value)


def test_a_webhook_without_a_secret_is_refused() -> None:
    with pytest.raises(SettingsError, match="is set without RUNFOLIO_WEBHOOK_SECRET"):
        read_settings({}, webhook_url="https://hook.example/")
