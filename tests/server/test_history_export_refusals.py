"""What an export of history refuses, and how it is told; what is somebody else's is not there."""

from __future__ import annotations

from typing import Any

import pytest

from runfolio_server.history.reading import table
from tests.history_service import log_rows
from tests.service import Service


@pytest.mark.parametrize("user", ["eve", None, "0" * 40])
@pytest.mark.parametrize("form", ["arrow", "parquet"])
async def test_history_of_somebody_else_is_answered_as_if_it_were_not_there(
    service: Service, user: str | None, form: str
) -> None:
    await service.start_run("secret", "hers")
    await log_rows(service, "ada/hers/secret", [{"_step": 0, "y": 1}])

    answers = []
    for path in ("ada/{p}/secret/history.", "ada/{p}/history."):
        for project in ("hers", "none"):
            response = await service.http.get(
                f"/export/{path.format(p=project)}{form}", params={"keys": "y"}, headers=service.headers(user)
            )
            answers.append((response.status_code, response.text.replace(project, "?")))

    assert answers[0] == answers[1]
    assert answers[2] == answers[3]
    # Without a key somebody may look for what is public.
    assert {401 if user == "0" * 40 else 404} == {status for status, _ in answers}


@pytest.mark.parametrize(
    ("path", "query", "status", "told"),
    [
        ("p/limits/history.csv", {}, 400, "arrow, parquet"),
        ("p/gone/history.arrow", {}, 404, "'gone'"),
        ("p/history.arrow", {"ids": ["limits", "gone"]}, 404, "'gone'"),
        ("p/limits/history.arrow", {"key": "y"}, 400, "keys, min_step"),
        ("p/limits/history.arrow", {"filters": "{}"}, 400, "keys, min_step"),
        ("p/limits/history.arrow", {"samples": "0"}, 400, "1 to 100000"),
        ("p/limits/history.arrow", {"min_step": "1.5"}, 400, "an integer"),
        ("p/limits/history.arrow", {"stream": "events"}, 400, "history, system"),
        ("p/history.arrow", {"keys": "y", "first": "10001"}, 400, "1 to 10000"),
        ("p/history.arrow", {"keys": "y", "filters": "{"}, 400, "not valid JSON"),
        ("p/history.arrow", {"keys": "y", "order": "+nothing"}, 400, "nothing"),
    ],
)
async def test_what_is_not_allowed_is_told(
    service: Service, path: str, query: dict[str, Any], status: int, told: str
) -> None:
    await service.start_run("limits")

    response = await service.http.get(f"/export/ada/{path}", params=query, headers=service.headers("ada"))

    assert status == response.status_code
    assert told in response.json()["errors"][0]["message"]


async def test_a_run_with_too_many_values_to_sample_is_refused(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.start_run("toolong")
    await log_rows(service, "ada/p/toolong", [{"_step": step, "y": step} for step in range(100)])
    monkeypatch.setattr(table, "SAMPLED_VALUES_MAX", 50)

    for form in ("arrow", "parquet"):
        response = await service.http.get(
            f"/export/ada/p/toolong/history.{form}", params={"samples": 10}, headers=service.headers("ada")
        )
        assert 400 == response.status_code
