"""The container files name what is there: settings, commands, paths, endpoints. No container is started."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from runfolio.cli import make_parser
from runfolio_server import cli
from runfolio_server.app import create_app
from runfolio_server.setting_values import ENVIRONMENT_PREFIX
from runfolio_server.settings import SETTINGS, read_settings

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
COMMANDS = (cli.SERVE, cli.WORKER, cli.MIGRATE, cli.EXPORT_SCHEMA)
VARIABLES = {f"{ENVIRONMENT_PREFIX}{setting.name.upper()}" for setting in SETTINGS}
PASSWORD = "0123456789abcdef"


def instructions() -> list[tuple[str, str]]:
    """Each instruction of the Dockerfile and its arguments, with continued lines joined."""
    text = (DOCKER / "Dockerfile").read_text()
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


def of(instruction: str) -> list[str]:
    return [rest for name, rest in instructions() if name == instruction]


def environment_of_image() -> dict[str, str]:
    return dict(pair.split("=", 1) for rest in of("ENV") for pair in shlex.split(rest))


def compose() -> Any:
    """compose.yaml with its variables filled in."""
    text = (DOCKER / "compose.yaml").read_text()
    return yaml.safe_load(re.sub(r"\$\{POSTGRES_PASSWORD[^}]*\}", PASSWORD, text))


def parse(arguments: list[str]) -> None:
    """Raises SystemExit for what the command line would refuse."""
    make_parser(COMMANDS).parse_args(arguments)


def test_the_image_sets_only_settings_that_the_server_knows() -> None:
    ours = {name: text for name, text in environment_of_image().items() if name.startswith(ENVIRONMENT_PREFIX)}

    assert {"RUNFOLIO_HOST", "RUNFOLIO_PORT", "RUNFOLIO_DATA_DIR"} == set(ours)
    settings = read_settings(ours)
    assert ("0.0.0.0", 8080, Path("/data")) == (settings.host, settings.port, settings.data_dir)


def test_the_image_runs_a_command_that_there_is_and_not_as_root() -> None:
    entry_point, command = json.loads(of("ENTRYPOINT")[0]), json.loads(of("CMD")[0])

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(entry_point) <= set(project["scripts"])
    assert set(command[:1]) <= set(project["entry-points"]["runfolio.commands"])
    parse(command)
    assert ["runfolio"] == of("USER")
    assert any("useradd" in rest and rest.split()[-1] for rest in of("RUN"))


def test_what_the_image_copies_and_installs_is_there_and_is_all_that_the_builder_is_sent() -> None:
    copied = [path for rest in of("COPY") if "--from" not in rest for path in rest.split()[:-1]]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (extra,) = re.findall(r"'\.\[(\w+)\]'", " ".join(of("RUN")))

    sent = {line[1:] for line in (DOCKER / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")}
    assert all((ROOT / path).exists() for path in copied)
    assert set(copied) == sent
    assert extra in project["optional-dependencies"]
    assert {project["readme"], *project["license-files"]} <= set(copied)


def test_the_health_check_asks_an_endpoint_that_there_is_at_the_port_that_is_exposed() -> None:
    (check,) = of("HEALTHCHECK")
    program, option, code = json.loads(check[check.index("[") :])

    assert ("python", "-c") == (program, option)
    compile(code, "HEALTHCHECK", "exec")
    (path,) = re.findall(r"'(/\w+)'", code)
    app = create_app(read_settings({}))
    assert path in {getattr(route, "path", None) for route in app.routes}
    assert environment_of_image()["RUNFOLIO_PORT"] == of("EXPOSE")[0]


@pytest.mark.parametrize("name", ["server", "worker"])
def test_a_service_runs_a_command_that_there_is_with_settings_that_the_server_knows(name: str) -> None:
    service = compose()["services"][name]

    parse(service["command"])
    assert set(service["environment"]) <= VARIABLES
    settings = read_settings({**environment_of_image(), **service["environment"]})
    assert settings.database_url == f"postgresql://runfolio:{PASSWORD}@postgres:5432/runfolio"
    assert [f"data:{settings.data_dir}"] == service["volumes"]
    context = (DOCKER / service["build"]["context"]).resolve()
    assert ROOT == context
    assert (context / service["build"]["dockerfile"]).is_file()


def test_the_services_fit_together() -> None:
    found = compose()
    services = found["services"]

    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
        assert {volume.split(":")[0] for volume in service["volumes"]} <= set(found["volumes"])
    assert ["8080:8080"] == services["server"]["ports"]
    assert [] == services["worker"]["ports"]
    assert {"disable": True} == services["worker"]["healthcheck"]
    assert int(services["postgres"]["image"].rpartition(":")[2]) >= 15
    variables = services["postgres"]["environment"]
    assert services["server"]["environment"]["RUNFOLIO_DATABASE_URL"] == (
        f"postgresql://{variables['POSTGRES_USER']}:{variables['POSTGRES_PASSWORD']}"
        f"@postgres:5432/{variables['POSTGRES_DB']}"
    )


def test_there_is_no_password_in_the_files() -> None:
    text = (DOCKER / "compose.yaml").read_text()

    assert re.findall(r"POSTGRES_PASSWORD: (.*)", text)[0].startswith("${POSTGRES_PASSWORD:?")
    assert "docker/.env" in (ROOT / ".gitignore").read_text().splitlines()


def test_the_commands_of_the_readme_name_files_that_are_there() -> None:
    text = (DOCKER / "README.md").read_text()

    for path in re.findall(r"--file (\S+)", text):
        assert (ROOT / path).is_file(), path
    assert {"postgres", "server", "worker"} == set(re.findall(r"^\| `(\w+)`", text, re.MULTILINE))
    assert set(re.findall(rf"{ENVIRONMENT_PREFIX}\w+", text)) <= VARIABLES
