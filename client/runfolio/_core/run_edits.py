"""Edits of a run that are not sent yet, and the smallest change that carries them to what the server has by now.

Used by run_data.py; sent by _async/run.py.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from runfolio._core import json_text
from runfolio._core.documents import is_same, merge, merge_tags, unwrap_config, wrap_config
from runfolio._generated import RunFields, UpdateRunInput

# The fields of `UpdateRunInput` that are whole texts, each with its name on the wire.
TEXTS = {
    name: field.alias or name
    for name, field in UpdateRunInput.model_fields.items()
    if name not in {"id", "tags", "config", "summary_metrics"}
}


class RunEdits:
    """What a user made of a run's editable attributes; they start as the server sent them."""

    def __init__(self, fields: RunFields) -> None:
        self._fields = fields
        self._texts: dict[str, str | None] = {}
        self._tags: list[str] | None = None
        self._config: dict[str, Any] | None = None
        self._summary: dict[str, Any] | None = None

    def text(self, name: str) -> str | None:
        """A text as it is now."""
        text: str | None = self._texts.get(name, getattr(self._fields, name))
        return text

    def set_text(self, name: str, text: str | None) -> None:
        """Edit a text; None clears it. Raises TypeError for anything else."""
        if text is not None and not isinstance(text, str):
            raise TypeError(f"{name} must be a str or None, not {type(text).__name__}")
        self._texts[name] = text

    @property
    def tags(self) -> list[str]:
        """The tags; the caller may edit the list."""
        if self._tags is None:
            self._tags = list(self._fields.tags)
        return self._tags

    @tags.setter
    def tags(self, tags: Iterable[str]) -> None:
        if isinstance(tags, str):
            raise TypeError(f"tags must be a list of str, not the str {tags!r}")
        self._tags = list(tags)

    @property
    def config(self) -> dict[str, Any]:
        """The config, unwrapped; the caller may edit the dict."""
        if self._config is None:
            self._config = _config_of(self._fields)
        return self._config

    @config.setter
    def config(self, config: Mapping[str, Any]) -> None:
        self._config = dict(config)

    @property
    def summary(self) -> dict[str, Any]:
        """The summary; the caller may edit the dict."""
        if self._summary is None:
            self._summary = _summary_of(self._fields)
        return self._summary

    @summary.setter
    def summary(self, summary: Mapping[str, Any]) -> None:
        self._summary = dict(summary)

    @property
    def is_any(self) -> bool:
        """Whether there is something to send."""
        return bool(self.change(self._fields))

    @property
    def need_merging(self) -> bool:
        """Whether they touch what others may have changed in part: tags, config or summary."""
        return not self.change(self._fields).keys().isdisjoint({"tags", "config", "summaryMetrics"})

    def change(self, newest: RunFields) -> dict[str, Any]:
        """The fields of `UpdateRunInput` to send, given what the server has by now: only what was edited.

        Tags, config and summary travel whole, so our edits are merged into the newest ones: what others added stays.
        Raises TypeError for a value that is no JSON.
        """
        change: dict[str, Any] = {
            TEXTS[name]: text for name, text in self._texts.items() if text != getattr(self._fields, name)
        }
        if self._tags is not None and self._tags != self._fields.tags:
            change["tags"] = merge_tags(self._fields.tags, self._tags, newest.tags)
        if self._config is not None and not is_same(self._config, base := _config_of(self._fields)):
            merged = merge(base, self._config, _config_of(newest))
            change["config"] = json_text.dump(wrap_config(merged, json_text.parse_object(newest.config)), "config")
        if self._summary is not None and not is_same(self._summary, base := _summary_of(self._fields)):
            change["summaryMetrics"] = json_text.dump(merge(base, self._summary, _summary_of(newest)), "summary")
        return change

    def onto(self, newest: RunFields) -> RunEdits:
        """The same edits of what the server has by now."""
        moved = RunEdits(newest)
        moved._texts = {name: text for name, text in self._texts.items() if text != getattr(self._fields, name)}
        if self._tags is not None:
            moved._tags = merge_tags(self._fields.tags, self._tags, newest.tags)
        if self._config is not None:
            moved._config = merge(_config_of(self._fields), copy.deepcopy(self._config), _config_of(newest))
        if self._summary is not None:
            moved._summary = merge(_summary_of(self._fields), copy.deepcopy(self._summary), _summary_of(newest))
        return moved


def _config_of(fields: RunFields) -> dict[str, Any]:
    return unwrap_config(json_text.parse_object(fields.config))


def _summary_of(fields: RunFields) -> dict[str, Any]:
    return json_text.parse_object(fields.summary_metrics)
