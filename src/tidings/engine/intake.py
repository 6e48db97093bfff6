"""Applies received webhooks: a lane at a time, in batches, each organization's part as one.

A lane that gets little at a time lets it gather for some milliseconds: a batch costs hardly more
than a single webhook. Every element stands alone. What cannot be read goes to quarantine; a
batch that cannot be applied is applied webhook by webhook, and one that fails alone goes to
quarantine too, so nothing blocks its lane and nothing is lost.
"""

import asyncio
import contextlib
from datetime import timedelta
from uuid import UUID

import msgspec
import structlog
from prometheus_client import Counter

from tidings.actions.accounts import apply_account_events
from tidings.actions.incoming import Incoming
from tidings.actions.receiving import receive_messages
from tidings.actions.statuses import Callback, Recording, apply_callbacks
from tidings.domain.inbound import (
    Ignored,
    InboundEvent,
    InboundMessage,
    StatusUpdate,
    Unparsed,
)
from tidings.engine.shared_webhooks import Allies, Parsed, divide_shared
from tidings.providers.registry import PROVIDERS
from tidings.settings import Settings
from tidings.store import inbox as store
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.inbox import InboxRow
from tidings.store.leases import Lease
from tidings.store.quarantine import Unread, insert_unread
from tidings.store.query import Connection, execute, fetch
from tidings.store.secret_box import SecretBox, SecretError
from tidings.store.webhook_accounts import WebhookAccountRow, select_webhook_accounts

log = structlog.get_logger()

APPLIED = Counter("tidings_events_applied", "Events applied from webhooks", ["kind"])
QUARANTINED = Counter("tidings_quarantined", "Elements put into quarantine")

MOST_WEBHOOKS = 400
ENOUGH_WEBHOOKS = 200
GATHER_SECONDS = 0.03
IDLE_SECONDS = 1.0
LARGEST_BATCH = 4_000_000
LONGEST_FRAGMENT = 20_000
NOT_SHOWN = Unparsed(
    "", {"body": "Not shown: it cannot be read, and organizations that share the app may be in it."}
)


class Sorted(msgspec.Struct):
    """One organization's part of a batch."""

    callbacks: list[Callback] = msgspec.field(default_factory=list)
    incoming: list[Incoming] = msgspec.field(default_factory=list)
    others: list[InboundEvent] = msgspec.field(default_factory=list)


