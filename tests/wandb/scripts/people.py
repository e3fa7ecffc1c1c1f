"""Users, keys, a team, its members, invites and service accounts, as administrators manage them by wandb.Api()."""

from typing import Any

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer


def is_gone(member: Any) -> bool:
    """Whether the member could be deleted; where not, some versions say so and others raise."""
    try:
        return bool(member.delete())
    except wandb.errors.CommError:
        return False


team_name, email, guest = ARGUMENTS["team"], ARGUMENTS["email"], ARGUMENTS["guest"]
api = wandb.Api()
user = api.create_user(email)
me = api.viewer
# Up to 0.22 the SDK signs in for this with a key that it takes from the list of keys, where only names are.
key = me.generate_api_key("from the SDK") if ARGUMENTS["generates"] else None
works = key and wandb.Api(api_key=key).viewer.username
listed = wandb.Api().viewer
deleted = listed.delete_api_key(listed.api_keys[0])

team = api.create_team(team_name)
invited = [team.invite(guest), team.invite(guest), team.invite(email, admin=True), team.invite("nobody")]
account = team.create_service_account("nightly builds")
found = api.team(team_name).members
gone = [member for member in found if member.pending or member.account_type == "SERVICE"]
answer(
    {
        "user": [user.username, user.email, user.admin],
        "key": [len(key or ""), works, deleted],
        "team": [team.name, team.is_team, team.available, team.read_only],
        "invited": invited,
        "account": [account.name, account.account_type, account.pending],
        "members": sorted([member.name, member.admin, member.pending] for member in found),
        "removed": [member.delete() for member in gone],
        "left": [[member.username, is_gone(member)] for member in api.team(team_name).members],
        "teams": team_name in wandb.Api().viewer.teams,
    }
)
