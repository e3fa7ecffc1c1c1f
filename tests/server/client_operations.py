"""The operations of our client, each with what it is given: nothing that the second time would answer otherwise."""

from __future__ import annotations

from pathlib import Path

from graphql import parse, print_ast, separate_operations

OPERATIONS = "\n".join(
    path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parents[2] / "schema" / "operations").glob("*.graphql"))
)
# Each with the fragments that it has: together they are more than a document may have.
DOCUMENTS = {name: print_ast(document) for name, document in separate_operations(parse(OPERATIONS)).items()}
VARIABLES: dict[str, object] = {
    "entity": "ada",
    "project": "p",
    "run": "run1",
    "name": "run1",
    "names": None,
    "pattern": None,
    "first": 5,
    "perPage": 5,
    "withTotal": True,
    "withMissing": True,
    "keys": None,
    "xAxis": "_step",
    "samples": 10,
    "stream": "HISTORY",
    "key": "loss",
    "at": "text",
    "best": "MAXIMUM",
    "withAt": True,
    "either": False,
    "by": ["group", "config.name"],
    "metrics": ["config.lr", "summary_metrics.loss"],
    "field": "config.lr",
    "bins": 3,
    "document": "CONFIG",
    "collection": "model",
    "number": 0,
    "direction": "BOTH",
    "hops": 2,
    "username": "nobody",
    "team": "nowhere",
    "role": "member",
    "keyId": "no id",
    "inviteId": "no id",
    "caseSensitive": True,
    "fuzzy": False,
}
# What the mutations of our client are given beside the run: nothing that the second time would answer otherwise.
INPUTS: dict[str, dict[str, object]] = {
    "CreateUser": {"username": "no name"},
    "UpdateUser": {"displayName": "Ada"},
    "GenerateApiKey": {"scope": "no scope"},
    "CreateInvite": {"entityName": "nowhere", "username": "ada"},
    "CreateServiceAccount": {"entityName": "nowhere", "description": "none"},
    "UpdateRun": {"id": "run", "notes": "noted"},
    "StopRun": {"id": "run"},
    "UpdateRunState": {"id": "run", "state": "failed"},
    "UpdateRuns": {"entityName": "ada", "projectName": "p", "filters": '{"tags": "a"}', "addTags": ["c"]},
    "DeleteRuns": {"entityName": "ada", "projectName": "p", "filters": "{}", "dryRun": True},
    "UndeleteRuns": {"entityName": "ada", "projectName": "p", "ids": []},
    "CreateProject": {"name": "spare"},
    "UpdateProject": {"id": "spare", "description": "described"},
    "DeleteProject": {"id": "spare"},
    "RestoreProject": {"id": "spare"},
    "CreateRunFiles": {"entityName": "ada", "projectName": "p", "runName": "run1", "files": ["../a"]},
    "DeleteFiles": {"files": []},
    "CreateRun": {"entityName": "ada", "projectName": "p", "name": "run2"},
    "BeginArtifact": {"collection": "model", "type": "model", "digest": "0" * 32, "clientId": "equal"},
    "UploadArtifactFiles": {"artifactId": "artifact", "files": [{"name": "a.bin", "md5": "CY9rzUYh03PK3k6DJie09g=="}]},
    "UploadArtifactManifest": {"artifactId": "artifact", "md5": "CY9rzUYh03PK3k6DJie09g=="},
    "FinishArtifact": {"artifactId": "artifact"},
    "RecordArtifactUse": {"runId": "run", "artifactId": "artifact"},
    "ChangeArtifact": {"artifactId": "artifact", "description": "described"},
    "PlaceArtifact": {"artifactId": "artifact", "projectName": "p", "portfolio": "model"},
    "RemoveArtifact": {"artifactId": "artifact", "collectionId": "artifact"},
    "DeleteArtifactVersion": {"artifactId": "run", "withAliases": False},
    "MoveRun": {"id": "run", "projectName": "q"},
    "CopyRun": {"id": "run", "projectName": "q"},
    "RewindHistory": {"id": "run", "step": 100},
    "RaiseAlert": {"runId": "artifact", "title": "low", "text": "", "severity": "INFO", "waitS": 60},
    "AppendHistory": {"runId": "run", "offset": 0, "rows": ['{"loss": 1}', "no row"], "writer": "equal"},
}
# What is refused here, because the run is running, the artifact has no manifest, an id is that of something else, there
# is no such user or team, or because what it makes is another one each time.
REFUSED = {
    "CreateUser",
    "DeactivateUser",
    "ActivateUser",
    "GenerateApiKey",
    "DeleteApiKey",
    "ResetApiKeys",
    "CreateInvite",
    "AcceptInvite",
    "RevokeInvite",
    "ChangeRole",
    "RemoveMember",
    "LeaveTeam",
    "CreateServiceAccount",
    "DeleteArtifactVersion",
    "FinishArtifact",
    "RecordArtifactUse",
    "PlaceArtifact",
    "RemoveArtifact",
    "MoveRun",
    "CopyRun",
    "RaiseAlert",
}
