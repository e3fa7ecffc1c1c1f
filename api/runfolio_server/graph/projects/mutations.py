"""Projects by hand."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.actions.projects.lifecycle import (
    DESCRIPTION_MAX,
    ProjectChange,
    create_project,
    delete_project,
    restore_project,
    update_project,
)
from runfolio_server.domain.names import PROJECT_NAME_MAX
from runfolio_server.domain.permission import Visibility
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.projects.project import Project
from runfolio_server.graph.projects.visibility import ProjectVisibility, visibility_of
from runfolio_server.graph.relay.node_ids import decode_number

_NAME_TOLD = f"Its name in URLs, 1 to {PROJECT_NAME_MAX} characters; unique in its entity"


@strawberry.input(description="A project to make.")
class CreateProjectInput:
    """Input of createProject."""

    name: str = strawberry.field(description=f"{_NAME_TOLD}.")
    entity_name: str | None = strawberry.field(default=strawberry.UNSET, description="Its entity; null: your own.")
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"Text for people, at most {DESCRIPTION_MAX} characters; null: none."
    )
    visibility: ProjectVisibility | None = strawberry.field(
        default=strawberry.UNSET,
        description="Who else sees it; null: nobody. More than that is for admins of the entity.",
    )


@strawberry.type(description="What createProject answers.")
class CreateProjectPayload:
    """Payload of createProject."""

    project: Project = strawberry.field(description="The project of this name.")
    inserted: bool = strawberry.field(description="Whether it was made just now; else it was there, and stays so.")


@strawberry.input(description="What to change of a project. An absent field stays as it is.")
class UpdateProjectInput:
    """Input of updateProject."""

    id: strawberry.ID = strawberry.field(description="The project's node id.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"{_NAME_TOLD}. Null leaves it. The former name leads to the project until another has it.",
    )
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"Text for people, at most {DESCRIPTION_MAX} characters; null clears it."
    )
    visibility: ProjectVisibility | None = strawberry.field(
        default=strawberry.UNSET, description="Who else sees it, for admins of its entity to decide; null leaves it."
    )


@strawberry.type(description="What updateProject answers.")
class UpdateProjectPayload:
    """Payload of updateProject."""

    project: Project = strawberry.field(description="The project as it is now.")


@strawberry.input(description="A project to delete.")
class DeleteProjectInput:
    """Input of deleteProject."""

    id: strawberry.ID = strawberry.field(description="The project's node id.")


@strawberry.type(description="What deleteProject answers.")
class DeleteProjectPayload:
    """Payload of deleteProject."""

    success: bool = strawberry.field(description="Always true; a project that is not there is an error.")


@strawberry.input(description="A deleted project to bring back.")
class RestoreProjectInput:
    """Input of restoreProject."""

    id: strawberry.ID = strawberry.field(description="The project's node id.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"{_NAME_TOLD}. Null: the one that it had; another may have it by now."
    )


@strawberry.type(description="What restoreProject answers.")
class RestoreProjectPayload:
    """Payload of restoreProject."""

    project: Project = strawberry.field(description="The project as it was.")


@strawberry.type
class ProjectMutations:
    """Changes of projects."""

    @strawberry.mutation(description="Make a project; one of this name stays as it is. Idempotent.")
    async def create_project(
        self, info: RequestInfo, input: Annotated[CreateProjectInput, strawberry.argument(description="The project.")]
    ) -> CreateProjectPayload:
        """Make a project."""
        context = info.context
        made = await create_project(
            context.database,
            context.viewer,
            input.entity_name or None,
            input.name,
            input.description or None,
            visibility_of(input.visibility) or Visibility.PRIVATE,
        )
        return CreateProjectPayload(project=Project.of(made.row), inserted=made.is_new)

    @strawberry.mutation(description="Rename or describe a project, or let others see it. Idempotent.")
    async def update_project(
        self, info: RequestInfo, input: Annotated[UpdateProjectInput, strawberry.argument(description="The change.")]
    ) -> UpdateProjectPayload:
        """Change a project."""
        context = info.context
        change = ProjectChange(
            input.name if isinstance(input.name, str) else None,
            input.description or None,
            is_described=input.description is not strawberry.UNSET,
            visibility=visibility_of(input.visibility),
        )
        project_id = decode_number("Project", input.id)
        row = await update_project(context.database, context.remembered_access, context.viewer, project_id, change)
        return UpdateProjectPayload(project=Project.of(row))

    @strawberry.mutation(
        description="Delete a project with its runs; its name is free. It can be restored for days. Idempotent."
    )
    async def delete_project(
        self, info: RequestInfo, input: Annotated[DeleteProjectInput, strawberry.argument(description="The project.")]
    ) -> DeleteProjectPayload:
        """Delete a project."""
        context, project_id = info.context, decode_number("Project", input.id)
        await delete_project(context.database, context.remembered_access, context.viewer, project_id)
        return DeleteProjectPayload(success=True)

    @strawberry.mutation(description="Bring a deleted project back as it was. Idempotent.")
    async def restore_project(
        self, info: RequestInfo, input: Annotated[RestoreProjectInput, strawberry.argument(description="The project.")]
    ) -> RestoreProjectPayload:
        """Restore a project."""
        context, project_id = info.context, decode_number("Project", input.id)
        name = input.name if isinstance(input.name, str) else None
        row = await restore_project(context.database, context.remembered_access, context.viewer, project_id, name)
        return RestoreProjectPayload(project=Project.of(row))
