"""Wire names of the mutation root about projects: UpsertModelInput → actions/projects/."""

from __future__ import annotations

from typing import Annotated, Final

import strawberry

from runfolio_server.actions.access import checked_project
from runfolio_server.actions.projects.lifecycle import (
    MadeProject,
    ProjectChange,
    create_project,
    delete_project,
    update_project,
)
from runfolio_server.domain.permission import Permission, Visibility
from runfolio_server.errors import AppError
from runfolio_server.filters.error_excerpt import value_excerpt
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.projects.project import Project
from runfolio_server.graph.relay.node_ids import decode_number
from runfolio_server.graph.relay.scalars import JSONString
from runfolio_server.graph.wandb.deprecation import instead
from runfolio_server.sql.projects.projects import ProjectRow

VISIBILITY_OF_ACCESS: Final = {
    "PRIVATE": Visibility.PRIVATE,
    "RESTRICTED": Visibility.PRIVATE,
    "ENTITY_WRITE": Visibility.PRIVATE,
    "ENTITY_READ": Visibility.PUBLIC,
    "USER_READ": Visibility.PUBLIC,
    "USER_WRITE": Visibility.OPEN,
}
"""What SDKs and their web pages call who sees a project."""


def _ignored(name: str | None = None) -> str | None:
    field: str | None = strawberry.field(default=strawberry.UNSET, description="Ignored.", name=name)
    return field


@strawberry.input(description="A project to make or change, as the W&B SDK sends it. Null and absent leave a field.")
class UpsertModelInput:
    """Input of upsertModel."""

    id: str | None = strawberry.field(
        default=strawberry.UNSET, description="Node id of the project; null: it is named by entity and name."
    )
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Its name in URLs.")
    entity_name: str | None = strawberry.field(default=strawberry.UNSET, description="Its entity; null: your own.")
    description: str | None = strawberry.field(default=strawberry.UNSET, description="Text for people.")
    access: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"Who else sees it: {', '.join(VISIBILITY_OF_ACCESS)}."
    )
    client_mutation_id: str | None = _ignored()
    docker_image: str | None = _ignored()
    framework: str | None = _ignored()
    is_benchmark: bool | None = strawberry.field(default=strawberry.UNSET, description="Ignored.")
    is_published: bool | None = strawberry.field(default=strawberry.UNSET, description="Ignored.")
    owner: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Ignored.")
    repo: str | None = _ignored()
    views: JSONString | None = strawberry.field(default=strawberry.UNSET, description="Ignored.")
    allow_all_artifact_types_in_registry: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Ignored."
    )


@strawberry.type(description="What upsertModel answers.")
class UpsertModelPayload:
    """Payload of upsertModel."""

    project: Project | None = strawberry.field(description="The project as it is now.")
    model: Project | None = strawberry.field(description="The same.")
    inserted: bool | None = strawberry.field(description="Whether it was made just now.")


@strawberry.input(description="A project to delete, as the W&B SDK sends it.")
class DeleteModelInput:
    """Input of deleteModel."""

    id: str | None = strawberry.field(
        default=strawberry.UNSET, description="Node id of the project; null: it is named by entity and name."
    )
    entity_name: str | None = strawberry.field(default=strawberry.UNSET, description="Its entity; null: your own.")
    project_name: str | None = strawberry.field(default=strawberry.UNSET, description="Its name.")
    client_mutation_id: str | None = _ignored()


@strawberry.type(description="What deleteModel answers.")
class DeleteModelPayload:
    """Payload of deleteModel."""

    success: bool | None = strawberry.field(description="Always true; a project that is not there is an error.")
    client_mutation_id: str | None = strawberry.field(description="Always null.")


@strawberry.type
class ProjectMutationWireNames:
    """Wire names of changes of projects."""

    @strawberry.mutation(
        deprecation_reason=instead("createProject or updateProject"),
        description="Make a project, or change the one of this id or name. Idempotent.",
    )
    async def upsert_model(
        self, info: RequestInfo, input: Annotated[UpsertModelInput, strawberry.argument(description="The project.")]
    ) -> UpsertModelPayload | None:
        """Sent by Api().create_project()."""
        context = info.context
        if input.id:
            made = MadeProject(await _changed(info, decode_number("Project", input.id), input), is_new=False)
        elif not input.name:
            raise AppError("name is missing; give the project's name, or its id.", path="input.name")
        else:
            entity_name, description = input.entity_name or None, input.description or None
            visibility = _visibility(input.access)
            made = await create_project(
                context.database,
                context.viewer,
                entity_name,
                input.name,
                description,
                visibility or Visibility.PRIVATE,
            )
            if (description or visibility) and not made.is_new:
                made = MadeProject(await _changed(info, made.row.project_id, input), is_new=False)
        project = Project.of(made.row)
        return UpsertModelPayload(project=project, model=project, inserted=made.is_new)

    @strawberry.mutation(deprecation_reason=instead("deleteProject"), description="Delete a project with its runs.")
    async def delete_model(
        self, info: RequestInfo, input: Annotated[DeleteModelInput, strawberry.argument(description="The project.")]
    ) -> DeleteModelPayload | None:
        """Sent when a registry is deleted. Idempotent by id; by name, a repeat finds nothing and says so."""
        context = info.context
        if input.id:
            project_id = decode_number("Project", input.id)
        else:
            async with context.database.connection() as connection:
                project = await checked_project(
                    connection,
                    context.viewer,
                    Permission.MANAGE,
                    input.entity_name or None,
                    input.project_name or "",
                    path="input",
                )
            project_id = project.project_id
        await delete_project(context.database, context.remembered_access, context.viewer, project_id)
        return DeleteModelPayload(success=True, client_mutation_id=None)


def _visibility(access: str | None) -> Visibility | None:
    """What an SDK's word for it means; None: it says nothing. Raises AppError for another word."""
    if not access:
        return None
    if access not in VISIBILITY_OF_ACCESS:
        allowed = tuple(VISIBILITY_OF_ACCESS)
        raise AppError(
            f"access is {value_excerpt(access)}; allowed: {', '.join(allowed)}", path="input.access", allowed=allowed
        )
    return VISIBILITY_OF_ACCESS[access]


async def _changed(info: RequestInfo, project_id: int, input: UpsertModelInput) -> ProjectRow:
    context = info.context
    change = ProjectChange(
        input.name or None,
        input.description or None,
        is_described=bool(input.description),
        visibility=_visibility(input.access),
    )
    return await update_project(context.database, context.remembered_access, context.viewer, project_id, change)
