"""Wire names of changes of files."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.actions.runs.files import have_arrived
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.wandb.deprecation import ONLY_WIRE, instead


@strawberry.input
class DeleteFilesWireNames:
    """Wire names of the input of deleteFiles."""

    project_id: int | None = strawberry.field(
        default=strawberry.UNSET, deprecation_reason=ONLY_WIRE, description="Ignored: the files say where they are."
    )


@strawberry.input(description="Files of a run that have been uploaded, as the W&B SDK sends them.")
class MarkRunFilesUploadedInput:
    """Input of markRunFilesUploaded."""

    entity_name: str = strawberry.field(description="The run's entity.")
    project_name: str = strawberry.field(description="The run's project.")
    run_name: str = strawberry.field(description="The run.")
    files: list[str] = strawberry.field(description="Names.")


@strawberry.type(description="What markRunFilesUploaded answers.")
class MarkRunFilesUploadedPayload:
    """Payload of markRunFilesUploaded."""

    success: bool = strawberry.field(description="Whether all of them have arrived.")


@strawberry.type
class FileMutationsWireNames:
    """Wire names of the mutation root that are about files."""

    @strawberry.mutation(
        deprecation_reason=instead("createRunFiles"),
        description="Tell that files were uploaded. It changes nothing: an upload lists its file.",
    )
    async def mark_run_files_uploaded(
        self,
        info: RequestInfo,
        input: Annotated[MarkRunFilesUploadedInput, strawberry.argument(description="The files.")],
    ) -> MarkRunFilesUploadedPayload | None:
        """Sent by run.upload_file() of Api()."""
        context = info.context
        names = (input.entity_name, input.project_name, input.run_name)
        arrived = await have_arrived(context.database, context.viewer, *names, input.files)
        return MarkRunFilesUploadedPayload(success=arrived)
