"""`wandb restore` and our client bring the code of a run back: its commit, what was changed since, and saved files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import runfolio
from tests.client.git_repository import git, make_repository
from tests.wandb.conftest import MakeSDK
from tests.wandb.environments import NEWEST
from tests.wandb.sdk import SCRIPTS, SDK


def _logged(sdk: SDK, run: str) -> Path:
    """Run a program with changes that nobody has committed; the repository, without the changes again."""
    repository = sdk.home / "repository"
    make_repository(repository)
    program = repository / "train.py"
    program.write_text((SCRIPTS / "code.py").read_text())
    git(repository, "commit", "--quiet", "--all", "--message=second")
    (repository / "lib" / "a.py").write_text("a = 2\n")
    sdk.finish(sdk.start_file(program, {"WANDB_DISABLE_GIT": "false"}, cwd=repository, run=run))
    (sdk.home / "diff.patch").write_text(git(repository, "diff", "HEAD") + "\n")
    git(repository, "checkout", "--quiet", "lib/a.py")
    return repository


@pytest.mark.parametrize("version", [NEWEST, "0.22.3"])
def test_the_code_of_a_run_is_restored_by_the_sdk_and_by_our_client(
    make_sdk: MakeSDK, api: runfolio.Api, tmp_path: Path, version: str
) -> None:
    sdk = make_sdk(version)
    run = f"code-{version}"
    repository = _logged(sdk, run)
    commit = git(repository, "rev-parse", "HEAD")

    logged = api.run(f"ada/code/{run}")
    if version == "0.22.3":
        # It restores the patch, but saves none.
        assert 0 == len(logged.files("diff.patch"))
        logged.upload_file(sdk.home / "diff.patch", sdk.home)

    by_sdk = subprocess.run(
        [str(sdk.python), "-m", "wandb", "restore", f"ada/code/{run}"],
        cwd=repository,
        env=sdk.environment(WANDB_DISABLE_GIT="false", WANDB_SILENT="false"),
        capture_output=True,
        text=True,
        check=False,
    )
    code = logged.restore_code(tmp_path / "into", repository=repository)
    saved = logged.restore_code(tmp_path / "saved")

    assert 0 == by_sdk.returncode, by_sdk.stdout + by_sdk.stderr
    assert f"wandb/{run}" == git(repository, "branch", "--show-current")
    assert "a = 2\n" == (repository / "lib" / "a.py").read_text(), by_sdk.stdout + by_sdk.stderr
    assert (commit, True) == (code.commit, code.is_patched)
    assert "a = 2\n" == (code.into / "lib" / "a.py").read_text()
    assert b"a = 2" in (saved.patch.read_bytes() if saved.patch else b"")
    assert ["train.py"] == [path.name for path in saved.files]
    assert (SCRIPTS / "code.py").read_bytes() == saved.files[0].read_bytes()
