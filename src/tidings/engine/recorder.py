"""Writes down what became of calls, many in one transaction, behind the dispatcher's back."""

import asyncio
import contextlib
import contextvars
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from tidings.actions.exchanges import describe_exchange
from tidings.actions.integrations import set_integration_status
from tidings.actions.statuses import (
    Recording,
    apply_standings,
    enter_waiting_room,
    take_waiting,
)
from tidings.domain.outcomes import Accepted, Outcome, Refused
from tidings.providers.exchanges import Exchange
from tidings.settings import Settings
from tidings.store import outbox as store
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.events import insert_event
from tidings.store.exchanges import NewExchange, insert_exchanges
from tidings.store.leases import Lease
from tidings.store.outbox import DueMessage, Requeued
from tidings.store.outcomes import Standing
from tidings.store.query import Connection, execute, fetch
from tidings.store.recipients import upsert_recipients

log = structlog.get_logger()

MOST = 500
ENOUGH = 250
GATHER_SECONDS = 0.03
MOST_EXCHANGES = 20_000
calling: contextvars.ContextVar[tuple["Recorder", UUID] | None] = contextvars.ContextVar(
    "calling", default=None
)


class Sent(msgspec.Struct, frozen=True):
    """A call's message and its outcome, which ends the message's time in the outbox.

    `account_id` is set when the customer counts against that account's limit.
    """

    message: DueMessage
    outcome: Outcome
    account_id: str | None = None


def observe(exchange: Exchange) -> None:
    """The HTTP client's observer: gives a call to the recorder on whose behalf it was made."""
    current = calling.get()
    if current is not None:
        recorder, message_id = current
        recorder.log(exchange, message_id)


