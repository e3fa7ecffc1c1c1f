"""What one key comes to over a run, and over a group of runs as one curve."""

from __future__ import annotations

import statistics
from typing import Any

import pytest

from runfolio_server.graph.runs import histories
from tests.history_service import compact_some, log_rows
from tests.service import Service


async def test_a_metric_is_summed_up_over_all_rows(service: Service) -> None:
    rows = [{"_step": step, "loss": abs(step - 7) + 1, "acc": 100 - abs(step - 9)} for step in range(20)]
    del rows[7]["acc"]
    await service.start_run("best")
    await log_rows(service, "ada/p/best", rows[:10])
    await compact_some(service.database)
    await log_rows(service, "ada/p/best", rows[10:], offset=10)
    await service.log("ada/p/best", 20, ['{"_step":20,"loss":NaN}'])

    found = await metric(
        service,
        "best",
        "loss",
        'count min max mean argmin argmax last lastStep at(key: "acc") worst: at(key: "acc", best: MAXIMUM)',
    )

    assert {
        "count": 20,
        "min": 1,
        "max": 13,
        "mean": statistics.mean(row["loss"] for row in rows),
        "argmin": 7,
        "argmax": 19,
        "last": "NaN",  # the number: JSON as a text, in which a text would have quotation marks
        "lastStep": 20,
        "at": "97",  # of the row before, because that of the best loss has none
        "worst": "90",
    } == found


async def test_a_key_never_logged_has_no_metric_and_one_of_text_has_only_a_last_value(service: Service) -> None:
    await service.start_run("text")
    await log_rows(service, "ada/p/text", [{"_step": 4, "note": "x"}])

    assert await metric(service, "text", "loss", "count") is None
    assert {"count": 0, "min": None, "mean": None, "last": '"x"', "at": None} == await metric(
        service, "text", "note", 'count min mean last at(key: "note")'
    )


async def test_a_group_of_runs_is_one_curve_with_a_band(service: Service) -> None:
    for fold, offset in enumerate((0.0, 1.0, 5.0)):
        await service.start_run(f"fold-{fold}", "groups", groupName="folds")
        rows = [{"_step": step * 10, "loss": step + offset} for step in range(6 if fold else 4)]
        await log_rows(service, f"ada/groups/fold-{fold}", rows)
        if fold == 1:
            await compact_some(service.database)
    await service.start_run("alone", "groups")
    await log_rows(service, "ada/groups/alone", [{"_step": 3, "loss": 1}])
    query = (
        '{ project(name: "groups") { runGroups(by: ["group"]) { groups {'
        ' values history(key: "loss", samples: %d) { x mean std min max count } } } } }'
    )

    fine, coarse = [
        (await service.graphql(query % samples)).data["project"]["runGroups"]["groups"] for samples in (50, 1)
    ]

    assert ['"folds"', None] == [group["values"][0] for group in fine]
    folds, alone = (group["history"] for group in fine)
    assert [0, 10, 20, 30, 40, 50] == folds["x"]
    assert [3, 3, 3, 3, 2, 2] == folds["count"]
    assert [2, 3, 4, 5, 7, 8] == pytest.approx(folds["mean"])
    assert [statistics.stdev([0, 1, 5])] * 4 + [statistics.stdev([1, 5])] * 2 == pytest.approx(folds["std"])
    assert ([0, 1, 2, 3, 5, 6], [5, 6, 7, 8, 9, 10]) == (folds["min"], folds["max"])
    assert {"x": [3], "mean": [1], "std": [None], "min": [1], "max": [1], "count": [1]} == alone
    assert [statistics.mean([1.5, 3.5, 7.5])] == pytest.approx(coarse[0]["history"]["mean"])


