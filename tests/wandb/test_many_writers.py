"""Twenty processes of the real SDK log into one collection at once: versions without holes, nothing twice or lost."""

from __future__ import annotations

import runfolio
from tests.long_run import only_long
from tests.server.running_serve import wait_until
from tests.wandb.conftest import MakeSDK
from tests.wandb.environments import NEWEST
from tests.wandb.recorder import listed_operations

PROCESSES = 20


@only_long
def test_twenty_processes_of_the_sdk_log_into_one_collection(make_sdk: MakeSDK, api: runfolio.Api) -> None:
    sdk = make_sdk(NEWEST, timeout_s=600)
    processes = [sdk.start("artifact_writer", project="many", number=number) for number in range(PROCESSES)]
    # They start one after the other on a small machine, and log together.
    wait_until(lambda: len([*sdk.home.glob("ready-*")]) == PROCESSES, "all are ready", patience_s=300)
    (sdk.home / "go").touch()

    # So many of one user are told to wait, and ask again.
    may_fail = [*listed_operations()]
    answers = [sdk.finish(process, may_fail=may_fail).answer for process in processes]

    assert sorted(f"v{number}" for number in range(PROCESSES)) == sorted(answer["own"] for answer in answers)
    assert {"v0"} == {answer["shared"][1] for answer in answers}
    project = api.project("ada/many")
    versions = list(project.artifacts(collection="set", order="version"))
    assert [f"v{number}" for number in range(PROCESSES)] == [artifact.version for artifact in versions]
    assert [versions[-1].id] == [artifact.id for artifact in versions if "latest" in artifact.aliases]
    (shared,) = project.artifacts(collection="shared")
    assert PROCESSES + 1 == len(shared.aliases)