class Recorder:
    """What one integration's lane has to write down; nothing is lost while the database is away."""

    def __init__(self, database: Database, settings: Settings, lease: Lease) -> None:
        assert lease.organization_id is not None
        self._database = database
        self._settings = settings
        self._lease = lease
        self._organization_id = lease.organization_id
        self._integration_id = UUID(lease.key)
        self._recording = Recording(timedelta(days=settings.suppression_days))
        self._sent: list[Sent] = []
        self._requeued: dict[UUID, Requeued] = {}
        self._exchanges: list[NewExchange] = []
        self._writer: asyncio.Task[None] | None = None

    def record(self, sent: Sent) -> None:
        """Hand in an outcome."""
        self._sent.append(sent)
        self._go()

    def requeue(self, message: DueMessage, *, delay_s: float) -> None:
        """Hand back a message that certainly did not go out."""
        self._requeued[message.message_id] = Requeued(message.message_id, message.attempts, delay_s)
        self._go()

    def observe_task(self, message_id: UUID) -> None:
        """Calls that this task makes belong to this message in the exchange log."""
        calling.set((self, message_id))

    def log(self, exchange: Exchange, message_id: UUID) -> None:
        """Keep a call for the exchange log."""
        row = describe_exchange(
            exchange,
            self._integration_id,
            message_id=message_id,
            most=self._settings.exchange_max_bytes,
        )
        self._exchanges.append(row)

    async def park(self, refused: Refused) -> None:
        """The account or its token is at fault: stop the integration and say why."""
        async with self._database.transaction() as connection:
            await set_integration_status(
                connection,
                self._organization_id,
                self._integration_id,
                status="error",
                reason_code=refused.code,
                reason=refused.detail,
            )

    async def sweep(self) -> None:
        """Settle what an earlier holder left behind, and what no callback settled in time."""
        async with self._database.transaction() as connection:
            await self._settle(connection, [])
            deadline = timedelta(minutes=self._settings.unknown_deadline_minutes)
            late = await fetch(
                connection,
                store.expire_unknown(
                    self._organization_id, self._integration_id, deadline=deadline
                ),
            )
            await self._announce(connection, late)

    async def _settle(self, connection: Connection, ids: list[UUID]) -> None:
        longest = timedelta(seconds=3 * self._settings.provider_timeout_seconds)
        settled = await fetch(
            connection, store.settle(self._lease, self._integration_id, ids=ids, longest=longest)
        )
        if settled:
            log.warning("dispatch.unknown", messages=len(settled))
        await self._announce(connection, settled)

    async def _announce(self, connection: Connection, settled: list[store.Settled]) -> None:
        messages = [
            {"id": str(s.message_id), "conversationId": str(s.conversation_id), "status": "unknown"}
            for s in settled
        ]
        if messages:
            event = insert_event(
                self._organization_id, "message.status", body={"messages": messages}
            )
            await execute(connection, event)

    async def drain(self) -> None:
        """Wait until everything handed in is written."""
        while self._writer is not None and not self._writer.done():
            await asyncio.wait([self._writer])

    def _go(self) -> None:
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())

    async def _write_all(self) -> None:
        """Write batches until nothing is left; an unreachable database is waited for."""
        pause = 0.1
        while self._sent or self._requeued or self._exchanges:
            if len(self._sent) < ENOUGH:
                await asyncio.sleep(GATHER_SECONDS)
            sent, self._sent = self._sent[:MOST], self._sent[MOST:]
            requeued, self._requeued = self._requeued, {}
            exchanges, self._exchanges = self._exchanges[:MOST], self._exchanges[MOST:]
            try:
                await self._write_one(sent, requeued=requeued, exchanges=exchanges)
                pause = 0.1
            except UNAVAILABLE as error:
                log.warning("recorder.unavailable", error=type(error).__name__)
                self._sent = sent + self._sent
                self._requeued = requeued | self._requeued
                self._exchanges = (exchanges + self._exchanges)[:MOST_EXCHANGES]
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
            except Exception:
                log.exception("recorder.failed", messages=len(sent))
                await self._write_singly(sent, requeued)

    async def _write_singly(self, sent: list[Sent], requeued: dict[UUID, Requeued]) -> None:
        """After a defect: what can be written is; the rest is settled later as unknown."""
        for each in sent:
            with contextlib.suppress(Exception):
                await self._write_one([each], requeued={}, exchanges=[])
        if requeued:
            with contextlib.suppress(Exception):
                await self._write_one([], requeued=requeued, exchanges=[])

    async def _write_one(
        self, sent: list[Sent], *, requeued: dict[UUID, Requeued], exchanges: list[NewExchange]
    ) -> None:
        async with self._database.transaction() as connection:
            await self._write(connection, sent, requeued=requeued, exchanges=exchanges)

    async def _write(
        self,
        connection: Connection,
        sent: list[Sent],
        *,
        requeued: dict[UUID, Requeued],
        exchanges: list[NewExchange],
    ) -> None:
        now = datetime.now(UTC)
        known = [_standing(each, now) for each in sent if not _is_unknown(each)]
        unknown = [each.message.message_id for each in sent if _is_unknown(each)]
        organization_id = self._organization_id
        if known:
            await enter_waiting_room(connection, organization_id, self._integration_id)
            await apply_standings(
                connection, organization_id, known, answered=True, recording=self._recording
            )
            ids = [s.provider_message_id for s in known if s.provider_message_id]
            if ids:
                await take_waiting(
                    connection,
                    organization_id,
                    self._integration_id,
                    provider_ids=ids,
                    recording=self._recording,
                )
        if unknown:
            await self._settle(connection, unknown)
        await self._count_recipients(connection, sent)
        if requeued:
            await execute(
                connection,
                store.requeue(organization_id, list(requeued.values())),
            )
        if exchanges:
            await execute(connection, insert_exchanges(organization_id, exchanges))

    async def _count_recipients(self, connection: Connection, sent: list[Sent]) -> None:
        """Refused messages reached nobody; unknown ones may have, so they count."""
        counted: dict[str, list[str]] = {}
        for each in sent:
            if each.account_id is not None and not isinstance(each.outcome, Refused):
                counted.setdefault(each.account_id, []).append(each.message.to_address)
        for account_id, addresses in counted.items():
            await execute(
                connection, upsert_recipients(self._organization_id, account_id, addresses)
            )


def _is_unknown(sent: Sent) -> bool:
    return not isinstance(sent.outcome, Accepted | Refused)


def _standing(sent: Sent, now: datetime) -> Standing:
    outcome = sent.outcome
    message_id = sent.message.message_id
    if isinstance(outcome, Accepted):
        return Standing(
            message_id, "sent", provider_message_id=outcome.provider_message_id, sent_at=now
        )
    assert isinstance(outcome, Refused)
    return Standing(
        message_id,
        "failed",
        failed_at=now,
        error_code=outcome.code,
        error_detail=outcome.detail.replace("\0", "\ufffd"),
    )
