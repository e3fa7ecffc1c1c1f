"""User: somebody, or a program, that holds API keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from runfolio_server.actions.access import Account, Owned, allowed
from runfolio_server.actions.identity.people import may_manage
from runfolio_server.context import Context
from runfolio_server.domain.permission import Permission
from runfolio_server.graph.identity.api_key import ApiKey, FirstKeys, api_key_page, api_keys_cost
from runfolio_server.graph.identity.invite import Invite, invites_to
from runfolio_server.graph.identity.session import BrowserSession, session_page
from runfolio_server.graph.identity.team_member import TeamMember, team_page_of_user
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import costs
from runfolio_server.graph.relay.connections import After, Connection, First
from runfolio_server.graph.relay.node import Node
from runfolio_server.graph.relay.node_ids import encode_node_id
from runfolio_server.graph.wandb.user import UserWireNames
from runfolio_server.sql.identity.users import SELECT_USER_BY_USERNAME, UserRow

if TYPE_CHECKING:
    from runfolio_server.graph.identity.entity import Entity
    from runfolio_server.graph.projects.project import Project
    from runfolio_server.graph.runs.run import Run

LazyEntity = Annotated["Entity", strawberry.lazy("runfolio_server.graph.identity.entity")]


@strawberry.type(description="Somebody, or a program, that holds API keys.")
class User(UserWireNames, Node):
    """One user."""

    row: strawberry.Private[UserRow]
    username: str = strawberry.field(description="Unique; also the name of the personal entity.")
    name: str = strawberry.field(description="What people read; the username where they have none.")
    kind: str = strawberry.field(description="`person`, or `service`: an account of a program, in one team.")
    created_at: datetime = strawberry.field(description="When the account was made, UTC.")

    @strawberry.field(description="Email address; null: none given, or not yours to see.")
    def email(self, info: RequestInfo) -> str | None:
        """The address, for the user and site admins."""
        return self.row.email if self._is_for(info) else None

    @strawberry.field(description="Whether a site admin: may create users and keys. Null: not yours to see.")
    def admin(self, info: RequestInfo) -> bool | None:
        """The role, for the user and site admins."""
        return self.row.is_admin if self._is_for(info) else None

    @strawberry.field(description="Since when they can do nothing, UTC; null: they can, or it is not yours to see.")
    def deactivated_at(self, info: RequestInfo) -> datetime | None:
        """When the account was closed, for the user and site admins."""
        return self.row.deactivated_at if self._is_for(info) else None

    @strawberry.field(
        description="Where projects go that name no other entity: the personal one, of a service account its team. "
        "Null: not yours to see."
    )
    async def default_entity(self, info: RequestInfo) -> LazyEntity | None:
        """The entity of what names none, for the user."""
        from runfolio_server.graph.identity.entity import Entity

        entity_id = self.row.team_id or self.row.entity_id
        if not allowed(info.context.viewer, Permission.READ, Owned(entity_id)):
            return None
        row = await info.context.loaders.entity.load(entity_id)
        return None if row is None else Entity.of(row)

    @strawberry.field(description="The teams that the user is in, and as what. Null: not yours to see.")
    async def team_memberships(
        self, info: RequestInfo, first: First = strawberry.UNSET, after: After = strawberry.UNSET
    ) -> Connection[TeamMember] | None:
        """A page of the teams, for the user and site admins."""
        return await team_page_of_user(info, self.row.user_id, first, after) if self._is_for(info) else None

    @strawberry.field(
        description="Invites to teams that you may accept: those to your name or your address, newest first, at most "
        "200. Null: not you."
    )
    async def invites(self, info: RequestInfo) -> list[Invite] | None:
        """The open invites, for the user."""
        return await invites_to(info, self.row) if self.row.user_id == info.context.viewer.user_id else None

    @strawberry.field(
        description="The valid keys under their public names, newest first. Null: not yours to see.",
        metadata=costs(api_keys_cost),
    )
    async def api_keys(
        self, info: RequestInfo, first: FirstKeys = strawberry.UNSET, after: After = strawberry.UNSET
    ) -> Connection[ApiKey] | None:
        """A page of the keys, for whoever may revoke them."""
        if not may_manage(info.context.viewer, self.row):
            return None
        return await api_key_page(info, self.row.user_id, first, after)

    @strawberry.field(description="The browsers that are signed in, newest first. Null: not yours to see.")
    async def sessions(
        self, info: RequestInfo, first: First = strawberry.UNSET, after: After = strawberry.UNSET
    ) -> Connection[BrowserSession] | None:
        """A page of the sessions, for whose they are."""
        if not allowed(info.context.viewer, Permission.EDIT, Account(self.row.user_id)):
            return None
        return await session_page(info, self.row.user_id, first, after)

    def _is_for(self, info: RequestInfo) -> bool:
        return allowed(info.context.viewer, Permission.READ, Account(self.row.user_id))

    @classmethod
    def of(cls, row: UserRow) -> User:
        """The user of a row."""
        return cls(
            id=encode_node_id("User", row.user_id),
            row=row,
            username=row.username,
            name=row.display_name or row.username,
            kind=row.kind,
            created_at=row.created_at,
        )


async def users_of(made: Sequence[Project | Run], context: Context) -> list[User | None]:
    """Who made each run or project; None for an account that is gone."""
    keys = [item.row.created_by for item in made]
    found: dict[int, User | None] = {}
    for key, row in zip(keys, await context.loaders.user.load_many(keys), strict=True):
        if key not in found:
            found[key] = None if row is None else User.of(row)
    return [found[key] for key in keys]


async def find_user(info: RequestInfo, user_id: int) -> User | None:
    """The user of this key."""
    row = await info.context.loaders.user.load(user_id)
    return None if row is None else User.of(row)


async def find_account(info: RequestInfo, username: str) -> User | None:
    """The user of this name, whose account the viewer may see."""
    async with info.context.database.connection() as connection:
        row = await connection.row(SELECT_USER_BY_USERNAME, username)
    seen = row is not None and (
        allowed(info.context.viewer, Permission.READ, Account(row.user_id)) or may_manage(info.context.viewer, row)
    )
    return User.of(row) if row is not None and seen else None
