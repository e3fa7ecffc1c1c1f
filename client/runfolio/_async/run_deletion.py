"""A run is deleted, and comes back. A part of run.py."""

from __future__ import annotations

from runfolio._async.run_copying import AsyncRunCopying
from runfolio._async.transport import AsyncTransport
from runfolio._core.errors import ConflictError
from runfolio._core.operations import DELETE_RUNS, UNDELETE_RUNS


class AsyncRunDeletion(AsyncRunCopying):
    """The end of a run, and the way back."""

    async def delete(self, *, with_artifacts: bool = False) -> None:
        """Delete the run: it is gone for everybody, and its id stays taken. Deleting it again does nothing.

        It can be undeleted for some days; `Project.deleted_runs` tells until when. Then what it has is freed,
        `with_artifacts` also the artifacts that it logged.
        """
        chosen = {"entityName": self.entity, "projectName": self.project, "ids": [self.storage_id]}
        await self._transport.execute(DELETE_RUNS, {"input": {**chosen, "deleteArtifacts": with_artifacts}})

    async def undelete(self) -> None:
        """Bring the run back as it was. One that is there stays so. Raises ConflictError when it is too late."""
        await undelete_run(self._transport, self.entity, self.project, self.storage_id)


async def undelete_run(transport: AsyncTransport, entity: str, project: str, storage_id: str) -> None:
    """Bring a deleted run back. Raises ConflictError, which says why it cannot."""
    given = {"entityName": entity, "projectName": project, "ids": [storage_id]}
    answer = await transport.execute(UNDELETE_RUNS, {"input": given})
    for refused in answer.undelete_runs.refused:
        raise ConflictError(f"The run {refused.name!r} cannot come back. {refused.message}", code="GONE")
