"""Whatever the SDKs can ask is answered, or told to be missing: no document of theirs has another mistake."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from graphql import DocumentNode, GraphQLError, KnownFragmentNamesRule, validate

from runfolio_server.graph.schema import schema
from runfolio_server.graph.wandb.missing import _FieldNotYet
from tests.wandb.environments import ARTIFACT_VERSIONS, python_with
from tests.wandb.sdk_documents import documents_of, name_of

SCHEMA = schema._schema
# Of the API inside the SDK, which no command and no call of a user reaches.
SENT_BY_NOBODY = {"ProjectDetails", "ProjectRuns", "RunUploadUrls", "stopRun"}


def is_whole(document: DocumentNode) -> bool:
    """Whether it has its fragments; others are put together when they are sent."""
    return not validate(SCHEMA, document, [KnownFragmentNamesRule], 1)


def mistakes(document: DocumentNode) -> Sequence[GraphQLError]:
    """What this server says of it, unless it says that something is missing."""
    return [] if validate(SCHEMA, document, [_FieldNotYet], 1) else validate(SCHEMA, document)


@pytest.mark.parametrize("version", ARTIFACT_VERSIONS)
def test_every_document_of_the_sdk_is_valid_or_told_to_be_missing(version: str) -> None:
    documents = [document for document in documents_of(python_with(version)) if is_whole(document)]

    wrong = {name_of(document): [error.message for error in mistakes(document)] for document in documents}
    assert {"CreateArtifactManifest", "CommitArtifact", "UpsertBucket"} <= {*wrong}
    assert {} == {name: found for name, found in wrong.items() if found and name not in SENT_BY_NOBODY}
