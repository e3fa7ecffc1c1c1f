"""The mutations of artifacts as SDKs send them, and how somebody addresses what is not theirs by them."""

from __future__ import annotations

import base64

# A list in an input cannot be filled by name: this is the artifact that test_permissions.py makes for ada.
HERS = base64.b64encode(b"Artifact:1").decode()

_RUN = {"entityName": "entity", "projectName": "project", "runName": "run"}
_COLLECTION = {"entityName": "entity", "projectName": "project", "artifactCollectionName": "collection"}

WIRE_MUTATIONS: dict[str, tuple[str, list[dict[str, str]]]] = {
    "createArtifact": ("{ artifact { id } }", [{"entityName": "entity", "projectName": "project"}, _RUN]),
    "createArtifactManifest": ("{ artifactManifest { id } }", [{"artifactID": "artifact_id"}]),
    "updateArtifactManifest": ("{ artifactManifest { id } }", [{"artifactManifestID": "manifest_id"}]),
    "createArtifactFiles": ("{ files { totalCount } }", [{}]),
    "completeMultipartUploadArtifact": ("{ digest }", [{"artifactID": "artifact_id"}]),
    "commitArtifact": ("{ artifact { id } }", [{"artifactID": "artifact_id"}]),
    "useArtifact": ("{ artifact { id } }", [{**_RUN, "artifactID": "artifact_id"}]),
    "updateArtifact": ("{ artifact { id } }", [{"artifactID": "artifact_id"}]),
    "deleteArtifact": ("{ artifact { id } }", [{"artifactID": "artifact_id"}]),
    "addAliases": ("{ success }", [{"artifactID": "artifact_id"}]),
    "deleteAliases": ("{ success }", [{"artifactID": "artifact_id"}]),
    "linkArtifact": (
        "{ versionIndex }",
        [
            {"artifactID": "artifact_id"},
            {"artifactID": "artifact_id", "artifactPortfolioID": "collection_id"},
            {"artifactID": "artifact_id", "entityName": "entity", "projectName": "project"},
        ],
    ),
    "unlinkArtifact": ("{ success }", [{"artifactID": "artifact_id", "artifactPortfolioID": "collection_id"}]),
    "updateArtifactSequence": ("{ artifactCollection { id } }", [{"artifactSequenceID": "collection_id"}]),
    "updateArtifactPortfolio": ("{ artifactCollection { id } }", [{"artifactPortfolioID": "collection_id"}]),
    "moveArtifactSequence": ("{ artifactCollection { id } }", [{"artifactSequenceID": "collection_id"}]),
    "deleteArtifactSequence": ("{ artifactCollection { id } }", [{"artifactSequenceID": "collection_id"}]),
    "deleteArtifactPortfolio": ("{ artifactCollection { id } }", [{"artifactPortfolioID": "collection_id"}]),
    "createArtifactCollectionTagAssignments": ("{ tags { id } }", [_COLLECTION]),
    "deleteArtifactCollectionTagAssignments": ("{ success }", [_COLLECTION]),
}
WIRE_REQUIRED: dict[str, dict[str, object]] = {
    "createArtifact": {"artifactTypeName": "model", "artifactCollectionName": "forged", "digest": "0" * 32},
    "createArtifactManifest": {
        "name": "forged",
        "digest": "",
        "entityName": "eve",
        "projectName": "own",
        "runName": "own-run",
    },
    "createArtifactFiles": {
        "artifactFiles": [{"artifactID": HERS, "name": "forged", "md5": "1B2M2Y8AsgTpgAmY7PhCfg=="}],
        "storageLayout": "V2",
    },
    "completeMultipartUploadArtifact": {
        "completeMultipartAction": "Complete",
        "completedParts": [],
        "storagePath": "forged",
        "uploadID": "forged",
    },
    "updateArtifact": {"description": "forged"},
    "deleteArtifact": {"deleteAliases": True},
    "addAliases": {"aliases": []},
    "deleteAliases": {"aliases": []},
    "linkArtifact": {"artifactPortfolioName": "forged"},
    "updateArtifactSequence": {"name": "forged"},
    "updateArtifactPortfolio": {"name": "forged"},
    "moveArtifactSequence": {"destinationArtifactTypeName": "forged"},
    "createArtifactCollectionTagAssignments": {"tags": [{"tagName": "forged"}]},
    "deleteArtifactCollectionTagAssignments": {"tags": [{"tagName": "forged"}]},
}
