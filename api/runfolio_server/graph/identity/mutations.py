"""Users: made and changed."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.actions.identity.users import DISPLAYED_NAME_MAX, create_user, set_active, update_user
from runfolio_server.graph.identity.invite_mutations import InviteMutations
from runfolio_server.graph.identity.key_mutations import KeyMutations
from runfolio_server.graph.identity.team_mutations import TeamMutations
from runfolio_server.graph.identity.user import User
from runfolio_server.graph.info import RequestInfo


@strawberry.input(description="A user to make.")
class CreateUserInput:
    """Input of createUser."""

    username: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="1 to 63 of a-z 0-9 _ . -; unique. Null: the part of the email before the @.",
    )
    email: str | None = strawberry.field(default=strawberry.UNSET, description="Email address, unique; null: none.")
    admin: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether a site admin; false unless told."
    )


@strawberry.type(description="What createUser answers.")
class CreateUserPayload:
    """Payload of createUser."""

    user: User = strawberry.field(description="The new user; there is no key until one is generated.")


@strawberry.input(description="What to change of a user. Null and absent leave a field as it is.")
class UpdateUserInput:
    """Input of updateUser."""

    username: str | None = strawberry.field(default=strawberry.UNSET, description="Whom; null: you.")
    display_name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"What people read, at most {DISPLAYED_NAME_MAX} characters; empty: the username.",
    )
    email: str | None = strawberry.field(
        default=strawberry.UNSET, description="Email address, unique; empty: none. By site admins only."
    )
    admin: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether a site admin. By site admins only, and not of the last one."
    )


@strawberry.input(description="A user to shut out or to let in.")
class UserActivityInput:
    """Input of deactivateUser and activateUser."""

    username: str = strawberry.field(description="The user.")


@strawberry.type(description="A user that was changed.")
class UserPayload:
    """Payload of updateUser, deactivateUser and activateUser."""

    user: User = strawberry.field(description="The user as they are now.")


@strawberry.type
class UserMutations(KeyMutations, TeamMutations, InviteMutations):
    """Changes of users, their keys, teams and who is in them."""

    @strawberry.mutation(description="Make a user with a personal entity of its name. Site admins only.")
    async def create_user(
        self, info: RequestInfo, input: Annotated[CreateUserInput, strawberry.argument(description="The user.")]
    ) -> CreateUserPayload:
        """Make a user."""
        username = input.username or (input.email or "").partition("@")[0].lower()
        row = await create_user(
            info.context.acting, username=username, email=input.email or None, admin=bool(input.admin)
        )
        return CreateUserPayload(user=User.of(row))

    @strawberry.mutation(description="Change what a user is called; as a site admin also their address and role.")
    async def update_user(
        self, info: RequestInfo, input: Annotated[UpdateUserInput, strawberry.argument(description="The change.")]
    ) -> UserPayload:
        """Change a user."""
        row = await update_user(
            info.context.acting,
            username=input.username or None,
            display_name=None if input.display_name is strawberry.UNSET else input.display_name,
            email=None if input.email is strawberry.UNSET else input.email,
            admin=None if input.admin is strawberry.UNSET else input.admin,
        )
        return UserPayload(user=User.of(row))

    @strawberry.mutation(
        description="Revoke all keys of a user, who may do nothing from then on. Site admins only; not the last one."
    )
    async def deactivate_user(
        self, info: RequestInfo, input: Annotated[UserActivityInput, strawberry.argument(description="The user.")]
    ) -> UserPayload:
        """Shut a user out."""
        return UserPayload(user=User.of(await set_active(info.context.acting, username=input.username, active=False)))

    @strawberry.mutation(description="Let a user in again, who has no key until one is generated. Site admins only.")
    async def activate_user(
        self, info: RequestInfo, input: Annotated[UserActivityInput, strawberry.argument(description="The user.")]
    ) -> UserPayload:
        """Let a user in."""
        return UserPayload(user=User.of(await set_active(info.context.acting, username=input.username, active=True)))
