"""Every mutation, and how somebody addresses what is not theirs by it: for test_permissions.py."""

from __future__ import annotations

from tests.server.wire_mutations import WIRE_MUTATIONS, WIRE_REQUIRED

# Each mutation, with the inputs that address somebody else's.
MUTATIONS: dict[str, tuple[str, list[dict[str, str]]]] = {
    "updateRun": ("{ run { id } }", [{"id": "run_id"}]),
    "updateRuns": ("{ count names }", [{"entityName": "entity", "projectName": "project"}, {"projectName": "project"}]),
    "deleteRuns": ("{ count names }", [{"entityName": "entity", "projectName": "project"}, {"projectName": "project"}]),
    "undeleteRuns": (
        "{ count names }",
        [{"entityName": "entity", "projectName": "project"}, {"projectName": "project"}],
    ),
    "moveRun": ("{ run { id } }", [{"id": "run_id", "projectName": "own"}, {"id": "run_id", "projectName": "project"}]),
    "copyRun": ("{ run { id } }", [{"id": "run_id", "projectName": "own"}, {"id": "run_id", "projectName": "project"}]),
    "deleteRun": ("{ success }", [{"id": "run_id"}]),
    "createProject": ("{ project { id } }", [{"entityName": "entity", "name": "project"}]),
    "updateProject": ("{ project { id } }", [{"id": "project_id"}]),
    "deleteProject": ("{ success }", [{"id": "project_id"}]),
    "restoreProject": ("{ project { id } }", [{"id": "project_id"}]),
    "upsertModel": ("{ inserted }", [{"entityName": "entity", "name": "project"}, {"id": "project_id"}]),
    "deleteModel": ("{ success }", [{"id": "project_id"}, {"entityName": "entity", "projectName": "project"}]),
    "raiseAlert": ("{ alert { title } }", [{"runId": "run_id"}]),
    "notifyScriptableRunAlert": (
        "{ success }",
        [{"entityName": "entity", "projectName": "project", "runName": "run"}],
    ),
    "updateRunState": ("{ run { id } }", [{"id": "run_id"}]),
    "markRunFilesUploaded": (
        "{ success }",
        [{"entityName": "entity", "projectName": "project", "runName": "run"}],
    ),
    "deleteFiles": ("{ success }", [{"files": "file_id"}]),
    "stopRun": ("{ success }", [{"id": "run_id"}]),
    "createRun": (
        "{ run { id } }",
        [{"entityName": "entity", "projectName": "project", "name": "run"}, {"entityName": "entity"}],
    ),
    "appendHistory": ("{ rejectedCount nextOffset }", [{"runId": "run_id"}]),
    "rewindHistory": ("{ run { id } }", [{"id": "run_id"}]),
    "rewindRun": (
        "{ rewoundRun { id } }",
        [
            {"entityName": "entity", "projectName": "project", "runName": "run"},
            {"entityName": "entity", "runName": "run"},
        ],
    ),
    "finishRun": ("{ run { id } }", [{"id": "run_id"}]),
    "createRunFiles": (
        "{ files { uploadUrl } }",
        [{"entityName": "entity", "projectName": "project", "runName": "run"}],
    ),
    "beginArtifact": (
        "{ artifact { id } }",
        [{"runId": "run_id"}, {"entityName": "entity", "projectName": "project"}],
    ),
    "uploadArtifactFiles": ("{ files { uploadUrl } }", [{"artifactId": "artifact_id"}]),
    "uploadArtifactManifest": ("{ upload { uploadUrl } }", [{"artifactId": "artifact_id"}]),
    "finishArtifact": ("{ artifact { id } }", [{"artifactId": "artifact_id"}]),
    "recordArtifactUse": ("{ artifact { id } }", [{"runId": "run_id", "artifactId": "artifact_id"}]),
    "changeArtifact": (
        "{ artifact { id } }",
        [{"artifactId": "artifact_id"}, {"artifactId": "artifact_id", "collectionId": "collection_id"}],
    ),
    "placeArtifact": ("{ artifact { id } }", [{"artifactId": "artifact_id"}]),
    "removeArtifact": ("{ success }", [{"artifactId": "artifact_id", "collectionId": "collection_id"}]),
    "deleteArtifactVersion": ("{ success }", [{"artifactId": "artifact_id"}]),
    **WIRE_MUTATIONS,
    "createUser": ("{ user { id } }", [{"username": "username"}]),
    "generateApiKey": ("{ apiKey { name } }", [{"username": "username"}]),
    "deleteApiKey": ("{ success }", [{"id": "key_id"}]),
    "revokeSession": ("{ success }", [{"id": "session_id"}]),
    "upsertBucket": (
        "{ bucket { id } }",
        [
            {"id": "run_id"},
            {"entityName": "entity", "modelName": "project", "name": "run"},
            {"entityName": "entity", "modelName": "project"},
            {"entityName": "entity", "name": "run"},
            {"entityName": "entity"},
            {"id": "run_id", "entityName": "entity", "modelName": "project", "name": "run"},
        ],
    ),
}
REQUIRED: dict[str, dict[str, object]] = {
    **WIRE_REQUIRED,
    "beginArtifact": {"collection": "forged", "type": "model", "digest": "0" * 32, "clientId": "forged"},
    "uploadArtifactFiles": {"files": [{"name": "forged", "md5": "1B2M2Y8AsgTpgAmY7PhCfg=="}]},
    "uploadArtifactManifest": {"md5": "1B2M2Y8AsgTpgAmY7PhCfg=="},
    "changeArtifact": {"description": "forged", "addAliases": ["forged"]},
    "placeArtifact": {"projectName": "own", "portfolio": "forged"},
    "deleteArtifactVersion": {"withAliases": True},
    "appendHistory": {"offset": 0, "rows": ['{"_step":9,"forged":1}']},
    "createRunFiles": {"files": ["a.txt"]},
    "rewindHistory": {"step": 0},
    "rewindRun": {"metricName": "_step", "metricValue": 0},
    "updateRuns": {"filters": "{}", "addTags": ["forged"]},
    "raiseAlert": {"title": "forged"},
    "notifyScriptableRunAlert": {"title": "forged", "text": "forged"},
    "updateRunState": {"state": "failed"},
    "markRunFilesUploaded": {"files": ["a.txt"]},
    "deleteRuns": {"filters": "{}"},
    "undeleteRuns": {"ids": []},
    "updateProject": {"name": "forged", "description": "forged"},
    "upsertModel": {"description": "forged"},
}
