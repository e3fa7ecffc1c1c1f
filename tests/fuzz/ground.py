"""What there is to ask for: a project with a run that has a bit of everything, and the names of it all."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from runfolio_server.graph.relay.node_ids import decode_number, encode_node_id
from tests.artifact_rows import ArtifactRows
from tests.server.swept_store import download_url, run_id_of, upload, upload_url
from tests.service import Service

ENTITY, PROJECT, RUN = "ada", "p", "r"
MD5 = "0" * 32
KEYS = ("loss", "config.lr", "config.nested.a", "summary.loss", "state", "created_at", "tags", "_step")
FILTERS = (
    "{}",
    '{"state": "finished"}',
    '{"config.lr": {"$gt": 0.1}}',
    '{"$or": [{"tags": {"$in": ["a"]}}, {"summary_metrics.loss": {"$exists": false}}]}',
    '{"display_name": {"$regex": "^a.*b$"}}',
    '{"$not": {"heartbeat_at": {"$lt": "2026-01-01"}}}',
    '{"config.x": NaN}',
)


@dataclass(frozen=True)
class Ground:
    """The application, and values that lead somewhere, by the name of an argument or parameter."""

    service: Service
    values: dict[str, tuple[str, ...]]


async def make_ground(service: Service) -> Ground:
    """Make it all."""
    bucket = await service.start_run(
        RUN, PROJECT, config='{"lr": {"value": 0.1}, "nested": {"value": {"a": [1, null, "x"]}}}', tags=["a"]
    )
    await service.log(f"{ENTITY}/{PROJECT}/{RUN}", 0, [f'{{"_step":{step},"loss":{step / 7}}}' for step in range(20)])
    await service.stream(
        f"{ENTITY}/{PROJECT}/{RUN}", {"files": {"output.log": {"offset": 0, "content": ["a line", "\x1b[31mred"]}}}
    )
    await upload(service, RUN, "media/page.html", b"<script>1</script>")
    answer = await service.graphql('{ viewer { id apiKeys { edges { node { id } } } } project(name: "p") { id } }')
    project_id = answer.data["project"]["id"]
    rows = ArtifactRows(service.database, await _number(service, PROJECT))
    await rows.collection(1, "weights", "model")
    await rows.version(1, 1, 0, logged_by=RUN)
    paths = {
        "download": urlsplit(await download_url(service, RUN, "media/page.html")).path,
        "upload": urlsplit(await upload_url(service, RUN, "sent.bin")).path,
    }
    ids = (
        bucket["id"],
        project_id,
        answer.data["viewer"]["id"],
        encode_node_id("Artifact", 1),
        str(await run_id_of(service, RUN)),
    )
    names = {
        "entity": (ENTITY, "bob"),
        "project": (PROJECT,),
        "run": (RUN, bucket["id"]),
        "id": ids,
        "artifact": ("weights:v0", "weights:latest", encode_node_id("Artifact", 1)),
        "collection": ("weights",),
        "digest": (MD5,),
        "form": ("arrow", "parquet"),
        "name": (PROJECT, RUN, "weights", "media/page.html"),
        "filters": FILTERS,
        "order": ("+created_at", "-summary_metrics.loss", "+config.lr.value", "-state"),
        "keys": KEYS,
        "file": ("media/page.html", "wandb-summary.json", "config.yaml"),
    }
    names["token"] = tuple(path.split("/")[3] for path in paths.values())
    return Ground(service, names)


async def _number(service: Service, name: str) -> int:
    answer = await service.graphql("query($n: String) { project(name: $n) { id } }", n=name)
    return decode_number("Project", answer.data["project"]["id"])
