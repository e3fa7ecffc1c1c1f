"""What a logged value says of a picture, a table or another medium, without its bytes. Used by _async/media.py.

The values are what programs write into rows: objects with `_type`, and the path of a file of the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

TABLE: Final = "table-file"
INCREMENT: Final = "incremental-table-file"
HISTOGRAM: Final = "histogram"
IMAGES: Final = "images/separated"
# Lists of media, and the member that has the items.
LISTS: Final[Mapping[str, str]] = {"audio": "audio", "videos": "videos", "html": "html", "object3D": "objects"}
MOLECULES: Final = "molecule"


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts between edges: `bins` has one number more than `counts`."""

    bins: tuple[float, ...]
    counts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A box on an image, in parts of its width and height, or in pixels; `label` is the name of its class.

    `position` has minX, maxX, minY and maxY, or middle, width and height, as it was logged; `scores` by name.
    """

    position: Mapping[str, Any]
    is_in_pixels: bool
    class_id: int | None
    label: str | None
    caption: str | None
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ModelLayer:
    """A layer of a model: its class as `type`, and the shape of its output as it was told. None: unknown."""

    name: str
    type: str
    parameter_count: int | None
    output_shape: Any


@dataclass(frozen=True, slots=True)
class ModelGraph:
    """A model that a run has logged under a key of its summary."""

    key: str
    layers: tuple[ModelLayer, ...]


def histogram_of(value: Mapping[str, Any]) -> Histogram:
    """The histogram of a value."""
    return Histogram(tuple(value.get("bins") or ()), tuple(value.get("values") or ()))


def boxes_of(document: Any) -> list[Box]:
    """The boxes of the file of one set of them."""
    labels = document.get("class_labels") if isinstance(document, dict) else None
    found = document.get("box_data") if isinstance(document, dict) else None
    return [_box(box, labels if isinstance(labels, dict) else {}) for box in found or () if isinstance(box, dict)]


def images_of(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The values of a list of images, each as if it had been logged alone."""
    names = value.get("filenames") or ()
    parts = {"caption": "captions", "masks": "all_masks", "boxes": "all_boxes"}
    return [
        {
            "_type": "image-file",
            "path": name,
            **{each: value.get(each) for each in ("width", "height", "format")},
            **{one: _at(value.get(many), number) for one, many in parts.items()},
        }
        for number, name in enumerate(names)
    ]


def items_of(value: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The values of a list of media; None: it is none."""
    kind = value.get("_type")
    if kind == IMAGES:
        return images_of(value)
    if kind == MOLECULES and "filenames" in value:
        return [
            {"_type": "molecule-file", "path": name, "caption": _at(value.get("captions"), number)}
            for number, name in enumerate(value["filenames"])
        ]
    items = value.get(LISTS.get(str(kind), ""))
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else None


def _box(box: Mapping[str, Any], labels: Mapping[str, Any]) -> Box:
    class_id = box.get("class_id")
    label = labels.get(str(class_id))
    return Box(
        box.get("position") or {},
        box.get("domain") == "pixel",
        class_id,
        None if label is None else str(label),
        box.get("box_caption"),
        box.get("scores") or {},
    )


def _at(items: Any, number: int) -> Any:
    return items[number] if isinstance(items, Sequence) and number < len(items) else None
