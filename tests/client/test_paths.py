"""Paths: every form that names a run or a project, and what is said about the others."""

from __future__ import annotations

import pytest

from runfolio import MalformedPathError
from runfolio._core.paths import ProjectPath, RunPath, parse_project_path, parse_run_path

RUN_FORMS = [
    ("acme/demo/r1", ("acme", "demo", "r1")),
    ("/acme/demo/r1", ("acme", "demo", "r1")),
    ("acme/demo/r1/", ("acme", "demo", "r1")),
    (" acme/demo/r1 ", ("acme", "demo", "r1")),
    ("acme/demo/runs/r1", ("acme", "demo", "r1")),
    ("/acme/demo/runs/r1", ("acme", "demo", "r1")),
    ("demo/r1", ("home", "demo", "r1")),
    ("demo/runs/r1", ("home", "demo", "r1")),
    ("r1", ("home", "usual", "r1")),
    ("http://127.0.0.1:8080/acme/demo/runs/r1", ("acme", "demo", "r1")),
    ("https://example.org/acme/demo/runs/r1/", ("acme", "demo", "r1")),
    ("https://example.org/acme/demo/runs/r1/overview?nw=x#top", ("acme", "demo", "r1")),
    ("https://example.org/acme/my%20demo/runs/r%C3%A9", ("acme", "my demo", "ré")),
    ("acme/my%20demo/r1", ("acme", "my%20demo", "r1")),
    ("acme/runs/runs/r1", ("acme", "runs", "r1")),
]


@pytest.mark.parametrize(("text", "expected"), RUN_FORMS)
def test_every_form_of_a_run_path_names_the_run(text: str, expected: tuple[str, str, str]) -> None:
    path = parse_run_path(text, entity="home", project="usual")

    assert expected == (path.entity, path.project, path.run)


BELOW = "https://host/track"


@pytest.mark.parametrize("base_url", [BELOW, f"{BELOW}/", "https://host", "http://127.0.0.1:8080", ""])
@pytest.mark.parametrize("end", ["", "/", "/overview", "/files/a/runs/b"])
def test_the_url_of_a_run_below_a_path_names_the_run_by_whichever_address_one_asks(base_url: str, end: str) -> None:
    assert RunPath("acme", "demo", "r1") == parse_run_path(f"{BELOW}/acme/demo/runs/r1{end}", base_url=base_url)


def test_below_the_base_url_any_name_is_a_name() -> None:
    run = parse_run_path("https://host/track/acme/runs/runs/runs", base_url=BELOW)
    named_like_the_path = parse_run_path("https://host/track/track/demo/runs/r1", base_url=BELOW)
    beside = parse_run_path("https://host/tracker/demo/runs/r1", base_url=BELOW)

    assert RunPath("acme", "runs", "runs") == run
    assert RunPath("track", "demo", "r1") == named_like_the_path
    assert RunPath("tracker", "demo", "r1") == beside


@pytest.mark.parametrize("end", ["", "/", "/runs"])
def test_the_url_of_a_project_below_the_base_url_names_the_project(end: str) -> None:
    assert ProjectPath("acme", "demo") == parse_project_path(f"{BELOW}/acme/demo{end}", base_url=f"{BELOW}/")


@pytest.mark.parametrize(
    "text", ["", " ", "/", "//", "a//b", "a/ /c", "a/b/c/d", "a/b/runs/c/d", "acme/demo/r1/files/x"]
)
def test_a_malformed_run_path_is_refused_with_the_allowed_forms(text: str) -> None:
    with pytest.raises(MalformedPathError, match=r"not readable.*entity/project/run"):
        parse_run_path(text, entity="home", project="usual")


def test_a_path_that_is_no_text_is_refused() -> None:
    with pytest.raises(MalformedPathError, match="of type list"):
        parse_run_path(["a", "b", "c"])  # type: ignore[arg-type]


def test_a_lone_run_id_needs_a_default_project() -> None:
    with pytest.raises(MalformedPathError, match="RUNFOLIO_PROJECT"):
        parse_run_path("r1", entity="home")


def test_a_malformed_path_is_a_value_error_too() -> None:
    with pytest.raises(ValueError, match="not readable"):
        parse_run_path("a/b/c/d")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("demo", ("home", "demo")),
        ("acme/demo", ("acme", "demo")),
        ("/acme/demo/", ("acme", "demo")),
        ("http://host/acme/my%20demo", ("acme", "my demo")),
        ("http://host/acme/demo/runs", ("acme", "demo")),
    ],
)
def test_every_form_of_a_project_path_names_the_project(text: str, expected: tuple[str, str]) -> None:
    path = parse_project_path(text, entity="home")

    assert expected == (path.entity, path.project)


@pytest.mark.parametrize("text", ["", "a/b/c", "a//b"])
def test_a_malformed_project_path_is_refused_with_the_allowed_forms(text: str) -> None:
    with pytest.raises(MalformedPathError, match=r"entity/project"):
        parse_project_path(text)
