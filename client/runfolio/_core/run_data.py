"""A run's attributes over what the server sent, and edits of them until update(). Extended by _async/run.py.

NOTE: the one place where the client's words differ from the wire's: Run.id is `name` there, Run.name is `displayName`,
Run.storage_id is `id`; just as in wandb.Api.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from runfolio._core import json_text
from runfolio._core.html import definition_table
from runfolio._core.moments import utc, utc_or_none
from runfolio._core.paths import RunPath, url_of
from runfolio._core.run_edits import RunEdits
from runfolio._core.user import User
from runfolio._generated import RunFields

# A process writes a run in one of these, or is still to come. In the others it has ended; the server has the same list.
LIVING_STATES = frozenset({"pending", "running", "preempting"})


class RunData:
    """What is known of a run without asking again. JSON is parsed when it is first looked at."""

    def __init__(self, fields: RunFields, path: RunPath, base_url: str) -> None:
        self._path = path
        self._base_url = base_url
        self._take(fields)

    def _take(self, fields: RunFields) -> None:
        """Show what the server sent; edits are gone."""
        self._fields = fields
        self._edits = RunEdits(fields)

    def _rebase(self, fields: RunFields) -> None:
        """Show what the server sent, with the edits made so far on top."""
        self._edits = self._edits.onto(fields)
        self._fields = fields

    @property
    def id(self) -> str:
        """The slug in URLs, unique in its project."""
        return self._fields.name

    @property
    def storage_id(self) -> str:
        """The opaque id, permanent and unique among all objects of the server."""
        return self._fields.id

    @property
    def entity(self) -> str:
        """The name of the project's owner."""
        return self._path.entity or ""

    @property
    def project(self) -> str:
        """The name of the project."""
        return self._path.project

    @property
    def path(self) -> list[str]:
        """Entity, project and id; joined by slashes they are what `Api.run` takes."""
        return [self.entity, self.project, self.id]

    @property
    def url(self) -> str:
        """The run's address; `Api.run` takes it too."""
        return url_of(self._base_url, self.entity, self.project, "runs", self.id)

    @property
    def name(self) -> str:
        """What people read; not unique. Settable; a blank one is made anew by the server."""
        return self._edits.text("display_name") or ""

    @name.setter
    def name(self, name: str) -> None:
        self._edits.set_text("display_name", name)

    @property
    def notes(self) -> str | None:
        """A long text. Settable."""
        return self._edits.text("notes")

    @notes.setter
    def notes(self, notes: str | None) -> None:
        self._edits.set_text("notes", notes)

    @property
    def description(self) -> str | None:
        """A second long text, kept for old programs. Settable."""
        return self._edits.text("description")

    @description.setter
    def description(self, description: str | None) -> None:
        self._edits.set_text("description", description)

    @property
    def group(self) -> str | None:
        """What gathers runs, as the folds of one experiment. Settable; None and a blank one take it out."""
        return self._edits.text("group")

    @group.setter
    def group(self, group: str | None) -> None:
        self._edits.set_text("group", group)

    @property
    def job_type(self) -> str | None:
        """The role inside a group, such as `train`. Settable."""
        return self._edits.text("job_type")

    @job_type.setter
    def job_type(self, job_type: str | None) -> None:
        self._edits.set_text("job_type", job_type)

    @property
    def tags(self) -> list[str]:
        """Short labels. Settable, and editable in place."""
        return self._edits.tags

    @tags.setter
    def tags(self, tags: list[str]) -> None:
        self._edits.tags = tags

    @property
    def config(self) -> dict[str, Any]:
        """The inputs. Settable, and editable in place."""
        return self._edits.config

    @config.setter
    def config(self, config: dict[str, Any]) -> None:
        self._edits.config = config

    @property
    def raw_config(self) -> dict[str, Any]:
        """The inputs as received: each wrapped as in `{"lr": {"value": 0.1}}`, with the SDK's own entries. A copy."""
        return json_text.parse_object(self._fields.config)

    @property
    def summary(self) -> dict[str, Any]:
        """One value per key, by default the last logged. Settable, and editable in place; saved by update()."""
        return self._edits.summary

    @summary.setter
    def summary(self, summary: dict[str, Any]) -> None:
        self._edits.summary = summary

    @property
    def system_metrics(self) -> dict[str, Any]:
        """The newest machine measurements, one value per key; empty: none yet."""
        return json_text.parse_object(self._fields.system_metrics)

    @property
    def state(self) -> str:
        """One of pending, running, finished, failed, crashed, killed, preempting, preempted."""
        return self._fields.state

    @property
    def is_living(self) -> bool:
        """Whether the run has not ended: it is pending, running or preempting. A preempted one has ended."""
        return self.state in LIVING_STATES

    @property
    def user(self) -> User | None:
        """Who made it; None: an account that is gone."""
        return None if self._fields.user is None else User.of(self._fields.user)

    @property
    def created_at(self) -> datetime:
        """When it was made, UTC."""
        return utc(self._fields.created_at)

    @property
    def updated_at(self) -> datetime:
        """Last change of anything but history and heartbeat, UTC."""
        return utc(self._fields.updated_at)

    @property
    def heartbeat_at(self) -> datetime:
        """When it was last heard from, UTC."""
        return utc(self._fields.heartbeat_at)

    @property
    def finished_at(self) -> datetime | None:
        """When its exit was reported, UTC; None: not yet."""
        return utc_or_none(self._fields.finished_at)

    @property
    def started_at(self) -> datetime | None:
        """When its first process began, as that says, UTC; None: none has said it."""
        return utc_or_none(self._fields.started_at)

    @property
    def exit_code(self) -> int | None:
        """The exit code of its process; None: none was reported."""
        return self._fields.exit_code

    @property
    def stop_requested(self) -> bool:
        """Whether somebody asked it to stop."""
        return self._fields.stop_requested

    @property
    def host(self) -> str | None:
        """The machine, as the run itself says."""
        return self._fields.host

    @property
    def program(self) -> str | None:
        """What was run."""
        return self._fields.program

    @property
    def commit(self) -> str | None:
        """Commit of its source."""
        return self._fields.commit

    @property
    def repository(self) -> str | None:
        """Repository of its source."""
        return self._fields.repository

    @property
    def sweep_name(self) -> str | None:
        """The sweep it belongs to."""
        return self._fields.sweep_name

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'/'.join(self.path)} {self.name!r} ({self.state})>"

    def _repr_html_(self) -> str:
        attributes = {
            "state": self.state,
            "created": f"{self.created_at:%Y-%m-%d %H:%M} UTC",
            "tags": ", ".join(self.tags),
        }
        config = {f"config.{key}": value for key, value in self.config.items()}
        summary = {f"summary.{key}": value for key, value in self.summary.items()}
        return definition_table(f"{self.name} ({'/'.join(self.path)})", {**attributes, **config, **summary})
