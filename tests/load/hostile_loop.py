"""Attacks on the event loop: the requests of hostile_requests.py, one after the other."""

from __future__ import annotations

from tests.load import hostile_requests
from tests.load.attack import Attack, Call
from tests.load.ground import Ground

STRINGS, BRACKETS, IDS, ROWS = 490_000, 11_000_000, 480_000, 500_000


def _scaled(count: int, ground: Ground) -> int:
    return int(count * ground.scale)


def _variables(ground: Ground) -> list[Call]:
    return [Call(hostile_requests.many_variables(strings=_scaled(STRINGS, ground)))]


def _dry_run(ground: Ground) -> list[Call]:
    return [Call(hostile_requests.dry_run_over_large_configs(ground.project))]


def _introspections(_: Ground) -> list[Call]:
    return [Call(hostile_requests.many_introspections())]


def _nested(_: Ground) -> list[Call]:
    return [Call(hostile_requests.nested_fields_over_and_over())]


def _fragments(_: Ground) -> list[Call]:
    return [Call(hostile_requests.many_fragments())]


def _brackets(ground: Ground) -> list[Call]:
    return [Call(hostile_requests.brackets_that_are_not_strict(_scaled(BRACKETS, ground)))]


def _ids(ground: Ground) -> list[Call]:
    return [Call(hostile_requests.many_ids(ground.project, _scaled(IDS, ground)))]


def _rows(ground: Ground) -> list[Call]:
    return [Call(hostile_requests.many_rows(ground.sink_id, _scaled(ROWS, ground)))]


def _rows_as_one_text(ground: Ground) -> list[Call]:
    return [Call(hostile_requests.many_rows_as_one_text(ground.sink_id, _scaled(ROWS, ground)))]


def _columns(ground: Ground) -> list[Call]:
    return [Call(hostile_requests.many_columns(ground.sink_id))]


ATTACKS = (
    Attack("16 lists of 490,000 empty strings", _variables),
    Attack("a dry run over 60 large configs", _dry_run),
    Attack("the whole schema under 99 aliases", _introspections),
    Attack("the same nested fields 330 times", _nested),
    Attack("700 fragments beside each other", _fragments),
    Attack("11 million brackets and one NaN", _brackets),
    Attack("480,000 ids", _ids),
    Attack("500,000 rows as a list", _rows),
    Attack("500,000 rows as one text", _rows_as_one_text),
    Attack("5,000 columns of one row", _columns),
)
