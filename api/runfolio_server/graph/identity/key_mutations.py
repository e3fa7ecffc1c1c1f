"""API keys: made and revoked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from runfolio_server.actions.identity.api_keys import (
    DESCRIPTION_MAX,
    KEY_NAME_MAX,
    IssuedKey,
    WantedKey,
    generate_api_key,
    revoke_api_key,
)
from runfolio_server.actions.identity.users import reset_api_keys
from runfolio_server.graph.identity.api_key import ApiKey
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.node_ids import decode_uuid


@strawberry.input(description="An API key to make.")
class GenerateApiKeyInput:
    """Input of generateApiKey."""

    description: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"What it is for, at most {DESCRIPTION_MAX:,} characters; null: not told.",
    )
    username: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whose key; null: yours. Those of service accounts are made by the admins of their teams, others' "
        "by site admins only.",
    )
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"What it is called in lists, at most {KEY_NAME_MAX} characters, unique among the valid keys of "
        "its owner; null: it gets a made name, and each call makes another key.",
    )
    scope: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="How much of what its owner may do it may: `read`; `write`, which logs, changes and deletes data "
        "too; or `admin`, everything. Null: `admin` for people, `write` for service accounts.",
    )
    project_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="The only project that it leads to; null: all."
    )
    entity_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="The entity of that project; null: your own."
    )
    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="From then on it is not valid, UTC; null: never."
    )


@strawberry.type(description="What generateApiKey answers.")
class GenerateApiKeyPayload:
    """Payload of generateApiKey."""

    api_key: ApiKey = strawberry.field(description="The new key; its `name` is the whole key, shown this once.")

    @classmethod
    def of(cls, issued: IssuedKey) -> GenerateApiKeyPayload:
        """The answer with a new key."""
        return cls(api_key=ApiKey.of(issued.row, issued.key))


@strawberry.input(description="An API key to revoke.")
class DeleteApiKeyInput:
    """Input of deleteApiKey."""

    id: str = strawberry.field(description="The key's node id.")


@strawberry.type(description="What deleteApiKey answers.")
class DeleteApiKeyPayload:
    """Payload of deleteApiKey."""

    success: bool = strawberry.field(description="Always true; a key that is not yours is an error.")


@strawberry.input(description="Whose keys to revoke.")
class ResetApiKeysInput:
    """Input of resetApiKeys."""

    username: str | None = strawberry.field(
        default=strawberry.UNSET, description="Whose; null: yours. For others the rules of generateApiKey hold."
    )


@strawberry.type
class KeyMutations:
    """Changes of API keys."""

    @strawberry.mutation(description="Make an API key. Each call makes another, unless it has a name.")
    async def generate_api_key(
        self, info: RequestInfo, input: Annotated[GenerateApiKeyInput, strawberry.argument(description="The key.")]
    ) -> GenerateApiKeyPayload:
        """Make a key."""
        wanted = WantedKey(
            description=input.description or None,
            name=input.name or None,
            scope=input.scope or None,
            entity_name=input.entity_name or None,
            project_name=input.project_name or None,
            expires_at=input.expires_at or None,
        )
        issued = await generate_api_key(info.context.acting, username=input.username or None, wanted=wanted)
        return GenerateApiKeyPayload.of(issued)

    @strawberry.mutation(
        description="Revoke an API key of yours, or of somebody whose keys you may make; it stops working at once, "
        "within seconds at the latest."
    )
    async def delete_api_key(
        self, info: RequestInfo, input: Annotated[DeleteApiKeyInput, strawberry.argument(description="The key.")]
    ) -> DeleteApiKeyPayload:
        """Revoke a key."""
        await revoke_api_key(info.context.acting, decode_uuid("ApiKey", input.id))
        return DeleteApiKeyPayload(success=True)

    @strawberry.mutation(
        description="Revoke all keys of a user, the one of this request too, and make the only one that is valid."
    )
    async def reset_api_keys(
        self, info: RequestInfo, input: Annotated[ResetApiKeysInput, strawberry.argument(description="Whose keys.")]
    ) -> GenerateApiKeyPayload:
        """Revoke all keys, and make one."""
        return GenerateApiKeyPayload.of(await reset_api_keys(info.context.acting, username=input.username or None))
