"""What happens to runs is told to the webhook: in order, at least once, signed, and to nobody inside."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from runfolio_server.serve.child_process import settings_in_environment
from runfolio_server.settings import read_settings
from runfolio_server.webhooks.delivery import TRIES_OF_REFUSED, Webhook, begin_webhook, deliver_once, pause_s
from runfolio_server.webhooks.sender import WebhookSender
from tests.server.test_metrics import metrics
from tests.service import Service
from tests.webhook_receiver import SECRET, Receiver, receiving, webhook_settings

RAISE = "mutation($i: RaiseAlertInput!) { raiseAlert(input: $i) { alert { number } } }"


@asynccontextmanager
async def _telling(service: Service, url: str) -> AsyncIterator[tuple[Webhook, WebhookSender]]:
    webhook = Webhook(url, "https://host/track")
    async with WebhookSender(webhook_settings(url)) as sender:
        await begin_webhook(service.database, webhook)
        yield webhook, sender


async def _script(service: Service, sql: str) -> None:
    async with service.database.connection() as connection:
        await connection.script(sql)


async def _deliver_all(service: Service, webhook: Webhook, sender: WebhookSender) -> None:
    """As the worker does, without its pauses; waits for transactions that are open, such as autovacuum's."""
    for _ in range(100):
        await _script(service, "UPDATE webhook_cursor SET due_at = now() - interval '1 s'")
        if not await deliver_once(service.database, webhook, sender):
            await asyncio.sleep(0.02)
        async with service.database.connection() as connection:
            left = await connection._raw.fetchval(
                "SELECT count(*) FROM run_event AS e, webhook_cursor AS w WHERE w.url_hash = $1"
                " AND (e.transaction_id, e.number, e.run_id) > (w.transaction_id, w.number, w.object_id)",
                webhook.url_hash,
            )
        if not left:
            return
    raise AssertionError("events are left")


def _is_genuine(headers: dict[str, str], body: bytes) -> bool:
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    digest = base64.b64encode(hmac.digest(SECRET.encode(), signed, hashlib.sha256)).decode()
    return hmac.compare_digest(headers["webhook-signature"], f"v1,{digest}")


def _states(receiver: Receiver) -> list[str]:
    return [message["state"]["to"] for message in receiver.messages if "state" in message]


async def test_alerts_and_states_are_told_in_order_and_signed(service: Service) -> None:
    async with receiving() as receiver, _telling(service, receiver.url) as (webhook, sender):
        run = await service.start_run("told")
        assert (await service.graphql(RAISE, i={"runId": run["id"], "title": "low", "severity": "WARN"})).data
        await service.stream("ada/p/told", {"complete": True, "exitcode": 3})

        await _deliver_all(service, webhook, sender)
        await _deliver_all(service, webhook, sender)

    made, alerted, failed = receiver.messages
    assert ["run_made", "run_alerted", "run_state_changed"] == [made["kind"], alerted["kind"], failed["kind"]]
    assert {"title": "low", "text": "", "severity": "WARN"} == alerted["alert"]
    assert {
        "from": "running",
        "to": "failed",
        "cause": "exit",
        "reason": "Its process ended with the exit code 3.",
    } == failed["state"]
    shown = {"id": "told", "name": run["displayName"], "url": "https://host/track/ada/p/runs/told"}
    assert ("ada", "p", shown, "ada") == tuple(failed[key] for key in ("entity", "project", "run", "user"))
    assert all(_is_genuine(headers, body) for headers, body in receiver.received)
    assert not _is_genuine(receiver.received[0][0], receiver.received[1][1])
    assert [message["id"] for message in receiver.messages] == [head["webhook-id"] for head, _ in receiver.received]
    assert 3 == len({message["id"] for message in receiver.messages})


async def test_what_fails_is_sent_again_under_its_id_and_holds_up_what_follows(service: Service) -> None:
    async with receiving(500, 503, 429, 204) as receiver, _telling(service, receiver.url) as (webhook, sender):
        await service.start_run("again")
        await service.stream("ada/p/again", {"complete": True, "exitcode": 0})

        await _deliver_all(service, webhook, sender)

    assert ["running"] * 4 + ["finished"] == _states(receiver)
    assert 2 == len({message["id"] for message in receiver.messages})


async def test_the_next_attempt_waits_longer_each_time(service: Service) -> None:
    async with receiving(500, 500) as receiver, _telling(service, receiver.url) as (webhook, sender):
        await service.start_run("waits")
        while not receiver.received:
            await deliver_once(service.database, webhook, sender)
        before_it_is_due = await deliver_once(service.database, webhook, sender)

    assert (0, 1) == (before_it_is_due, len(receiver.received))
    assert [True] * 12 == [0.75 * min(300, 2**n) <= pause_s(n) <= 1.25 * min(300, 2**n) for n in range(12)]
    assert pause_s(10_000) <= 375


async def test_what_the_receiver_refuses_is_given_up_and_the_next_is_told(service: Service) -> None:
    refusals = [400] * TRIES_OF_REFUSED
    async with receiving(*refusals) as receiver, _telling(service, receiver.url) as (webhook, sender):
        await service.start_run("refused")
        await service.stream("ada/p/refused", {"complete": True, "exitcode": 0})

        await _deliver_all(service, webhook, sender)

    assert ["running"] * TRIES_OF_REFUSED + ["finished"] == _states(receiver)


