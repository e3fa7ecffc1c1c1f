"""Media that the SDK logs are typed values for our client, and their bytes those that were logged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import runfolio
from tests.wandb.sdk import SDK

PNG = b"\x89PNG\r\n"


def test_media_are_read_back_as_what_they_are(newest: SDK, api: runfolio.Api, tmp_path: Path) -> None:
    newest.run("media", run="media")
    run = api.run("ada/media/media")

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
    found = json.loads((newest.home / "found.json").read_text())
    assert image.size == found["files"][found["image"]["path"]]


def test_a_table_of_the_sdk_is_a_data_frame_also_one_that_grows(newest: SDK, api: runfolio.Api) -> None:
    newest.run("table_media", run="tables")
    run = api.run("ada/media/tables")

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
