"""Users and API keys."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.actions.identity.users import create_user, generate_api_key, revoke_api_key
from runfolio_server.graph.identity.api_key import ApiKey
from runfolio_server.graph.identity.user import User
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.node_ids import decode_uuid, encode_node_id


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


@strawberry.input(description="An API key to make.")
class GenerateApiKeyInput:
    """Input of generateApiKey."""

    description: str | None = strawberry.field(default=strawberry.UNSET, description="What it is for; null: not told.")
    username: str | None = strawberry.field(
        default=strawberry.UNSET, description="Whose key; null: yours. Others' keys are made by site admins only."
    )


@strawberry.type(description="What generateApiKey answers.")
class GenerateApiKeyPayload:
    """Payload of generateApiKey."""

    api_key: ApiKey = strawberry.field(description="The new key; its `name` is the whole key, shown this once.")


@strawberry.input(description="An API key to revoke.")
class DeleteApiKeyInput:
    """Input of deleteApiKey."""

    id: str = strawberry.field(description="The key's node id.")


@strawberry.type(description="What deleteApiKey answers.")
class DeleteApiKeyPayload:
    """Payload of deleteApiKey."""

    success: bool = strawberry.field(description="Always true; a key that is not yours is an error.")


@strawberry.type
class UserMutations:
    """Changes of users."""

    @strawberry.mutation(description="Make a user with a personal entity of its name. Site admins only.")
    async def create_user(
        self, info: RequestInfo, input: Annotated[CreateUserInput, strawberry.argument(description="The user.")]
    ) -> CreateUserPayload:
        """Make a user."""
        context = info.context
        username = input.username or (input.email or "").partition("@")[0].lower()
        row = await create_user(
            context.database, context.viewer, username=username, email=input.email or None, admin=bool(input.admin)
        )
        return CreateUserPayload(user=User.of(row))

    @strawberry.mutation(description="Make an API key. Each call makes another.")
    async def generate_api_key(
        self, info: RequestInfo, input: Annotated[GenerateApiKeyInput, strawberry.argument(description="The key.")]
    ) -> GenerateApiKeyPayload:
        """Make a key."""
        issued = await generate_api_key(
            info.context.database,
            info.context.viewer,
            username=input.username or None,
            description=input.description or None,
        )
        return GenerateApiKeyPayload(
            api_key=ApiKey(
                id=encode_node_id("ApiKey", issued.api_key_id),
                name=issued.key,
                description=issued.description,
                created_at=None,
                last_used_at=None,
            )
        )

    @strawberry.mutation(
        description="Revoke one of your API keys; it stops working at once, within seconds at the latest."
    )
    async def delete_api_key(
        self, info: RequestInfo, input: Annotated[DeleteApiKeyInput, strawberry.argument(description="The key.")]
    ) -> DeleteApiKeyPayload:
        """Revoke a key."""
        context = info.context
        key_id = decode_uuid("ApiKey", input.id)
        await revoke_api_key(context.database, context.remembered_access, context.wake_up, context.viewer, key_id)
        return DeleteApiKeyPayload(success=True)