async def test_a_curve_runs_along_any_key_and_counts_the_rows_that_have_a_finite_number_there(
    service: Service,
) -> None:
    for number in range(2):
        await service.start_run(f"axis-{number}", "axes", groupName="all")
        rows: list[dict[str, object]] = [
            {"_step": step, "epoch": 9 - step, "loss": 10 * number + step} for step in range(10)
        ]
        rows += [{"_step": 10, "loss": 1000}, {"_step": 11, "epoch": "nine", "loss": 1000}, {"_step": 12, "epoch": 4}]
        await log_rows(service, f"ada/axes/axis-{number}", rows)
        if number:
            await compact_some(service.database)
    query = (
        '{ project(name: "axes") { runGroups(by: ["group"]) { groups {'
        ' history(key: "loss", samples: %d, xAxis: "%s") { x mean count } } } } }'
    )

    async def curve(samples: int, axis: str) -> dict[str, list[float]]:
        answer = await service.graphql(query % (samples, axis))
        found: dict[str, list[float]] = answer.data["project"]["runGroups"]["groups"][0]["history"]
        return found

    fine, coarse, itself = await curve(10, "epoch"), await curve(2, "epoch"), await curve(10, "loss")

    assert [float(epoch) for epoch in range(10)] == fine["x"]
    assert [5 + 9 - epoch for epoch in range(10)] == fine["mean"]
    assert [2] * 10 == fine["count"]
    assert {"x": [2, 7], "mean": [12, 7], "count": [2, 2]} == coarse
    assert itself["x"] == itself["mean"], "a key along itself"
    assert {"x": [], "mean": [], "count": []} == await curve(10, "unknown")


async def test_the_curve_of_a_great_group_is_that_of_runs_spread_evenly(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        await service.start_run(f"run-{number}", "great", groupName="many")
        await log_rows(service, f"ada/great/run-{number}", [{"_step": 0, "loss": 2**number}])
    await service.start_run("alone", "great", groupName="one")
    await log_rows(service, "ada/great/alone", [{"_step": 0, "loss": 5}])
    query = """{ project(name: "great") { runGroups(by: ["group"]) { groups {
      runCount history(key: "loss") { mean min max count runCount } } } } }"""

    found = {}
    for most in (1, 2, 3, 6, 7, 8):
        monkeypatch.setattr(histories, "CURVE_RUNS_MAX", most)
        many, one = (await service.graphql(query)).data["project"]["runGroups"]["groups"]
        assert (7, 1) == (many["runCount"], one["runCount"])
        assert {"mean": [5], "min": [5], "max": [5], "count": [1], "runCount": 1} == one["history"]
        assert many["history"]["count"] == [many["history"]["runCount"]] == [min(most, 7)]
        found[most] = many["history"]["mean"][0] * min(most, 7)

    # Sums of powers of two, so that each tells which runs they are of.
    assert {1: 2**0, 2: 2**0 + 2**6, 3: 2**0 + 2**3 + 2**6, 6: 127 - 2**1, 7: 127, 8: 127} == pytest.approx(found)


async def test_a_curve_of_what_no_run_logged_is_empty(service: Service) -> None:
    await service.start_run("quiet", "quiet")

    answer = await service.graphql(
        '{ project(name: "quiet") { runGroups(by: ["name"]) { groups { history(key: "loss") { x count } } } } }'
    )

    assert [{"history": {"x": [], "count": []}}] == answer.data["project"]["runGroups"]["groups"]


async def metric(service: Service, run: str, key: str, fields: str, project: str = "p") -> Any:
    """Fields of a metric of a run."""
    answer = await service.graphql(
        "query($p: String, $r: String!, $k: String!) { project(name: $p) { run(name: $r) {"
        f" metric(key: $k) {{ {fields} }} }} }} }}",
        p=project,
        r=run,
        k=key,
    )
    return answer.data["project"]["run"]["metric"]


async def test_the_last_number_of_each_key_is_told_to_sdks(service: Service) -> None:
    await service.start_run("last-numbers")
    rows = ['{"_step":0,"loss":1,"dict":{"val":1.0},"nan":1}', '{"_step":1,"loss":0.1,"nan":NaN,"text":"t"}']
    await service.log("ada/p/last-numbers", 0, rows)

    answer = await service.graphql('{ project(name: "p") { run(name: "last-numbers") { historyKeys } } }')

    keys = answer.data["project"]["run"]["historyKeys"]["keys"]
    told = {name: key["previousValue"] for name, key in keys.items() if "previousValue" in key}
    assert {"_step": 1, "loss": 0.1, "dict.val": 1.0, "nan": "NaN"} == told
