"""Inputs of the mutations by which the W&B SDK uses, changes, links and deletes artifacts and their collections."""

from __future__ import annotations

import strawberry

from runfolio_server.graph.relay.scalars import Int64, JSONString
from runfolio_server.graph.wandb.artifact_input import ArtifactAliasInput, TagInput, optional


@strawberry.input(description="An artifact that a run uses.")
class UseArtifactInput:
    """Input of useArtifact."""

    artifact_id: strawberry.ID = strawberry.field(name="artifactID", description="The artifact.")
    entity_name: str = strawberry.field(description="The run's entity; empty means your own.")
    project_name: str = strawberry.field(description="The run's project.")
    run_name: str = strawberry.field(description="The run.")
    used_as: str | None = optional("What it is to the run.")
    artifact_entity_name: str | None = optional("Ignored: the artifact has one.")
    artifact_project_name: str | None = optional("Ignored: the artifact has one.")
    client_mutation_id: str | None = optional("Ignored.")


@strawberry.input(description="An artifact to change. Null and absent leave a field as it is.")
class UpdateArtifactInput:
    """Input of updateArtifact."""

    artifact_id: strawberry.ID = strawberry.field(name="artifactID", description="The artifact.")
    description: str | None = optional("Text for people.")
    metadata: JSONString | None = optional("A JSON object: all of it.")
    labels: JSONString | None = optional("Ignored.")
    ttl_duration_seconds: Int64 | None = optional("How long it is kept; -1: as is usual, -2: for good.")
    tags_to_add: list[TagInput] | None = optional("Tags to add.")
    tags_to_delete: list[TagInput] | None = optional("Tags to take away.")
    aliases: list[ArtifactAliasInput] | None = optional("Ignored: addAliases and deleteAliases come before.")
    client_mutation_id: str | None = optional("Ignored.")


@strawberry.input(description="An artifact to delete.")
class DeleteArtifactInput:
    """Input of deleteArtifact."""

    artifact_id: strawberry.ID = strawberry.field(name="artifactID", description="The artifact.")
    delete_aliases: bool | None = optional("Also when it has aliases.")
    client_mutation_id: str | None = optional("Ignored.")


@strawberry.input(description="An alias of a collection anywhere.")
class ArtifactCollectionAliasInput:
    """One alias."""

    entity_name: str = strawberry.field(description="The collection's entity.")
    project_name: str = strawberry.field(description="The collection's project.")
    artifact_collection_name: str = strawberry.field(description="The collection.")
    alias: str = strawberry.field(description="The alias.")


@strawberry.input(description="Aliases to give to an artifact.")
class AddAliasesInput:
    """Input of addAliases."""

    artifact_id: strawberry.ID = strawberry.field(name="artifactID", description="The artifact.")
    aliases: list[ArtifactCollectionAliasInput] = strawberry.field(description="The aliases.")
    client_mutation_id: str | None = optional("Ignored.")


@strawberry.input(description="Aliases to take from an artifact.")
class DeleteAliasesInput:
    """Input of deleteAliases."""

    artifact_id: strawberry.ID = strawberry.field(name="artifactID", description="The artifact.")
    aliases: list[ArtifactCollectionAliasInput] = strawberry.field(description="The aliases.")
    client_mutation_id: str | None = optional("Ignored.")


@strawberry.input(description="An artifact to link into a portfolio, by its id or by the id that the SDK gave it.")
class LinkArtifactInput:
    """Input of linkArtifact."""

    artifact_id: strawberry.ID | None = optional("The artifact.", "artifactID")
    client_id: strawberry.ID | None = optional("What the SDK called it.", "clientID")
    artifact_portfolio_id: strawberry.ID | None = optional("The portfolio.", "artifactPortfolioID")
    artifact_portfolio_name: str | None = optional("The portfolio, made when there is none.")
    entity_name: str | None = optional("The portfolio's entity.")
    project_name: str | None = optional("The portfolio's project, made when there is none.")
    aliases: list[ArtifactAliasInput] | None = optional("Aliases in the portfolio.")
    client_mutation_id: str | None = optional("Ignored.")


@strawberry.input(description="An artifact to take out of a portfolio.")
class UnlinkArtifactInput:
    """Input of unlinkArtifact."""

    artifact_id: strawberry.ID = strawberry.field(name="artifactID", description="The artifact.")
    artifact_portfolio_id: strawberry.ID = strawberry.field(name="artifactPortfolioID", description="The portfolio.")
    client_mutation_id: str | None = optional("Ignored.")


@strawberry.input(description="A sequence to change; null and absent leave a field as it is.")
class UpdateArtifactSequenceInput:
    """Input of updateArtifactSequence."""

    artifact_sequence_id: strawberry.ID = strawberry.field(name="artifactSequenceID", description="The sequence.")
    name: str | None = optional("Its name from now on.")
    description: str | None = optional("Text for people.")
    client_mutation_id: str | None = optional("Ignored.")


@strawberry.input(description="A portfolio to change; null and absent leave a field as it is.")
class UpdateArtifactPortfolioInput:
    """Input of updateArtifactPortfolio."""

    artifact_portfolio_id: strawberry.ID = strawberry.field(name="artifactPortfolioID", description="The portfolio.")
    name: str | None = optional("Its name from now on.")
    description: str | None = optional("Text for people.")
    client_mutation_id: str | None = optional("Ignored.")


@strawberry.input(description="A sequence whose type changes.")
class MoveArtifactSequenceInput:
    """Input of moveArtifactSequence."""

    artifact_sequence_id: strawberry.ID = strawberry.field(name="artifactSequenceID", description="The sequence.")
    destination_artifact_type_name: str = strawberry.field(description="Its type from now on, made if there is none.")
    client_mutation_id: str | None = optional("Ignored.")


@strawberry.input(description="A sequence to delete.")
class DeleteArtifactSequenceInput:
    """Input of deleteArtifactSequence."""

    artifact_sequence_id: strawberry.ID = strawberry.field(name="artifactSequenceID", description="The sequence.")


@strawberry.input(description="A portfolio to delete.")
class DeleteArtifactPortfolioInput:
    """Input of deleteArtifactPortfolio."""

    artifact_portfolio_id: strawberry.ID = strawberry.field(name="artifactPortfolioID", description="The portfolio.")


@strawberry.input(description="Tags to give to a collection.")
class CreateArtifactCollectionTagAssignmentsInput:
    """Input of createArtifactCollectionTagAssignments."""

    entity_name: str = strawberry.field(description="The collection's entity.")
    project_name: str = strawberry.field(description="The collection's project.")
    artifact_collection_name: str = strawberry.field(description="The collection.")
    tags: list[TagInput] = strawberry.field(description="The tags.")
    client_mutation_id: str | None = optional("Ignored.", "clientMutationID")


@strawberry.input(description="Tags to take from a collection.")
class DeleteArtifactCollectionTagAssignmentsInput:
    """Input of deleteArtifactCollectionTagAssignments."""

    entity_name: str = strawberry.field(description="The collection's entity.")
    project_name: str = strawberry.field(description="The collection's project.")
    artifact_collection_name: str = strawberry.field(description="The collection.")
    tags: list[TagInput] = strawberry.field(description="The tags.")
    client_mutation_id: str | None = optional("Ignored.", "clientMutationID")
