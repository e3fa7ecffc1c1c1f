"""The table of permissions: who may do what with an entity's things, with accounts and with the site."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from runfolio_server.actions.access import SITE, Account, Guarded, Owned, allowed, check_site
from runfolio_server.domain.permission import PERMISSIONS_OF_ROLE, Permission, Role, entity_ids
from runfolio_server.domain.viewer import ANONYMOUS, Viewer
from runfolio_server.errors import Forbidden
from runfolio_server.sql.access import Asked, bound_access, expand

ADA = Viewer(1, 11, "ada", None, is_admin=True, created_at=datetime(2026, 11, 3, tzinfo=UTC))
EVE = Viewer(2, 12, "eve", None, is_admin=False, created_at=datetime(2026, 11, 3, tzinfo=UTC))
EVERYTHING = set(Permission)


@pytest.mark.parametrize(
    ("viewer", "guarded", "permissions"),
    [
        (EVE, Owned(12), EVERYTHING),
        (EVE, Owned(11), set()),
        (ADA, Owned(11), EVERYTHING),
        (ADA, Owned(12), set()),
        (EVE, Account(2), EVERYTHING),
        (EVE, Account(1), set()),
        (ADA, Account(1), EVERYTHING),
        (ADA, Account(2), {Permission.READ}),
        (EVE, SITE, set()),
        (ADA, SITE, EVERYTHING),
    ],
)
def test_a_viewer_may_do_this_and_nothing_else(viewer: Viewer, guarded: Guarded, permissions: set[Permission]) -> None:
    assert permissions == {permission for permission in Permission if allowed(viewer, permission, guarded)}


@pytest.mark.parametrize("permission", Permission)
def test_a_viewer_may_do_everything_in_the_personal_entity_alone(permission: Permission) -> None:
    assert [12] == entity_ids(EVE, permission)
    assert [11] == entity_ids(ADA, permission)


def test_every_role_has_a_line_of_permissions() -> None:
    assert set(Role) == set(PERMISSIONS_OF_ROLE)


def test_who_is_no_site_admin_is_told_so() -> None:
    check_site(ADA, Permission.MANAGE, "create users")

    with pytest.raises(Forbidden, match=r"^Only a site admin may create users; eve is not one\.$"):
        check_site(EVE, Permission.MANAGE, "create users")


@pytest.mark.parametrize("permission", Permission)
def test_a_statement_says_which_permission_it_asks_for(permission: Permission) -> None:
    sql, asked = expand(f"p.name = $1 AND {{{{may {permission} project p $2}}}}")

    assert Asked(permission, 2, of_project=True) == asked
    assert sql.startswith("p.name = $1 AND (p.entity_id = ANY (($2::bigint[])[4:]) OR p.visibility <> 'private' AND ")
    assert sql.endswith(" AND ($2::bigint[])[1] IN (0, p.project_id) AND p.deleted_at IS NULL")
    assert ("e.entity_id = ANY (($2::bigint[])[4:])", Asked(permission, 2, of_entity=True)) == expand(
        "{{may ? entity e $2}}", permission
    )
    assert ("r.name = $1", None) == expand("r.name = $1")


@pytest.mark.parametrize(
    "sql",
    [
        "{{may fly project p $1}}",
        "{{may read planet p $1}}",
        "{{may read project p}}",
        "{{may ? project p $1}}",
        "{{may read project p $1}} AND {{may edit project p $1}}",
        "{{may read project p $1}} AND {{may read project p $2}}",
        "{{may read run r $1}}",
        "{{may read project r in p $1}}",
    ],
)
def test_a_statement_that_does_not_ask_for_one_thing_is_refused(sql: str) -> None:
    with pytest.raises(LookupError):
        expand(sql)


def test_the_viewer_is_bound_as_their_key_how_open_a_project_must_be_themselves_and_their_entities() -> None:
    asked = Asked(Permission.EDIT, 2)
    member = msgspec.structs.replace(EVE, team_roles={20: "member", 21: "viewer"}, key_project_id=7)

    assert ("name", [0, 0, 2, 12], 3) == asked.bind(("name", EVE, 3))
    assert [7, 0, 2, 20, 12] == bound_access(member, Permission.EDIT, of_project=False)
    assert [7, 2, 2, 20, 21, 12] == bound_access(member, Permission.READ, of_project=False)
    assert [0, 1, 2, 12] == bound_access(EVE, Permission.LOG, of_project=True)
    assert [0, 2, 0] == bound_access(ANONYMOUS, Permission.READ, of_project=True)
    assert [0, 0, 0] == bound_access(ANONYMOUS, Permission.LOG, of_project=True)
    for arguments in (("name", [12], 3), ("name",)):
        with pytest.raises(TypeError, match="argument 2 must be the viewer"):
            asked.bind(arguments)
