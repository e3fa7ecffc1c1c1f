"""Saves files and logs media, then lists and downloads them."""

from pathlib import Path

import numpy
import wandb

from tests.wandb.scripts.script import answer

with wandb.init(project="files") as run:
    folder = Path(run.dir)
    (folder / "sp dir").mkdir()
    (folder / "sp dir" / "fü x.txt").write_text("saved")
    (folder / "empty.bin").write_bytes(b"")
    run.save("sp dir/*", base_path=".", policy="now")
    run.save("empty.bin", policy="now")
    run.log({"page": wandb.Html("<p>page</p>"), "picture": wandb.Image(numpy.zeros((4, 4, 3), numpy.uint8))})
    print("printed")
    path = f"{run.entity}/{run.project}/{run.id}"

read = wandb.Api().run(path)
files = {file.name: file.size for file in read.files()}
downloads = {}
for name in files:
    with read.file(name).download(root="downloads", replace=True) as handle:
        downloads[name] = Path(handle.name).stat().st_size
row = read.history(pandas=False)[0]
answer(
    {
        "path": path,
        "files": files,
        "downloads": downloads,
        "count": len(read.files()),
        "text": Path("downloads/sp dir/fü x.txt").read_text(),
        "picture": row["picture"],
        "page": row["page"],
    }
)