class Intake:
    """The work of holding a lane's lease."""

    def __init__(self, database: Database, settings: Settings, box: SecretBox) -> None:
        self._database = database
        self._box = box
        self._threading = timedelta(hours=settings.threading_hours)
        self._recording = Recording(timedelta(days=settings.suppression_days))
        self._wakes: dict[str, asyncio.Event] = {}

    def wake(self, lane: str) -> None:
        """Something was written down in this lane; look at once."""
        event = self._wakes.get(lane)
        if event is not None:
            event.set()

    async def work(self, lease: Lease, ended: asyncio.Event) -> None:
        """Apply a lane's webhooks until the lease ends."""
        lane = int(lease.key)
        wake = self._wakes[lease.key] = asyncio.Event()
        try:
            while not ended.is_set():
                wake.clear()
                applied = await self.apply_some(lane)
                if not applied:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(wake.wait(), IDLE_SECONDS)
                elif applied < ENOUGH_WEBHOOKS:
                    await asyncio.sleep(GATHER_SECONDS)
        finally:
            self._wakes.pop(lease.key, None)

    async def apply_some(self, lane: int) -> int:
        """Apply the oldest webhooks of a lane and give their number; 0 when it is empty."""
        async with self._database.connection() as connection:
            rows = await fetch(connection, store.select_lane(lane, limit=MOST_WEBHOOKS))
        if not rows:
            return 0
        size = sum(len(row.body) for row in rows)
        if size > LARGEST_BATCH:
            rows = rows[: max(1, len(rows) * LARGEST_BATCH // size)]
        try:
            await self._apply(lane, rows)
        except UNAVAILABLE:
            raise
        except Exception:
            log.exception("intake.batch_failed", lane=lane, webhooks=len(rows))
            for row in rows:
                await self._apply_alone(lane, row)
        return len(rows)

    async def _apply_alone(self, lane: int, row: InboxRow) -> None:
        try:
            await self._apply(lane, [row])
        except UNAVAILABLE:
            raise
        except Exception as error:
            log.exception("intake.webhook_failed", lane=lane, inbox_id=str(row.id))
            reason = f"could not be applied: {type(error).__name__}: {error}"
            async with self._database.transaction() as connection:
                body = row.body.decode(errors="replace")
                await _quarantine(connection, [_unread(row, reason, body)])
                await execute(connection, store.delete_applied(lane, [row.id]))

    async def _apply(self, lane: int, rows: list[InboxRow]) -> None:
        parsed = [(row, PROVIDERS[row.provider].parse(row.body)) for row in rows]
        async with self._database.transaction() as connection:
            numbers = await self._read_numbers(connection, parsed)
            allies = self._find_allies(numbers)
            if allies:
                parsed = await _divide(connection, lane, parsed, numbers=numbers, allies=allies)
            parts, unread = sort_events(parsed, numbers, allies=allies)
            for organization_id, part in sorted(parts.items()):
                await self._apply_part(connection, organization_id, part, numbers=numbers)
            if unread:
                await _quarantine(connection, unread)
            await execute(connection, store.delete_applied(lane, [row.id for row in rows]))
        for _, events in parsed:
            for event in events:
                APPLIED.labels(type(event).__name__).inc()

    async def _read_numbers(
        self, connection: Connection, parsed: list[tuple[InboxRow, list[InboundEvent]]]
    ) -> list[WebhookAccountRow]:
        accounts = {
            event.account_id
            for _, events in parsed
            for event in events
            if not isinstance(event, Unparsed | Ignored)
        }
        for row, events in parsed:
            if any(isinstance(event, Unparsed) for event in events):
                accounts.update(PROVIDERS[row.provider].account_ids(row.body))
        if not accounts:
            return []
        provider = parsed[0][0].provider
        return await fetch(connection, select_webhook_accounts(provider, sorted(accounts)))

    def _find_allies(self, numbers: list[WebhookAccountRow]) -> dict[UUID, list[UUID]]:
        """Organizations that share an app, and so its secret: what signed for one did for all."""
        if len({number.organization_id for number in numbers}) < 2:
            return {}
        by_secret: dict[str, set[UUID]] = {}
        for number in numbers:
            try:
                secrets = self._box.open(
                    number.secrets, organization_id=number.organization_id, owner_id=number.id
                )
            except SecretError as error:
                log.error("intake.secret", integration=str(number.id), error=str(error))
                continue
            by_secret.setdefault(secrets["app_secret"], set()).add(number.organization_id)
        allies: dict[UUID, list[UUID]] = {}
        for organizations in by_secret.values():
            for each in organizations:
                allies.setdefault(each, []).extend(sorted(organizations - {each}))
        return allies

    async def _apply_part(
        self,
        connection: Connection,
        organization_id: UUID,
        part: Sorted,
        *,
        numbers: list[WebhookAccountRow],
    ) -> None:
        if part.incoming:
            await receive_messages(
                connection, organization_id, part.incoming, threading=self._threading
            )
        if part.callbacks:
            await apply_callbacks(
                connection, organization_id, part.callbacks, recording=self._recording
            )
        if part.others:
            held = [each for each in numbers if each.organization_id == organization_id]
            await apply_account_events(connection, organization_id, part.others, numbers=held)


async def _divide(
    connection: Connection,
    lane: int,
    parsed: Parsed,
    *,
    numbers: list[WebhookAccountRow],
    allies: Allies,
) -> Parsed:
    """Put the parts of shared webhooks into the lane instead of them; give the others."""
    shared = divide_shared(parsed, numbers, allies, lane=lane)
    if not shared:
        return parsed
    parts = [part for each in shared.values() for part in each]
    await execute(connection, store.insert_received(parts))
    await execute(connection, store.delete_received(list(shared)))
    return [(row, events) for row, events in parsed if row.id not in shared]


def sort_events(
    parsed: list[tuple[InboxRow, list[InboundEvent]]],
    numbers: list[WebhookAccountRow],
    *,
    allies: dict[UUID, list[UUID]],
) -> tuple[dict[UUID, Sorted], list[Unread]]:
    """Route every event by its own number or account, never by its webhook's first entry.

    An event counts only for an organization whose secret signed the webhook that brought it:
    the one that the door found, and its allies, who share that secret.
    """
    by_number = {(n.organization_id, n.account_id, n.number_id): n for n in numbers}
    holders = {(n.organization_id, n.account_id) for n in numbers}
    parts: dict[UUID, Sorted] = {}
    unread: list[Unread] = []
    for row, events in parsed:
        signers = (row.organization_id, *allies.get(row.organization_id, ()))
        for event in events:
            if isinstance(event, StatusUpdate | InboundMessage):
                found = (by_number.get((s, event.account_id, event.number_id)) for s in signers)
                number = next(filter(None, found), None)
                if number is None:
                    reason = f"number {event.number_id} is not connected here"
                    unread.append(_unread(row, reason, _text(event)))
                    continue
                part = parts.setdefault(number.organization_id, Sorted())
                if isinstance(event, StatusUpdate):
                    part.callbacks.append(Callback(number.id, event, row.id))
                else:
                    part.incoming.append(Incoming(number, event, row.id))
            elif isinstance(event, Unparsed):
                shown = NOT_SHOWN if "body" in event.fragment and len(signers) > 1 else event
                unread.append(_unread(row, event.reason, _text(shown.fragment)))
            elif not isinstance(event, Ignored):
                concerned = [s for s in signers if (s, event.account_id) in holders]
                for organization_id in concerned:
                    parts.setdefault(organization_id, Sorted()).others.append(event)
                if not concerned:
                    reason = f"account {event.account_id} is not connected here"
                    unread.append(_unread(row, reason, _text(event)))
    return parts, unread


def _unread(row: InboxRow, reason: str, fragment: str) -> Unread:
    return Unread(
        row.organization_id,
        row.id,
        row.provider,
        reason.replace("\0", "\ufffd"),
        fragment.replace("\0", "\ufffd")[:LONGEST_FRAGMENT],
    )


def _text(value: object) -> str:
    return msgspec.json.encode(value, enc_hook=str).decode()


async def _quarantine(connection: Connection, unread: list[Unread]) -> None:
    await execute(connection, insert_unread(unread))
    QUARANTINED.inc(len(unread))
    log.warning("intake.quarantined", elements=len(unread), reason=unread[0].reason)
