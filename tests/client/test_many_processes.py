"""Twenty processes log into one collection at once: versions without holes, one `latest`, nothing twice or lost."""

from __future__ import annotations

import subprocess
import sys

import pytest

import runfolio
from tests.live_server import LiveServer, in_this_process

pytestmark = [pytest.mark.usefixtures("anyio_backend"), pytest.mark.slow]

PROCESSES = 20
# Each waits for the word, so that all of them commit at one time; and each logs what no other does, and what all do.
WRITER = """
import sys
from runfolio import Api
base_url, key, number = sys.argv[1:]
with Api(base_url=base_url, api_key=key) as api:
    run = api.create_run("ada/many", id=f"writer-{number}")
    print("ready", flush=True)
    sys.stdin.readline()
    own = run.log_artifact({"own.txt": number.encode()}, "set", "dataset", [f"by-{number}"], progress=False)
    shared = run.log_artifact({"shared.txt": b"the same"}, "shared", "dataset", [f"by-{number}"], progress=False)
    run.finish()
print(own.version, shared.id, shared.version)
"""


@in_this_process
def test_twenty_processes_log_into_one_collection(live_server: LiveServer) -> None:
    arguments = [sys.executable, "-c", WRITER, live_server.base_url, live_server.api_key]
    pipe = subprocess.PIPE
    processes = [
        subprocess.Popen([*arguments, str(number)], stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        for number in range(PROCESSES)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert "ready\n" == process.stdout.readline()
        outputs = [process.communicate("go\n", timeout=120) for process in processes]
    finally:
        for process in processes:
            process.kill()

    assert [0] * PROCESSES == [process.returncode for process in processes], outputs
    answers = [output.split() for output, _ in outputs]
    assert sorted(f"v{number}" for number in range(PROCESSES)) == sorted(version for version, *_ in answers)
    assert 1 == len({tuple(shared) for _, *shared in answers})
    with runfolio.Api(base_url=live_server.base_url, api_key=live_server.api_key) as api:
        project = api.project("ada/many")
        versions = list(project.artifacts(collection="set", order="version"))
        assert [f"v{number}" for number in range(PROCESSES)] == [artifact.version for artifact in versions]
        assert [versions[-1].id] == [artifact.id for artifact in versions if "latest" in artifact.aliases]
        for number, (version, *_) in enumerate(answers):
            found = api.artifact(f"ada/many/set:by-{number}")
            assert (version, str(number).encode()) == (found.version, found.file("own.txt").read())
        (shared,) = project.artifacts(collection="shared")
        assert ("v0", PROCESSES + 1) == (shared.version, len(shared.aliases))
        logged = [
            [one.name for one in api.run(f"ada/many/writer-{number}").logged_artifacts()] for number in range(PROCESSES)
        ]
        assert [[f"set:{version}", "shared:v0"] for version, *_ in answers] == logged
