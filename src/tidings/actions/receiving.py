"""Customers' messages: each is written down once, opens the window and finds its conversation."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tidings.actions.automated_planning import plan_automated
from tidings.actions.consents import KeywordText, apply_keywords
from tidings.actions.conversations_in import Arrival, Streams, read_streams, take_in, threading_of
from tidings.actions.customers import ensure_customers
from tidings.actions.incoming import Incoming, Placed
from tidings.actions.media import expect_media
from tidings.actions.surveys import Heard, take_answers
from tidings.domain.addresses import country_of
from tidings.domain.automated_messages import Trigger
from tidings.domain.inbound import MessageKind
from tidings.store import threads as store
from tidings.store.automated_messages import Planned
from tidings.store.conversations import (
    Appended,
    NewConversation,
    append_messages,
    insert_conversations,
)
from tidings.store.customers import AddressKey
from tidings.store.events import insert_event
from tidings.store.ids import new_id
from tidings.store.media import delete_revoked_media
from tidings.store.messages import insert_messages
from tidings.store.query import Connection, execute, fetch
from tidings.store.usage import Usage, insert_usage

FUTURE_TOLERANCE = timedelta(minutes=5)


async def receive_messages(
    connection: Connection,
    organization_id: UUID,
    incoming: Sequence[Incoming],
    *,
    threading: timedelta,
) -> None:
    """Write new messages down with all that follows; those known already change nothing."""
    fresh = await _claim(connection, organization_id, incoming)
    if not fresh:
        return
    numbers = {each.number.id for each, _ in fresh}
    streams = await read_streams(connection, organization_id, numbers)
    owners = await ensure_customers(
        connection, organization_id, [each.sighting for each, _ in fresh]
    )
    windows = {each: threading_of(streams.get(each), threading) for each in numbers}
    placed = await _place(connection, organization_id, fresh, owners=owners, windows=windows)
    await execute(connection, insert_messages(organization_id, [each.row() for each in placed]))
    arrived = [each.arrived(streams.get(each.incoming.number.id)) for each in placed]
    await expect_media(connection, organization_id, arrived)
    openings = [
        store.Opening(each.incoming.number.id, each.customer_id, each.at)
        for each in placed
        if each.incoming.message.kind.opens_window
    ]
    if openings:
        await execute(connection, store.open_windows(organization_id, openings))
    await _apply_changes(connection, organization_id, placed)
    await _apply_keywords(connection, organization_id, placed)
    await _count(connection, organization_id, placed)
    await _take_in(connection, organization_id, placed, streams)
    messages = [{"id": str(p.id), "conversationId": str(p.conversation_id)} for p in placed]
    await execute(
        connection, insert_event(organization_id, "message.received", body={"messages": messages})
    )


async def _claim(
    connection: Connection, organization_id: UUID, incoming: Sequence[Incoming]
) -> list[tuple[Incoming, UUID]]:
    unique = {(each.number.id, each.message.provider_message_id): each for each in incoming}
    ids = {key: new_id() for key in unique}
    rows = await fetch(
        connection,
        store.claim_provider_ids(
            organization_id,
            [key[0] for key in unique],
            [key[1] for key in unique],
            message_ids=list(ids.values()),
        ),
    )
    new = {row.provider_message_id for row in rows}
    return [(each, ids[key]) for key, each in unique.items() if key[1] in new]


async def _place(
    connection: Connection,
    organization_id: UUID,
    fresh: list[tuple[Incoming, UUID]],
    *,
    owners: dict[AddressKey, UUID],
    windows: dict[UUID, timedelta],
) -> list[Placed]:
    """Give each message its conversation: the one it continues, else a new one.

    `windows`: for how long each number continues what had ended.
    """
    customers = [owners[each.addresses[0]] for each, _ in fresh]
    numbers = [each.number.id for each, _ in fresh]
    threads = {
        (row.integration_id, row.customer_id): row.conversation_id
        for row in await fetch(
            connection,
            store.select_threads(
                organization_id, numbers, customers, within=[windows[each] for each in numbers]
            ),
        )
    }
    heard = [
        Heard(customer_id, each.number.id, each.message)
        for (each, _), customer_id in zip(fresh, customers, strict=True)
    ]
    surveyed = await take_answers(connection, organization_id, heard)
    existing = {*threads.values(), *surveyed.values()}
    placed: list[Placed] = []
    for i, ((each, message_id), customer_id) in enumerate(zip(fresh, customers, strict=True)):
        key = (each.number.id, customer_id)
        conversation_id = surveyed.get(i) or threads.setdefault(key, new_id())
        at = min(each.message.sent_at, datetime.now(UTC) + FUTURE_TOLERANCE)
        placed.append(Placed(each, message_id, customer_id, conversation_id, at, i in surveyed))
    await _write_conversations(connection, organization_id, placed, existing)
    return placed


async def _write_conversations(
    connection: Connection, organization_id: UUID, placed: list[Placed], existing: set[UUID]
) -> None:
    groups: dict[UUID, list[Placed]] = {}
    for each in placed:
        groups.setdefault(each.conversation_id, []).append(each)
    appended, created = [], []
    for conversation_id, group in groups.items():
        first = group[0]
        last = max(group, key=lambda each: each.at)
        if conversation_id in existing:
            wrote = any(each.wrote for each in group)
            appended.append(
                Appended(
                    conversation_id,
                    len(group),
                    last.id,
                    last.at,
                    state="open" if wrote else None,
                )
            )
        else:
            created.append(
                NewConversation(
                    id=conversation_id,
                    division_id=first.incoming.number.division_id,
                    integration_id=first.incoming.number.id,
                    customer_id=first.customer_id,
                    state="open",
                    direction="inbound",
                    initiator="customer",
                    address=first.incoming.sender,
                    started_at=min(each.at for each in group),
                    message_count=len(group),
                    last_message_id=last.id,
                    last_message_at=last.at,
                )
            )
    if appended:
        await execute(connection, append_messages(organization_id, appended))
    if created:
        await execute(connection, insert_conversations(organization_id, created))


async def _apply_changes(
    connection: Connection, organization_id: UUID, placed: list[Placed]
) -> None:
    """A customer's edits and revocations change the message they speak of; they are few."""
    for each in placed:
        message = each.incoming.message
        if message.kind in (MessageKind.EDIT, MessageKind.REVOKE):
            revoked = message.kind is MessageKind.REVOKE
            number_id, of = each.incoming.number.id, str(message.content.get("original_message_id"))
            if revoked:
                gone = delete_revoked_media(organization_id, number_id, provider_message_id=of)
                await execute(connection, gone)
            await execute(
                connection,
                store.change_body(
                    organization_id,
                    number_id,
                    provider_message_id=of,
                    body="" if revoked else message.text,
                    status="removed" if revoked else "received",
                ),
            )


