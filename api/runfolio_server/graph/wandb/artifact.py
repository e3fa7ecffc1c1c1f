"""Artifacts as far as SDKs ask for them before they log one: there are none yet."""

from __future__ import annotations

import strawberry


@strawberry.type(description="The kind of an artifact.")
class ArtifactType:
    """A kind."""

    name: str = strawberry.field(description="Its name.")


@strawberry.type(description="A version of a set of files; there are none yet.")
class Artifact:
    """A version."""

    artifact_type: ArtifactType = strawberry.field(description="Its kind.")
