"""All files of an artifact at once: downloaded side by side, or compared with those of a directory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from runfolio._async.artifact_files import AsyncArtifactFile
from runfolio._core.background import LOGGER
from runfolio._core.errors import ApiError, DownloadError
from runfolio._core.parallel import AsyncParallel
from runfolio._core.part_file import PARTS_DIRECTORY, is_there, make_directory, remove_parts_directory
from runfolio._core.progress import Progress
from runfolio._core.ranged_file import LARGE_BYTES
from runfolio._core.receiving import place_for

SHOWN_NAMES = 5


def places_for(root: Path, files: Sequence[AsyncArtifactFile]) -> dict[str, Path]:
    """Where each file goes, by name. Raises DownloadError for one that leads elsewhere or is in another's way."""
    places = {file.name: place_for(root, file.name) for file in files}
    directories = {parent for place in places.values() for parent in place.parents}
    for name, place in places.items():
        if name.split("/")[0] == PARTS_DIRECTORY:
            raise DownloadError(f"The file name {name!r} begins with a directory that downloads keep for themselves.")
        if place in directories:
            raise DownloadError(
                f"The artifact has a file {name!r} and others below that name, and no directory can hold both; "
                "read them one by one with files()."
            )
    return places


async def download_files(
    root: Path,
    files: Sequence[AsyncArtifactFile],
    progress: Progress,
    at_once: int,
    *,
    may_miss_references: bool = False,
) -> None:
    """Bring all files below `root`, so many at once. Raises DownloadError and ApiError; what was brought stays."""
    places = places_for(root, files)
    make_directory(root)

    async def fetch(file: AsyncArtifactFile) -> None:
        try:
            await file.fetch(root, places[file.name], progress, at_once)
        except (DownloadError, ApiError) as error:
            if file.ref is None:
                raise
            told = f"The reference {file.name!r} to {file.ref!r} cannot be fetched: {error}"
            if not may_miss_references:
                raise DownloadError(f"{told} (allow_missing_references=True leaves it out)") from error
            LOGGER.warning("%s", told)

    await AsyncParallel(at_once, progress.stop).run(fetch, [file for file in files if file.size < LARGE_BYTES])
    # Each of these comes in ranges, so many at once.
    for file in files:
        if file.size >= LARGE_BYTES:
            await fetch(file)
    remove_parts_directory(root)


def check_files(root: Path, files: Sequence[AsyncArtifactFile], path: str) -> None:
    """Raise DownloadError that tells which files below `root` are missing, are others, or do not belong there."""
    places = places_for(root, files)
    wrong = [
        f"{file.name!r} {'differs' if places[file.name].exists() else 'is missing'}"
        for file in files
        if file.md5 is not None and not is_there(places[file.name], file.size, file.md5)
    ]
    known = set(places.values())
    extra = [
        found
        for found in sorted(root.rglob("*"))
        if found.is_file() and found not in known and PARTS_DIRECTORY not in found.relative_to(root).parts
    ]
    wrong += [f"{found.relative_to(root).as_posix()!r} is no file of it" for found in extra]
    if wrong:
        more = f" and {len(wrong) - SHOWN_NAMES} more" if len(wrong) > SHOWN_NAMES else ""
        raise DownloadError(
            f"{root} is not {path}: {'; '.join(wrong[:SHOWN_NAMES])}{more}. download() mends files that are missing or "
            "differ, and leaves alone what is no file of it."
        )