async def _apply_keywords(
    connection: Connection, organization_id: UUID, placed: list[Placed]
) -> None:
    spoken = {MessageKind.TEXT, MessageKind.BUTTON, MessageKind.INTERACTIVE}
    texts = [
        KeywordText(
            address=each.incoming.message.from_phone,
            text=each.incoming.message.text,
            at=each.at,
            source=f"message {each.id}",
        )
        for each in placed
        if each.incoming.message.kind in spoken and each.incoming.message.from_phone
    ]
    if texts:
        await apply_keywords(connection, organization_id, texts)


async def _take_in(
    connection: Connection, organization_id: UUID, placed: list[Placed], streams: Streams
) -> None:
    """Bring what was written to the conversations' agents, or into queues.

    It comes last: agents are locked after everything else.
    """
    if not streams:
        return
    groups: dict[UUID, list[Placed]] = {}
    for each in placed:
        if each.wrote:
            groups.setdefault(each.conversation_id, []).append(each)
    arrivals = [
        Arrival(
            conversation_id=conversation_id,
            integration_id=group[0].incoming.number.id,
            text="\n".join(each.incoming.message.text for each in group),
            at=max(each.at for each in group),
        )
        for conversation_id, group in groups.items()
    ]
    await take_in(connection, organization_id, arrivals, streams=streams)
    await plan_automated(connection, organization_id, list(_refused(placed, streams)))


def _refused(placed: list[Placed], streams: Streams) -> Iterator[Planned]:
    """Messages that nobody can use, of which the customer is told."""
    for each in placed:
        message, stream = each.incoming.message, streams.get(each.incoming.number.id)
        if stream is None:
            continue
        if message.kind in (MessageKind.UNSUPPORTED, MessageKind.UNKNOWN):
            yield Planned(each.conversation_id, Trigger.UNSUPPORTED.value, each.id)
        elif each.withheld(stream):
            yield Planned(each.conversation_id, Trigger.ATTACHMENT_REFUSED.value, each.id)


async def _count(connection: Connection, organization_id: UUID, placed: list[Placed]) -> None:
    usage = Usage()
    for each in placed:
        usage.of(
            each.incoming.number.id,
            day=each.at.date(),
            category="service",
            country=country_of(each.incoming.message.from_phone or ""),
        ).received += 1
    await execute(connection, insert_usage(organization_id, usage))
