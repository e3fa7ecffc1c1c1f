# Made from _async/artifact_upload.py by client/unasync.py; do not edit.
"""Making an artifact of files: announced, what the server lacks uploaded side by side, and committed.

Used by run_artifacts.py. What broke off is called again whole: bytes that are stored are not sent a second time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Any

from runfolio._sync.artifact import Artifact
from runfolio._sync.transport import Transport
from runfolio._core.artifact_manifest import content_digest, manifest_bytes, md5_base64
from runfolio._core.artifact_sources import ArtifactSource
from runfolio._core.operations import (
    BEGIN_ARTIFACT,
    FINISH_ARTIFACT,
    UPLOAD_ARTIFACT_FILES,
    UPLOAD_ARTIFACT_MANIFEST,
)
from runfolio._core.parallel import Parallel
from runfolio._core.progress import Progress
from runfolio._core.upload_content import UploadContent
from runfolio._generated import ArtifactUploadFields

# As many as one document may ask addresses for without waiting long.
FILES_AT_ONCE = 1000
COMMITTED = "COMMITTED"


def make_artifact(
    transport: Transport,
    wanted: Mapping[str, Any],
    sources: Sequence[ArtifactSource],
    *,
    at_once: int,
    progress: bool | None,
) -> Artifact:
    """The version with these files: a new one, or the one of the sequence that has this content already.

    `wanted` are the fields of the announcement besides digest and client id. Raises ApiError, and OSError for a file
    that cannot be read.
    """
    digest = content_digest({source.name: source.md5 for source in sources})
    # Made here, so that a repeat after a lost answer means the same artifact.
    announced = {**wanted, "digest": digest, "clientId": token_hex(32)}
    begun = (transport.execute(BEGIN_ARTIFACT, {"input": announced})).begin_artifact.artifact
    if begun.state.value == COMMITTED:
        return Artifact(begun, transport)
    title = str(wanted["collection"])
    with Progress(title, sum(source.size for source in sources), progress) as shown:
        birth_ids = _upload_files(transport, begun.id, sources, at_once, shown)
    manifest = manifest_bytes(sources, birth_ids)
    asked = {"artifactId": begun.id, "md5": md5_base64(manifest)}
    answer = transport.execute(UPLOAD_ARTIFACT_MANIFEST, {"input": asked})
    _send(transport, answer.upload_artifact_manifest.upload, UploadContent(manifest, len(manifest), asked["md5"]))
    finished = transport.execute(FINISH_ARTIFACT, {"input": {"artifactId": begun.id}})
    return Artifact(finished.finish_artifact.artifact, transport)


def _upload_files(
    transport: Transport, artifact_id: str, sources: Sequence[ArtifactSource], at_once: int, shown: Progress
) -> dict[str, str]:
    """Send what the server lacks; by name, the artifact that has brought the bytes first."""
    birth_ids: dict[str, str] = {}
    for start in range(0, len(sources), FILES_AT_ONCE):
        part = {source.name: source for source in sources[start : start + FILES_AT_ONCE]}
        asked = {
            "artifactId": artifact_id,
            "files": [{"name": source.name, "md5": source.md5} for source in part.values()],
        }
        uploads = (transport.execute(UPLOAD_ARTIFACT_FILES, {"input": asked})).upload_artifact_files.files
        birth_ids |= {upload.name: upload.birth_artifact_id for upload in uploads}

        def send(upload: ArtifactUploadFields, part: Mapping[str, ArtifactSource] = part) -> None:
            source = part[upload.name]
            if upload.upload_url is None:
                shown.advance(source.size)
            _send(transport, upload, UploadContent(source.source, source.size, source.md5, shown.advance))

        Parallel(at_once, shown.stop).run(send, uploads)
    return birth_ids


def _send(transport: Transport, upload: ArtifactUploadFields, content: UploadContent) -> None:
    if upload.upload_url is not None:
        headers = dict(header.split(":", 1) for header in upload.upload_headers)
        transport.upload(upload.upload_url, content, headers)
