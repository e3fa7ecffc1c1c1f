"""Files of runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any

import strawberry

from runfolio_server.actions.runs.files import AskedUpload, allow_uploads, delete_files
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import Cost, costs
from runfolio_server.graph.relay.node_ids import decode_member, encode_node_id
from runfolio_server.graph.wandb.run_file import DeleteFilesWireNames, FileMutationsWireNames
from runfolio_server.objects.signing import UploadGrant


@strawberry.input(description="Files of a run that are about to be uploaded.")
class CreateRunFilesInput:
    """Input of createRunFiles."""

    entity_name: str = strawberry.field(description="The run's entity.")
    project_name: str = strawberry.field(description="The run's project.")
    run_name: str = strawberry.field(description="The run.")
    files: list[str] = strawberry.field(
        description="Names: relative paths with forward slashes. One that is refused costs no other its URL."
    )


@strawberry.type(description="Where to send a file.")
class RunFileUpload:
    """One upload, allowed or refused."""

    name: str = strawberry.field(description="The name as asked.")
    upload_url: str | None = strawberry.field(
        description="PUT the bytes there: absolute and signed, without any other credential, for a day. "
        "Null: no file may have this name."
    )
    listed_as: str | None = strawberry.field(
        description="The name that the file is listed by: the same, with control characters spelled out and a digest "
        "where it has any."
    )
    refusal: str | None = strawberry.field(description="Why there is no URL; null: there is one.")

    @classmethod
    def of(cls, asked: AskedUpload, url_of: Callable[[UploadGrant], str]) -> RunFileUpload:
        """What becomes of a file that was asked for."""
        if asked.grant is None:
            return cls(name=asked.name, upload_url=None, listed_as=None, refusal=asked.refusal)
        return cls(
            name=asked.name, upload_url=url_of(asked.grant), listed_as=asked.grant.file_name, refusal=asked.refusal
        )


@strawberry.type(description="What createRunFiles answers.")
class CreateRunFilesPayload:
    """Payload of createRunFiles."""

    run_id: strawberry.ID = strawberry.field(name="runID", description="The run's node id.")
    upload_headers: list[str] = strawberry.field(description="Headers to send with each PUT, as `Name:value`.")
    files: list[RunFileUpload] = strawberry.field(description="One for each name, in the order asked.")


@strawberry.input(description="Files to delete.")
class DeleteFilesInput(DeleteFilesWireNames):
    """Input of deleteFiles."""

    files: list[strawberry.ID] = strawberry.field(
        description="Node ids of files, of one run or several; at most 1,000. Those that are gone change nothing."
    )


@strawberry.type(description="What deleteFiles answers.")
class DeleteFilesPayload:
    """Payload of deleteFiles."""

    success: bool = strawberry.field(description="Always true; a file of a run that is not there is an error.")
    count: int = strawberry.field(description="How many were deleted; those that were gone before do not count.")


SIGNING = 10
"""What a signed address costs, in fields."""


def uploads_cost(arguments: Mapping[str, Any]) -> Cost:
    """The cost of an address for each of the files."""
    count = len(arguments["input"]["files"])
    return Cost(1 + count * SIGNING, items=max(1, count))


DELETING = 20
"""What the deletion of a file costs, which may be one of another run than the others."""


def deletion_cost(arguments: Mapping[str, Any]) -> Cost:
    """The cost of the deletion of each file."""
    return Cost(1 + len(arguments["input"]["files"]) * DELETING)


@strawberry.type
class FileMutations(FileMutationsWireNames):
    """Changes of files."""

    @strawberry.mutation(
        description="Allow files of a run to be uploaded; each is listed once its bytes have arrived.",
        metadata=costs(uploads_cost),
    )
    async def create_run_files(
        self, info: RequestInfo, input: Annotated[CreateRunFilesInput, strawberry.argument(description="The files.")]
    ) -> CreateRunFilesPayload:
        """Allow uploads."""
        context = info.context
        asked = await allow_uploads(
            context.database, context.viewer, input.entity_name, input.project_name, input.run_name, input.files
        )
        url_of = partial(context.url_signer.upload_url, context.base_url)
        return CreateRunFilesPayload(
            run_id=encode_node_id("Run", asked.run.run_id),
            upload_headers=[],
            files=[RunFileUpload.of(file, url_of) for file in asked.files],
        )

    @strawberry.mutation(
        description="Delete files of runs and their bytes: all of them or, after an error, none. Idempotent.",
        metadata=costs(deletion_cost),
    )
    async def delete_files(
        self, info: RequestInfo, input: Annotated[DeleteFilesInput, strawberry.argument(description="The files.")]
    ) -> DeleteFilesPayload:
        """Delete files."""
        context = info.context
        files = [decode_member("File", node_id) for node_id in input.files]
        count = await delete_files(context.database, context.object_store, context.viewer, files)
        return DeleteFilesPayload(success=True, count=count)
