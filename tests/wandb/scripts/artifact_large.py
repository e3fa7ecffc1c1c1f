"""Logs a file of more than 2 GiB and downloads it, which the SDK does in parts."""

import hashlib
from pathlib import Path

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

PIECE = bytes(range(256)) * 4096
PIECES = 2049


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


folder = Path(ARGUMENTS["folder"])
large = folder / "large.bin"
with large.open("wb") as stream:
    for number in range(PIECES):
        stream.write(number.to_bytes(8, "big") + PIECE[8:])
artifact = wandb.Artifact("large", type="model")
artifact.add_file(str(large), policy="immutable", skip_cache=True)
with wandb.init(project=ARGUMENTS["project"], id="large") as run:
    run.log_artifact(artifact).wait()
sent = digest(large)
large.unlink()
stored = wandb.Api().artifact(f"ada/{ARGUMENTS['project']}/large:v0")
received = Path(stored.download(root=str(folder / "got"), skip_cache=True, multipart=True)) / "large.bin"
answer({"sent": sent, "received": digest(received)})
