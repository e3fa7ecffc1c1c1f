"""Media that the SDK logs are typed values for our client, and their bytes those that were logged."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import runfolio
from tests.long_run import only_long
from tests.wandb.conftest import MakeSDK
from tests.wandb.environments import HEAVY, LIGHT, NEWEST, python_with_libraries
from tests.wandb.sdk import SDK

PNG = b"\x89PNG\r\n"
HEAVY_TIMEOUT_S = 600


def test_media_are_read_back_as_what_they_are(with_artifacts: SDK, api: runfolio.Api, tmp_path: Path) -> None:
    sdk, name = with_artifacts, f"media-{with_artifacts.version}"
    sdk.run("media", run=name)
    run = api.run(f"ada/media/{name}")

    def one(key: str, **choice: Any) -> Any:
        return run.media(key, **choice)

    image = one("image")
    assert isinstance(image, runfolio.Image)
    assert (6, 4, "png", "a cat") == (image.width, image.height, image.format, image.caption)
    assert image.read().startswith(PNG)
    assert image.size == len(image.read()) == image.download(tmp_path).stat().st_size
    assert image.masks["predicted"].read().startswith(PNG)
    (box,) = image.boxes()["truth"]
    assert ("cat", "here", {"sure": 0.5}, 0.1) == (box.label, box.caption, box.scores, box.position["minX"])
    assert ["one", "two"] == [found.caption for found in one("images", step=0)]
    assert all(found.read().startswith(PNG) for found in one("images"))
    assert "<p>page</p>" == one("page").text()
    assert runfolio.Histogram((0, 1, 2), (1, 2)) == one("counts")
    assert ("audio", "silence", b"RIFF") == (one("sound").kind, one("sound").caption, one("sound").read()[:4])
    assert (runfolio.Video, b"film") == (type(one("video")), one("video").read())
    assert [[0.0, 1.0, 2.0]] == json.loads(one("points").read())
    assert ("molecule", b"ATOM") == (one("molecule").kind, one("molecule").read())
    assert ["first", "second"] == [found.caption for found in one("film strip")]
    found = json.loads((sdk.home / "found.json").read_text())
    assert image.size == found["files"][found["image"]["path"]]


def test_a_table_of_the_sdk_is_a_data_frame_also_one_that_grows(with_artifacts: SDK, api: runfolio.Api) -> None:
    name = f"tables-{with_artifacts.version}"
    with_artifacts.run("table_media", run=name)
    run = api.run(f"ada/media/{name}")

    table, grown = run.media("table"), run.media("grows")

    assert isinstance(table, runfolio.Table)
    assert isinstance(grown, runfolio.Table)
    frame = table.to_pandas()
    assert ([1.0, 2.5], "x", True) == (frame["a"].tolist(), frame["b"][0], frame["b"].isna()[1])
    assert [0, 1, 2] == grown.to_pandas()["n"].tolist()


def test_a_model_is_told_layer_by_layer(newest: SDK, api: runfolio.Api) -> None:
    newest.run("media", run="model")

    (model,) = api.run("ada/media/model").model_graphs()

    assert "graph_0" == model.key
    assert (
        runfolio.ModelLayer("dense", "Dense", 20, [None, 4]),
        runfolio.ModelLayer("out", "Linear", 10, [[8, 2]]),
        runfolio.ModelLayer("end", "", None, None),
    ) == model.layers


def test_tables_of_artifacts_are_data_frames_with_the_media_in_their_cells(
    with_artifacts: SDK, api: runfolio.Api
) -> None:
    name = f"tables-{with_artifacts.version}"
    is_new = with_artifacts.version >= "0.31"
    with_artifacts.run("artifact_tables", run=name, is_new=is_new)
    artifact, run = api.artifact(f"ada/tables/tables-{name}:v0"), api.run(f"ada/tables/{name}")

    for pictures in (artifact.media("pictures"), run.media("pictures")):
        assert isinstance(pictures, runfolio.Table)
        columns, rows = pictures.read()
        assert (["id", "picture", "page"], [1, 2]) == (columns, [row[0] for row in rows])
        picture, page = rows[1][1:]
        assert (runfolio.Image, 6, 4) == (type(picture), picture.width, picture.height)
        assert picture.read().startswith(PNG)
        assert "<p>2</p>" == page.text()
        assert picture.read() == pictures.to_pandas()["picture"][1].read()
    alone = artifact.media("alone")
    assert isinstance(alone, runfolio.Image)
    assert alone.read().startswith(PNG)
    whole = artifact.media("whole")
    assert isinstance(whole, runfolio.PartitionedTable)
    frame = whole.to_pandas()
    assert [0, 1, 10, 11] == frame["id"].tolist()
    assert [True] * 4 == [cell.read().startswith(PNG) for cell in frame["picture"]]
    for joined in (artifact.media("joined"), *([run.media("joined")] if is_new else [])):
        assert isinstance(joined, runfolio.JoinedTable)
        assert (
            ["id", "0.text", "1.text", "more"],
            [[1, "one", None, None], [2, "two", "zwei", 2.5], [3, None, "drei", 3.5]],
        ) == joined.read()
        assert [1, 2, 3] == joined.to_pandas()["id"].tolist()
    special = artifact.media("special")
    assert isinstance(special, runfolio.Table)
    ((when, array),) = special.read()[1]
    assert (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), [[0, 1, 2], [3, 4, 5]]) == (when, array.tolist())


def test_a_figure_of_plotly_is_read_back_with_its_data(make_sdk: MakeSDK, api: runfolio.Api) -> None:
    make_sdk(NEWEST, python_with_libraries(*LIGHT)).run("trainings/plotly_figure", run="plotly")
    run = api.run("ada/media/plotly")

    for key in ("figure", "in a table"):
        found: Any = run.media(key)
        plotly = found.read()[1][0][0] if isinstance(found, runfolio.Table) else found
        assert isinstance(plotly, runfolio.Plotly)
        figure = plotly.figure()
        assert ("scatter", "a curve") == (figure["data"][0]["type"], figure["layout"]["title"]["text"])


@only_long
def test_a_model_that_torch_trains_is_watched(make_sdk: MakeSDK, api: runfolio.Api) -> None:
    found = make_sdk(NEWEST, python_with_libraries(*HEAVY), HEAVY_TIMEOUT_S).run("trainings/watch", run="watch")
    run = api.run("ada/media/watch")

    (model,) = run.model_graphs()

    assert found["layers"] == [[layer.name, layer.type, layer.parameter_count] for layer in model.layers]
    gradients: Any = run.media("gradients/0.weight", step=0)
    parameters: Any = run.media("parameters/0.weight", step=0)
    assert ([24, 24], 64) == ([sum(one.counts) for one in (gradients, parameters)], len(gradients.counts))
