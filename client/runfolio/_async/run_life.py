"""The states of a run: how it came into them, and what somebody may do to them. Extended by run.py."""

from __future__ import annotations

from typing import Literal

from anyio import sleep

from runfolio._async.alerts import AsyncAlerts
from runfolio._async.connected_run import AsyncConnectedRun
from runfolio._async.state_changes import AsyncStateChanges
from runfolio._async.transport import AsyncTransport
from runfolio._core.alert import Alert, Severity
from runfolio._core.history import variables_of
from runfolio._core.missing import present_entity, present_project, present_run
from runfolio._core.operations import GET_RUN, GET_RUN_OVERVIEW, RAISE_ALERT, STOP_RUN, UPDATE_RUN_STATE
from runfolio._core.paths import RunPath
from runfolio._core.run_overview import RunOverview
from runfolio._generated import RunFields


class AsyncRunLife(AsyncConnectedRun):
    """The life of a run."""

    async def overview(self) -> RunOverview:
        """When and where it ran: command, Python, operating system, processors, memory, source, times."""
        answer = await self._transport.execute(GET_RUN_OVERVIEW, variables_of(self._path))
        if answer.project is None:
            present_entity(answer.entity, str(self._path.entity), self._transport.base_url)
        project = present_project(answer.project, str(self._path.entity), self._path.project)
        return RunOverview.of(present_run(project.run, self._path))

    def state_changes(self, per_page: int = 1000) -> AsyncStateChanges:
        """The states that it came into, when and why, the oldest first; the newest 1,000 are kept."""
        return AsyncStateChanges(self._transport, self._path, per_page)

    async def alert(
        self, title: str, text: str = "", level: Severity = "INFO", *, wait_duration: float = 60.0
    ) -> Alert | None:
        """Raise an alert, which is kept with the run and sent to the server's webhook, if it has one.

        None: one of this title was raised less than `wait_duration` seconds before, and nothing was kept. A title has
        at most 256 characters and the text at most 10,000: what is longer is cut off.
        """
        given = {"runId": self.storage_id, "title": title, "text": text, "severity": level, "waitS": wait_duration}
        answer = await self._transport.execute(RAISE_ALERT, {"input": given})
        return None if answer.raise_alert.alert is None else Alert.of(answer.raise_alert.alert, self._path.run)

    def alerts(self, per_page: int = 1000) -> AsyncAlerts:
        """The alerts that it has raised, the oldest first."""
        return AsyncAlerts(self._transport, self._path, per_page)

    async def wait_until_finished(self, poll_s: float = 5.0) -> str:
        """Wait until the run has ended (see is_living), asking every `poll_s` seconds; its state. Edits stay."""
        while self.is_living:
            await sleep(poll_s)
            self._rebase(await self._fetch_fields())
        return self.state

    async def stop(self) -> bool:
        """Ask the run's process to stop; it learns so with its next message. Edits stay.

        False: the run has ended already, and nothing was changed; `state` says how.
        """
        answer = await self._transport.execute(STOP_RUN, {"input": {"id": self.storage_id}})
        self._rebase(answer.stop_run.run)
        return answer.stop_run.is_asked

    async def update_state(self, state: Literal["pending", "failed"]) -> None:
        """Send the run back to wait for another process (pending), or give it up (failed). Edits stay.

        pending: from running, failed, crashed or preempted; failed: from pending or running. Raises BadRequestError
        for a run in another state, and for one of a sweep.
        """
        answer = await self._transport.execute(UPDATE_RUN_STATE, {"input": {"id": self.storage_id, "state": state}})
        self._rebase(answer.update_run_state.run)

    async def _fetch_fields(self) -> RunFields:
        return await fetch_run_fields(self._transport, self._path)


async def fetch_run_fields(transport: AsyncTransport, path: RunPath) -> RunFields:
    """A run as the server has it. Raises NotFoundError that says which of entity, project and run is missing."""
    answer = await transport.execute(GET_RUN, variables_of(path))
    if answer.project is None:
        present_entity(answer.entity, str(path.entity), transport.base_url)
    return present_run(present_project(answer.project, str(path.entity), path.project).run, path)
