"""Logs every medium that is one file of the run, and a model layer by layer."""

import json
import wave
from pathlib import Path

import numpy
import wandb
from wandb.sdk.data_types.graph import Node

from tests.wandb.scripts.script import ARGUMENTS

PIXELS = numpy.zeros((4, 6, 3), numpy.uint8)

with wandb.init(project="media", id=ARGUMENTS["run"]) as run:
    image = wandb.Image(
        PIXELS,
        caption="a cat",
        masks={"predicted": {"mask_data": numpy.array([[0, 1] * 3] * 4), "class_labels": {0: "none", 1: "cat"}}},
        boxes={
            "truth": {
                "box_data": [
                    {
                        "position": {"minX": 0.1, "maxX": 0.5, "minY": 0.2, "maxY": 0.6},
                        "class_id": 1,
                        "box_caption": "here",
                        "scores": {"sure": 0.5},
                    }
                ],
                "class_labels": {1: "cat"},
            }
        },
    )
    run.log({"image": image, "images": [wandb.Image(PIXELS, caption="one"), wandb.Image(PIXELS, caption="two")]})
    run.log({"page": wandb.Html("<p>page</p>", inject=False)})
    run.log({"counts": wandb.Histogram(np_histogram=([1, 2], [0.0, 1.0, 2.0]))})
    with wave.open("sound.wav", "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(1600))
    run.log({"sound": wandb.Audio("sound.wav", caption="silence")})
    Path("video.mp4").write_bytes(b"film")
    run.log({"video": wandb.Video("video.mp4", caption="a film")})
    run.log({"points": wandb.Object3D(numpy.array([[0.0, 1.0, 2.0]]))})
    Path("molecule.pdb").write_text("ATOM")
    run.log({"molecule": wandb.Molecule("molecule.pdb")})
    run.log({"film strip": [wandb.Video("video.mp4", caption="first"), wandb.Video("video.mp4", caption="second")]})

    graph = wandb.Graph()
    graph.add_node(Node(id=1, name="dense", class_name="Dense", output_shape=(None, 4), num_parameters=20))
    # As torch tells it: the class with its arguments, a number for each tensor.
    graph.add_node(
        Node(id=2, name="out", class_name="Linear(in_features=4)", output_shape=[[8, 2]], num_parameters=[8, 2])
    )
    graph.add_node(Node(id=3, name="end"))
    run.summary["graph_0"] = graph

files = {file.name: file.size for file in wandb.Api().run(f"{run.entity}/{run.project}/{run.id}").files()}
row = wandb.Api().run(f"{run.entity}/{run.project}/{run.id}").history(pandas=False)[0]
Path("found.json").write_text(json.dumps({"files": files, "image": row["image"]}))
