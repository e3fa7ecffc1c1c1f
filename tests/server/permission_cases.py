"""What addresses things: a document for each field that finds something.

Used by test_permissions.py; the values are names of its `Names`.
"""

from __future__ import annotations

# One document for each field of Query that has arguments, and each field below it that finds by name.
QUERIES: dict[str, tuple[str, ...]] = {
    "Query.entity": ("entity",),
    "Query.user": ("username",),
    "Query.project": ("project", "entity"),
    "Query.projects": ("entity",),
    "Query.deletedProjects": ("entity",),
    "Query.organization": ("entity",),
    "Query.model": ("project", "entity"),
    "Query.models": ("entity",),
    "Entity.project": ("project",),
    "Project.run": ("project", "run"),
    "Project.bucket": ("project", "run"),
    "Project.artifact": ("artifact",),
    "Project.artifactCollectionMembership": ("artifact",),
    "Project.artifactCollection": ("collection",),
    "Project.artifactType": ("artifact",),
    "ArtifactType.artifact": ("artifact",),
    "ArtifactType.artifactCollection": ("collection",),
    "ArtifactType.artifactSequence": ("collection",),
    "Query.artifact": ("artifact_id",),
    "Query.artifactCollection": ("collection_id",),
    "Run.inputs": ("collection",),
    "Run.outputs": ("collection",),
}
DOCUMENTS = {
    "Query.entity": "query($entity: String!) { entity(name: $entity) { id name kind createdAt } }",
    "Query.user": "query($username: String!) { user(username: $username) { id } }",
    "Query.project": "query($project: String, $entity: String) { project(name: $project, entityName: $entity) { id } }",
    "Query.projects": "query($entity: String) { projects(entityName: $entity) { totalCount edges { node { id } } } }",
    "Query.deletedProjects": (
        "query($entity: String) { deletedProjects(entityName: $entity) { totalCount edges { node { id } } } }"
    ),
    "Query.organization": "query($entity: String!) { organization(name: $entity) { __typename } }",
    "Query.model": "query($project: String, $entity: String) { model(name: $project, entityName: $entity) { id } }",
    "Query.models": "query($entity: String) { models(entityName: $entity) { totalCount edges { node { id } } } }",
    "Entity.project": "query($project: String!) { viewer { defaultEntity { project(name: $project) { id } } } }",
    "Project.run": 'query($run: String!) { project(name: "own") { run(name: $run) { id } } }',
    "Project.bucket": 'query($run: String!) { project(name: "own") { bucket(name: $run, missingOk: true) { id } } }',
    "Project.artifact": 'query($artifact: String!) { project(name: "own") { artifact(name: $artifact) { id } } }',
    "Project.artifactCollectionMembership": (
        'query($artifact: String!) { project(name: "own") { artifactCollectionMembership(name: $artifact) { id } } }'
    ),
    "Project.artifactCollection": (
        'query($collection: String!) { project(name: "own") { artifactCollection(name: $collection) { id } } }'
    ),
    "Project.artifactType": '{ project(name: "own") { artifactType(name: "model") { id } } }',
    "ArtifactType.artifact": (
        'query($artifact: String!) { project(name: "own") { artifactType(name: "own") {'
        " artifact(name: $artifact) { id } } } }"
    ),
    "ArtifactType.artifactCollection": (
        'query($collection: String!) { project(name: "own") { artifactType(name: "own") {'
        " artifactCollection(name: $collection) { id } } } }"
    ),
    "ArtifactType.artifactSequence": (
        'query($collection: String!) { project(name: "own") { artifactType(name: "own") {'
        " artifactSequence(name: $collection) { id } } } }"
    ),
    "Query.artifact": "query($artifact_id: ID!) { artifact(id: $artifact_id) { id } }",
    "Query.artifactCollection": "query($collection_id: ID!) { artifactCollection(id: $collection_id) { id } }",
    "Run.inputs": (
        'query($collection: String!) { project(name: "own") { run(name: "own-run") {'
        " inputs(name: $collection) { edges { node { artifact { id } } } } } } }"
    ),
    "Run.outputs": (
        'query($collection: String!) { project(name: "own") { run(name: "own-run") {'
        " outputs(name: $collection) { edges { node { artifact { id } } } } } } }"
    ),
}
# Arguments by which something is found; all others choose among what was found already.
FINDING = {"name", "entityName", "projectName", "runName", "id", "username"}
