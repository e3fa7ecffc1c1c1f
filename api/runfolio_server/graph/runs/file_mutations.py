"""Files of runs."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.actions.runs.files import allow_uploads
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.node_ids import encode_node_id


@strawberry.input(description="Files of a run that are about to be uploaded.")
class CreateRunFilesInput:
    """Input of createRunFiles."""

    entity_name: str = strawberry.field(description="The run's entity.")
    project_name: str = strawberry.field(description="The run's project.")
    run_name: str = strawberry.field(description="The run.")
    files: list[str] = strawberry.field(description="Names: relative paths with forward slashes.")


@strawberry.type(description="Where to send a file.")
class RunFileUpload:
    """One allowed upload."""

    name: str = strawberry.field(description="The name as asked.")
    upload_url: str = strawberry.field(
        description="PUT the bytes there: absolute and signed, without any other credential, for a day."
    )


@strawberry.type(description="What createRunFiles answers.")
class CreateRunFilesPayload:
    """Payload of createRunFiles."""

    run_id: strawberry.ID = strawberry.field(name="runID", description="The run's node id.")
    upload_headers: list[str] = strawberry.field(description="Headers to send with each PUT, as `Name:value`.")
    files: list[RunFileUpload] = strawberry.field(description="One for each name, in the order asked.")


@strawberry.type
class FileMutations:
    """Changes of files."""

    @strawberry.mutation(description="Allow files of a run to be uploaded; each is listed once its bytes have arrived.")
    async def create_run_files(
        self, info: RequestInfo, input: Annotated[CreateRunFilesInput, strawberry.argument(description="The files.")]
    ) -> CreateRunFilesPayload:
        """Allow uploads."""
        context = info.context
        allowed = await allow_uploads(
            context.database, context.viewer, input.entity_name, input.project_name, input.run_name, input.files
        )
        return CreateRunFilesPayload(
            run_id=encode_node_id("Run", allowed.run.run_id),
            upload_headers=[],
            files=[
                RunFileUpload(name=grant.file_name, upload_url=context.url_signer.upload_url(context.base_url, grant))
                for grant in allowed.grants
            ],
        )