async def test_metrics_tell_what_the_webhook_was_told_and_what_waits(service: Service) -> None:
    before = await metrics(service)
    async with receiving(204, 503, 204) as receiver, _telling(service, receiver.url) as (webhook, sender):
        await service.start_run("in-metrics")
        await service.stream("ada/p/in-metrics", {"complete": True, "exitcode": 0})
        waits = await metrics(service)
        await _deliver_all(service, webhook, sender)
        done = await metrics(service)

    names = [f"runfolio_webhook_{name}_total" for name in ("delivered", "failed")]
    assert [2, 1] == [done[name] - before[name] for name in names]
    assert (2, 0) == (waits["runfolio_webhook_waiting"], done["runfolio_webhook_waiting"])
    assert waits["runfolio_webhook_waiting_age_seconds"] > 0 == done["runfolio_webhook_waiting_age_seconds"]


async def test_what_is_a_day_old_is_given_up(service: Service) -> None:
    async with receiving() as receiver, _telling(service, receiver.url) as (webhook, sender):
        await service.start_run("old")
        await _script(service, "UPDATE run_event SET at = at - interval '25 hours'")
        await service.stream("ada/p/old", {"complete": True, "exitcode": 0})

        await _deliver_all(service, webhook, sender)

    assert ["finished"] == _states(receiver)


async def test_a_cause_that_is_not_known_holds_up_nothing(service: Service) -> None:
    async with receiving() as receiver, _telling(service, receiver.url) as (webhook, sender):
        await service.start_run("newer")
        await _script(service, 'UPDATE run_event SET detail = detail || \'{"cause": "newer"}\'')
        await service.stream("ada/p/newer", {"complete": True, "exitcode": 0})

        await _deliver_all(service, webhook, sender)

    assert [("newer", None), ("exit", "Its process ended with the exit code 0.")] == [
        (message["state"]["cause"], message["state"]["reason"]) for message in receiver.messages
    ]


async def test_what_happened_before_and_to_deleted_runs_is_not_told(service: Service) -> None:
    await service.start_run("before")
    async with receiving() as receiver, _telling(service, receiver.url) as (webhook, sender):
        node_id = (await service.start_run("deleted"))["id"]
        delete = 'mutation($id: ID!) { deleteRuns(input: {projectName: "p", ids: [$id]}) { count } }'
        assert (await service.graphql(delete, id=node_id)).data
        await service.start_run("after")

        await _deliver_all(service, webhook, sender)

    assert ["after"] == [message["run"]["id"] for message in receiver.messages]


async def test_of_two_workers_one_delivers_and_the_other_takes_over_when_it_is_silent(service: Service) -> None:
    async with receiving() as receiver, _telling(service, receiver.url) as (first, sender):
        second = Webhook(first.url, "")
        await service.start_run("shared")
        await _deliver_all(service, first, sender)
        await service.stream("ada/p/shared", {"complete": True, "exitcode": 0})

        while_leased = await deliver_once(service.database, second, sender)
        await _script(service, "UPDATE webhook_cursor SET leased_until = now() - interval '1 s'")
        await _deliver_all(service, second, sender)
        behind = await deliver_once(service.database, first, sender)

    assert (0, 0) == (while_leased, behind)
    assert ["running", "finished"] == _states(receiver)


async def test_a_worker_that_was_stopped_while_it_sent_moves_nothing_back(service: Service) -> None:
    async with receiving(None) as receiver, _telling(service, receiver.url) as (first, sender):
        second = Webhook(first.url, "")
        await service.start_run("stopped")
        stopped = asyncio.create_task(_deliver_all(service, first, sender))
        await asyncio.wait_for(receiver.came.wait(), 30)
        await _script(service, "UPDATE webhook_cursor SET leased_until = now() - interval '1 s'")

        await _deliver_all(service, second, sender)
        stopped.cancel()
        await asyncio.gather(stopped, return_exceptions=True)

    # Twice, because nobody knows what became of the first, and under one id.
    assert ["running", "running"] == _states(receiver)
    assert 1 == len({message["id"] for message in receiver.messages})


async def test_a_worker_that_is_killed_while_it_sends_loses_nothing(service: Service) -> None:
    """By a real process, and kill -9."""
    async with receiving(None) as receiver:
        settings = read_settings(
            {},
            database_url=service.settings.database_url,
            data_dir=str(service.settings.data_dir),
            webhook_url=receiver.url,
            webhook_secret=SECRET,
            webhook_networks="127.0.0.1",
        )
        environment = {**os.environ, **settings_in_environment(settings), "PYTHONPATH": os.pathsep.join(sys.path)}

        async def start() -> asyncio.subprocess.Process:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "runfolio_server.worker"),
                env=environment,
                stderr=asyncio.subprocess.DEVNULL,
                stdin=asyncio.subprocess.PIPE,
            )

        await begin_webhook(service.database, Webhook(receiver.url, ""))
        await service.start_run("killed")
        worker = await start()
        await asyncio.wait_for(receiver.came.wait(), 60)
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
        await service.stream("ada/p/killed", {"complete": True, "exitcode": 0})
        await _script(service, "UPDATE webhook_cursor SET leased_until = now() - interval '1 s'")
        worker = await start()
        try:
            async with asyncio.timeout(60):
                while len(receiver.received) < 3:
                    receiver.came.clear()
                    await receiver.came.wait()
        finally:
            worker.terminate()
            await worker.wait()

    assert ["running", "running", "finished"] == _states(receiver)
    assert 2 == len({message["id"] for message in receiver.messages})
