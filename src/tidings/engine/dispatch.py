"""Sends what is due: one dispatcher for each number, at the pace that number allows.

Holding the lease of an integration makes it the only sender, so rate control is exact and
needs no shared counter. Messages are marked `sending` and committed before the call; outcomes are
recorded in batches behind it. What an outcome means for the lane is decided here.
"""

import asyncio
import contextlib
import time
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import structlog

from tidings.domain.content import Content, MediaContent, Outbound, TemplateContent
from tidings.domain.limits import PairLimiter, TokenBucket
from tidings.domain.outcomes import Accepted, Fault, Outcome, Refused
from tidings.domain.sending import Priority
from tidings.domain.templates import check_status
from tidings.domain.windows import Channel, Sender, check_window
from tidings.engine.media_send import MediaSend
from tidings.engine.recipient_limits import RecipientLimit
from tidings.engine.recorder import Recorder, Sent
from tidings.providers.http import Http
from tidings.providers.registry import PROVIDERS
from tidings.providers.whatsapp_cloud.wire import Account
from tidings.settings import Settings
from tidings.store import outbox as store
from tidings.store.database import Database
from tidings.store.leases import Lease
from tidings.store.outbox import DueMessage
from tidings.store.query import fetch, fetch_optional
from tidings.store.secret_box import SecretBox
from tidings.store.senders import SenderRow, select_senders

log = structlog.get_logger()

IDLE_SECONDS = 1.0
REREAD_SECONDS = 2.0
SWEEP_SECONDS = 10.0
LONGEST_PAUSE = 60.0
CONTENT = msgspec.json.Decoder(Content)
PARKING = (Fault.ACCOUNT, Fault.AUTH)


class Dispatch:
    """The work of holding an integration's lease."""

    def __init__(
        self, database: Database, settings: Settings, box: SecretBox, *, http: Http
    ) -> None:
        self.database = database
        self.settings = settings
        self.box = box
        self.http = http
        self.media = MediaSend(database, settings, http=http)
        self._lanes: dict[str, Lane] = {}

    def wake(self, integration_id: str) -> None:
        """Something was queued for this integration."""
        lane = self._lanes.get(integration_id)
        if lane is not None:
            lane.wake.set()

    async def work(self, lease: Lease, ended: asyncio.Event) -> None:
        """Send an integration's messages until the lease ends."""
        lane = self._lanes[lease.key] = Lane(self, lease)
        try:
            await lane.run(ended)
        finally:
            self._lanes.pop(lease.key, None)


