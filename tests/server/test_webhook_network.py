"""Where the webhook leads: to the address that was checked, and nowhere inside unless it is allowed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from runfolio_server.client_address import parse_networks
from runfolio_server.webhooks.message import Message
from runfolio_server.webhooks.network import CheckedNetwork
from runfolio_server.webhooks.sender import Outcome, WebhookSender
from tests.webhook_receiver import receiving, webhook_settings

MESSAGE = Message("id", b"{}")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0.0.0.0"])
async def test_a_receiver_inside_is_not_reached_unless_it_is_allowed(host: str) -> None:
    async with receiving() as receiver:
        url = f"http://{host}:{receiver.port}/hook"
        async with WebhookSender(webhook_settings(url, networks="")) as sender:
            attempt = await sender.send(MESSAGE)

    assert Outcome.FAILED is attempt.outcome
    assert "which is no address of the internet" in attempt.told
    assert [] == receiver.reached_at


async def test_a_receiver_inside_that_is_allowed_is_reached() -> None:
    async with receiving() as receiver, WebhookSender(webhook_settings(receiver.url, "127.0.0.1")) as sender:
        assert Outcome.DELIVERED is (await sender.send(MESSAGE)).outcome


async def test_a_redirect_leads_nowhere() -> None:
    async with (
        receiving() as inside,
        receiving(307, location=inside.url) as receiver,
        WebhookSender(webhook_settings(receiver.url)) as sender,
    ):
        attempt = await sender.send(MESSAGE)

    assert (Outcome.REFUSED, "it answers 307, and redirects are not followed") == (attempt.outcome, attempt.told)
    assert ([], 1) == (inside.reached_at, len(receiver.received))


async def test_a_name_with_one_address_inside_is_refused_whole() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["1.1.1.1", "10.0.0.1"]

    async with WebhookSender(webhook_settings("http://hook.example/"), CheckedNetwork(resolve=resolve)) as sender:
        attempt = await sender.send(MESSAGE)

    assert "ForbiddenAddress: 'hook.example' leads to 10.0.0.1, which is no address of the internet" == attempt.told


async def test_a_name_that_leads_elsewhere_when_it_is_asked_again_leads_nowhere() -> None:
    """DNS rebinding: what is connected to is what was checked, by one look-up for each message."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.2"] if len(asked) == 1 else ["127.0.0.1"]

    network = CheckedNetwork(parse_networks("127.0.0.2"), resolve)
    async with receiving() as receiver:
        url = f"http://hook.example:{receiver.port}/"
        async with WebhookSender(webhook_settings(url), network) as sender:
            first = await sender.send(MESSAGE)
            looked_up = list(asked)
            second = await sender.send(MESSAGE)

    assert (Outcome.DELIVERED, ["hook.example"], ["127.0.0.2"]) == (first.outcome, looked_up, receiver.reached_at)
    assert "leads to 127.0.0.1" in second.told
    assert receiver.received[0][0]["host"].startswith("hook.example")


async def test_a_receiver_that_is_away_or_breaks_off_fails_and_raises_nothing() -> None:
    async with receiving() as gone:
        url = gone.url
    async with WebhookSender(webhook_settings(url)) as sender:
        away = await sender.send(MESSAGE)
    outcomes = [away.outcome]
    # A name that is not there, and ones that none can be.
    for unfit in ("http://nowhere.invalid/", "http://a..b/", f"http://{'a' * 70}.example/"):
        async with WebhookSender(webhook_settings(unfit)) as sender:
            outcomes.append((await sender.send(MESSAGE)).outcome)
    assert [Outcome.FAILED] * 4 == outcomes
