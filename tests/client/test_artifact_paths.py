"""What names an artifact, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from runfolio._core.errors import MalformedPathError
from runfolio._core.paths import ArtifactPath, parse_artifact_path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("acme/demo/weights:best", ArtifactPath("acme", "demo", "weights", "best")),
        ("acme/demo/weights:v3", ArtifactPath("acme", "demo", "weights", "v3")),
        ("demo/weights:a:b", ArtifactPath("ada", "demo", "weights", "a:b")),
        ("weights", ArtifactPath("ada", "digits", "weights", "latest")),
        ("http://h/acme/demo/artifacts/model/we%20ights/v0", ArtifactPath("acme", "demo", "we ights", "v0")),
    ],
)
def test_a_path_names_an_artifact(text: str, expected: ArtifactPath) -> None:
    assert expected == parse_artifact_path(text, entity="ada", project="digits", base_url="http://h")


@pytest.mark.parametrize("text", ["", "a/b/c/d:e", "acme/demo/:v1", "acme/demo/x:", "http://h/acme/demo/runs/x", 7])
def test_a_path_that_names_none_is_answered_with_the_forms(text: Any) -> None:
    with pytest.raises(MalformedPathError, match="entity/project/name:alias"):
        parse_artifact_path(text, entity="ada", project="digits")


def test_a_name_without_a_project_says_what_to_do() -> None:
    with pytest.raises(MalformedPathError, match="set RUNFOLIO_PROJECT"):
        parse_artifact_path("weights:v1", entity="ada")