class Lane:
    """One integration's messages on their way out."""

    def __init__(self, dispatch: Dispatch, lease: Lease) -> None:
        assert lease.organization_id is not None
        self.wake = asyncio.Event()
        self._dispatch = dispatch
        self._lease = lease
        self._organization_id = lease.organization_id
        self._integration_id = UUID(lease.key)
        self._recorder = Recorder(dispatch.database, dispatch.settings, lease)
        self._calls: set[asyncio.Task[None]] = set()
        self._most = dispatch.settings.dispatch_in_flight
        # So many calls must have ended for a claim to be worth its statement.
        self._enough = max(1, self._most // 4)
        self._room = asyncio.Event()
        # Files on their way, by customer.
        self._files: dict[str, asyncio.Event] = {}
        self._pairs = PairLimiter()
        self._limit = RecipientLimit(
            dispatch.database, in_flight=dispatch.settings.dispatch_in_flight
        )
        self._bucket: TokenBucket | None = None
        self._rate = 0
        self._sender: SenderRow | None = None
        self._account: Account | None = None
        self._read_at = -REREAD_SECONDS
        self._swept_at = -SWEEP_SECONDS
        self._paused_until = 0.0
        self._pause = 0.5

    async def run(self, ended: asyncio.Event) -> None:
        """Claim and call until ended; then wait for what is in flight and its recording."""
        try:
            while not ended.is_set():
                self.wake.clear()
                await self._upkeep()
                wait = await self._send_some()
                if wait > 0:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self.wake.wait(), wait)
        finally:
            if self._calls:
                await asyncio.wait(self._calls)
            await self._recorder.drain()

    async def _upkeep(self) -> None:
        """Read the integration anew now and then, and settle what nobody will answer."""
        now = time.monotonic()
        if now - self._read_at > REREAD_SECONDS:
            async with self._dispatch.database.connection() as connection:
                sender = await fetch_optional(
                    connection, select_senders([self._organization_id], [self._integration_id])
                )
            self._take_sender(sender)
            self._read_at = now
        await self._limit.keep(self._sender)
        if now - self._swept_at > SWEEP_SECONDS:
            await self._recorder.sweep()
            self._swept_at = now

    def _take_sender(self, sender: SenderRow | None) -> None:
        if sender is not None and (self._sender is None or sender != self._sender):
            secrets = self._dispatch.box.open(
                sender.secrets, organization_id=sender.organization_id, owner_id=sender.id
            )
            self._account = Account(sender.number_id, secrets["access_token"], sender.base_address)
            if sender.throughput != self._rate:
                self._rate = sender.throughput
                self._bucket = TokenBucket(self._rate, max(1, self._rate // 20))
        self._sender = sender

    async def _send_some(self) -> float:
        """Claim what may go out now and start its calls; give the seconds to wait for more."""
        now = time.monotonic()
        if self._sender is None or self._sender.status != "active" or self._bucket is None:
            return IDLE_SECONDS
        if now < self._paused_until:
            return min(self._paused_until - now, IDLE_SECONDS)
        free = self._most - len(self._calls)
        room = min(free, self._bucket.available(now))
        if free < self._enough:
            self._room.clear()
            await self._room.wait()
            return 0.0
        if room <= 0:
            return max(self._bucket.ready_in(now), 0.002)
        async with self._dispatch.database.connection() as connection:
            due = await fetch(
                connection,
                store.claim_due(
                    self._lease,
                    self._integration_id,
                    limit=room,
                    counting=self._limit.counting,
                ),
            )
        if not due:
            return IDLE_SECONDS
        to_call = self._refuse_stopped(due)
        self._bucket.take(now, len(to_call))
        await self._start_all(to_call, now)
        return 0.0

    def _refuse_stopped(self, due: list[DueMessage]) -> list[DueMessage]:
        """Let those fail, without a call, that may not go out any more: they waited too long."""
        to_call = []
        for message in due:
            refused = _refusal_of(message)
            if refused is None:
                to_call.append(message)
            else:
                self._recorder.record(Sent(message, refused))
        return to_call

    async def _start_all(self, due: list[DueMessage], now: float) -> None:
        """Start the calls of claimed messages, but of those for whom no new customer fits."""
        try:
            held = await self._limit.hold_back(due)
        except BaseException:  # the lease was lost: what was claimed certainly did not go out
            for message in due:
                self._recorder.requeue(message, delay_s=0.0)
            raise
        for message in due:
            if message.message_id in held:
                self._recorder.requeue(message, delay_s=held[message.message_id])
            else:
                self._start(message, now)

    def _start(self, message: DueMessage, now: float) -> None:
        if not self._pairs.take(message.to_address, now):
            wait = self._pairs.ready_in(message.to_address, now)
            self._recorder.requeue(message, delay_s=wait)
            return
        task = asyncio.create_task(self._call(message))
        self._calls.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, call: asyncio.Task[None]) -> None:
        """A defect is logged; its message is settled as unknown when its time is over."""
        self._calls.discard(call)
        if self._most - len(self._calls) >= self._enough:
            self._room.set()
        if not call.cancelled() and (error := call.exception()) is not None:
            log.error("dispatch.call_failed", integration=self._lease.key, exc_info=error)

    async def _call(self, message: DueMessage) -> None:
        """Make the one attempt of a message; what is behind a file to the same customer waits."""
        while (ahead := self._files.get(message.to_address)) is not None:
            await ahead.wait()
        content: Content = CONTENT.decode(message.content)
        if not isinstance(content, MediaContent) or content.file_id is None:
            await self._attempt(message, content)
            return
        out = self._files[message.to_address] = asyncio.Event()
        try:
            await self._attempt(message, content)
        finally:
            del self._files[message.to_address]
            out.set()

    async def _attempt(self, message: DueMessage, content: Content) -> None:
        """Send a message, after its file is with the provider, and hand the outcome on."""
        assert self._sender is not None
        assert self._account is not None
        address, is_phone = message.to_address, message.to_address.isdecimal()
        provider = PROVIDERS[self._sender.provider]
        self._recorder.observe_task(message.message_id)
        if isinstance(content, MediaContent) and content.file_id is not None:
            given = await self._dispatch.media.hand_over(
                self._organization_id, provider, self._account, content
            )
            if isinstance(given, Refused):
                await self._judge(message, given)
                return
            content = given
        own_id = str(message.message_id)
        outbound = Outbound(
            message_id=own_id,
            content=content,
            callback_data=own_id,
            to=address if is_phone else None,
            user_id=None if is_phone else address,
            reply_to=message.reply_to,
        )
        outcome: Outcome = await provider.send(self._dispatch.http, self._account, outbound)
        if isinstance(outcome, Refused):
            await self._judge(message, outcome)
        else:
            if isinstance(outcome, Accepted):
                self._pause = 0.5
            account_id = self._sender.account_id if message.counts else None
            self._recorder.record(Sent(message, outcome, account_id))

    async def _judge(self, message: DueMessage, refused: Refused) -> None:
        """What a refusal means: for the lane, for the integration, or for this message only."""
        if refused.only_this_recipient:
            delay = refused.retry_after.total_seconds() if refused.retry_after else 6.0
            self._recorder.requeue(message, delay_s=delay * 4 ** min(message.attempts - 1, 3))
        elif refused.fault in (Fault.RATE, Fault.SERVER):
            self._hold_back(refused)
            self._recorder.requeue(message, delay_s=min(2.0**message.attempts, LONGEST_PAUSE))
        elif refused.fault in PARKING:
            self._recorder.requeue(message, delay_s=0.0)
            if self._sender is not None and self._sender.status == "active":
                self._sender = msgspec.structs.replace(self._sender, status="error")
                await self._recorder.park(refused)
        else:
            self._recorder.record(Sent(message, refused))

    def _hold_back(self, refused: Refused) -> None:
        """Move the lane's clock: as long as the provider says, else doubling.

        The refusals of calls that were under way together are one: only the first doubles.
        """
        now = time.monotonic()
        pause = refused.retry_after.total_seconds() if refused.retry_after else 0.0
        if now >= self._paused_until:
            pause = max(pause, self._pause)
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
        self._paused_until = max(self._paused_until, now + pause)
        log.warning("dispatch.held_back", code=refused.code, seconds=round(pause, 1))


def _refusal_of(message: DueMessage) -> Refused | None:
    """What happened while it waited: its template was stopped, or the service window closed."""
    if message.template_status == "APPROVED":
        return None
    content = CONTENT.decode(message.content)
    if not isinstance(content, TemplateContent):
        return _closed_window(message)
    if message.template_status is None:
        return None
    problem = check_status(content.name, content.language, message.template_status)
    return None if problem is None else Refused(problem.code, Fault.TEMPLATE, problem.message)


def _closed_window(message: DueMessage) -> Refused | None:
    decision = check_window(
        Sender.AGENT if message.priority == Priority.AGENT else Sender.NOTIFICATION,
        Channel.WHATSAPP,
        last_inbound_at=message.last_inbound_at,
        now=datetime.now(UTC),
        is_template=False,
    )
    return None if decision.allowed else Refused(decision.code, Fault.WINDOW, decision.message)
