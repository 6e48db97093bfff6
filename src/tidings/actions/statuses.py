"""What becomes of sent messages: statuses from callbacks and outcomes of calls, applied alike.

A status only climbs, so callbacks may come in any order and any number of times. Whatever moved
is counted, announced and, where it teaches something of the recipient, remembered.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from tidings.actions.consents import ConsentChange, record_consents
from tidings.actions.template_faults import stop_refused_templates
from tidings.domain.addresses import country_of
from tidings.domain.delivery import DeliveryStatus, highest
from tidings.domain.inbound import StatusUpdate
from tidings.store import outcomes as store
from tidings.store.campaign_counts import Tally, count_move, insert_campaign_deltas
from tidings.store.events import insert_event
from tidings.store.outcomes import Moved, Standing
from tidings.store.query import Connection, Nothing, Query, execute, execute_all, fetch
from tidings.store.suppressions import SuppressionRow, upsert_suppressions
from tidings.store.usage import Usage, insert_outcomes, insert_usage

NOT_ON_CHANNEL = frozenset({"meta.131026"})
MARKETING_STOPPED = frozenset({"meta.131050"})
NOT_OUR_FAULT = frozenset({"meta.130472", "meta.131049"})


class Callback(msgspec.Struct, frozen=True):
    """One status from a provider, for one of an organization's integrations."""

    integration_id: UUID
    update: StatusUpdate
    inbox_id: UUID | None = None


class Recording(msgspec.Struct, frozen=True):
    """What is remembered of a recipient, and for how long a number is not tried again."""

    suppression: timedelta


async def apply_callbacks(
    connection: Connection,
    organization_id: UUID,
    callbacks: Sequence[Callback],
    *,
    recording: Recording,
) -> None:
    """Apply statuses in one set-based statement; those of unknown messages wait for them.

    Whether a message is unknown is looked up again behind the lock of its waiting room: the
    recorder, or another callback, may be naming it just now (see `enter_waiting_room`). A
    message that a callback names first, because its call's answer was lost, is given what waited.
    """
    ids = await _find_messages(connection, organization_id, callbacks)
    unknown = {c.integration_id for c, found in zip(callbacks, ids, strict=True) if found is None}
    naming = {c.integration_id for c in callbacks if _own_id(c.update) is not None}
    await _enter_rooms(connection, organization_id, alone=unknown, shared=naming - unknown)
    if unknown:
        ids = await _find_messages(connection, organization_id, callbacks)
    standings: dict[UUID, Standing] = {}
    for callback, message_id in zip(callbacks, ids, strict=True):
        if message_id is not None:
            standings[message_id] = _merge(standings.get(message_id), message_id, callback)
    moved = await apply_standings(
        connection, organization_id, list(standings.values()), answered=False, recording=recording
    )
    known = {each.message_id for each in moved}
    waiting = [
        _waiting(callback)
        for callback, message_id in zip(callbacks, ids, strict=True)
        if message_id not in known
    ]
    if waiting:
        await execute(connection, store.insert_waiting(organization_id, waiting))
    named: dict[UUID, list[str]] = {}
    for each in moved:
        if each.named is not None:
            named.setdefault(each.integration_id, []).append(each.named)
    for integration_id, provider_ids in named.items():
        await take_waiting(
            connection,
            organization_id,
            integration_id,
            provider_ids=provider_ids,
            recording=recording,
        )


async def apply_standings(
    connection: Connection,
    organization_id: UUID,
    standings: list[Standing],
    *,
    answered: bool,
    recording: Recording,
) -> list[Moved]:
    """Write what is known of messages and everything that follows from it."""
    if not standings:
        return []
    moved = await fetch(
        connection, store.apply_standings(organization_id, standings, answered=answered)
    )
    by_id = {standing.message_id: standing for standing in standings}
    climbed = [each for each in moved if each.before != each.after]
    if climbed:
        counts = _count(organization_id, climbed, by_id)
        await execute_all(connection, [*counts, _announcement(organization_id, climbed)])
        await _learn(connection, organization_id, climbed, by_id=by_id, recording=recording)
    return moved


async def enter_waiting_room(
    connection: Connection, organization_id: UUID, integration_id: UUID
) -> None:
    """Keep statuses from starting to wait until this transaction ends.

    Who gives messages their provider's ids calls it before, and `take_waiting` after: a status
    then either waits already and is taken, or is applied once the ids can be seen.
    """
    await _enter_rooms(connection, organization_id, alone=set(), shared={integration_id})


async def _enter_rooms(
    connection: Connection, organization_id: UUID, *, alone: set[UUID], shared: set[UUID]
) -> None:
    rooms = sorted(alone | shared)
    if rooms:
        modes = [each in alone for each in rooms]
        await execute(connection, store.lock_waiting_rooms(organization_id, rooms, alone=modes))


async def take_waiting(
    connection: Connection,
    organization_id: UUID,
    integration_id: UUID,
    *,
    provider_ids: list[str],
    recording: Recording,
) -> None:
    """Apply the statuses that came before their messages' ids were known."""
    rows = await fetch(
        connection, store.take_waiting(organization_id, integration_id, provider_ids)
    )
    if rows:
        callbacks = [
            Callback(integration_id, msgspec.convert(row.detail, StatusUpdate, strict=False))
            for row in rows
        ]
        await apply_callbacks(connection, organization_id, callbacks, recording=recording)


async def _find_messages(
    connection: Connection, organization_id: UUID, callbacks: Sequence[Callback]
) -> list[UUID | None]:
    """Our message of each callback: by our own id that came back, else by the provider's."""
    ids = [_own_id(callback.update) for callback in callbacks]
    nameless = [c for c, own in zip(callbacks, ids, strict=True) if own is None]
    if not nameless:
        return ids
    rows = await fetch(
        connection,
        store.select_named(
            organization_id,
            [c.integration_id for c in nameless],
            [c.update.provider_message_id for c in nameless],
        ),
    )
    named = {(row.integration_id, row.provider_message_id): row.message_id for row in rows}
    return [
        own or named.get((c.integration_id, c.update.provider_message_id))
        for c, own in zip(callbacks, ids, strict=True)
    ]


def _own_id(update: StatusUpdate) -> UUID | None:
    try:
        return UUID(update.callback_data or "")
    except ValueError:
        return None


def _merge(known: Standing | None, message_id: UUID, callback: Callback) -> Standing:
    """Collapse several statuses of one message: the highest wins, every time is kept."""
    update = callback.update
    status = update.status
    if known is not None:
        status = highest(DeliveryStatus(known.status), status)
    standing = msgspec.structs.asdict(known) if known is not None else {}
    if update.status in _TIMES:
        field = _TIMES[update.status]
        at = standing.get(field)
        standing[field] = update.at if at is None else min(at, update.at)
    if update.error is not None:
        standing["error_code"] = update.error.code
        standing["error_detail"] = update.error.detail or update.error.title
    if update.pricing is not None:
        standing["pricing"] = msgspec.to_builtins(update.pricing)
    if callback.inbox_id is not None:
        standing["webhook_ids"] = (*standing.get("webhook_ids", ()), callback.inbox_id)
    return Standing(
        **{
            **standing,
            "message_id": message_id,
            "status": status.value,
            "provider_message_id": update.provider_message_id,
        }
    )


_TIMES = {
    DeliveryStatus.SENT: "sent_at",
    DeliveryStatus.DELIVERED: "delivered_at",
    DeliveryStatus.READ: "read_at",
    DeliveryStatus.FAILED: "failed_at",
}


def _waiting(callback: Callback) -> store.WaitingStatus:
    update = callback.update
    return store.WaitingStatus(
        callback.integration_id,
        update.provider_message_id,
        update.status.value,
        update.at,
        msgspec.to_builtins(update),
    )


def _count(
    organization_id: UUID, climbed: list[Moved], by_id: dict[UUID, Standing]
) -> list[Query[Nothing]]:
    """The counters that the moves of these messages change."""
    usage = Usage()
    tally = Tally()
    health: dict[UUID, list[int]] = {}
    today = datetime.now(UTC).date()
    arrived = {"delivered", "read"}
    for each in climbed:
        count = usage.of(
            each.integration_id,
            day=today,
            category=each.category,
            country=country_of(each.to_address),
        )
        good_bad = health.setdefault(each.integration_id, [0, 0])
        if each.after in arrived and each.before not in arrived:
            count.delivered += 1
            good_bad[0] += 1
        if each.after == "read":
            count.read += 1
        if each.after == "failed":
            count.failed += 1
            if _speaks_of_number(by_id[each.message_id].error_code):
                good_bad[1] += 1
        if each.campaign_id is not None and each.campaign_run is not None:
            count_move(
                tally, each.campaign_id, each.campaign_run, before=each.before, after=each.after
            )
    campaigns = [insert_campaign_deltas(organization_id, tally)] if tally else []
    return [insert_usage(organization_id, usage), *campaigns] + [
        insert_outcomes(organization_id, integration_id, good=good, bad=bad)
        for integration_id, (good, bad) in health.items()
        if good or bad
    ]


def _speaks_of_number(code: str | None) -> bool:
    """Whether a failure counts against the number: not of a customer's limits, nor a call that
    was never made because template, window or file were gone by then."""
    ours = (code or "").startswith(("template.", "window.", "media."))
    return code not in NOT_OUR_FAULT and not ours


def _announcement(organization_id: UUID, climbed: list[Moved]) -> Query[Nothing]:
    messages = [
        {"id": str(m.message_id), "conversationId": str(m.conversation_id), "status": m.after}
        for m in climbed
    ]
    return insert_event(organization_id, "message.status", body={"messages": messages})


async def _learn(
    connection: Connection,
    organization_id: UUID,
    climbed: list[Moved],
    *,
    by_id: dict[UUID, Standing],
    recording: Recording,
) -> None:
    """Remember what a failure says: no WhatsApp there, no marketing, a template that is paused."""
    failed = [each for each in climbed if each.after == "failed"]
    if not failed:
        return
    codes = {each.message_id: by_id[each.message_id].error_code for each in failed}
    await stop_refused_templates(connection, organization_id, codes)
    now = datetime.now(UTC)
    absent = {
        each.to_address: SuppressionRow(
            each.to_address, code, learnt_at=now, until_at=now + recording.suppression
        )
        for each in failed
        if (code := by_id[each.message_id].error_code) in NOT_ON_CHANNEL and code is not None
    }
    if absent:
        await fetch(connection, upsert_suppressions(organization_id, list(absent.values())))
    stopped = [
        ConsentChange(
            address=each.to_address,
            category="marketing",
            state="opted_out",
            source="provider",
            evidence=by_id[each.message_id].error_code,
            changed_at=now,
        )
        for each in failed
        if by_id[each.message_id].error_code in MARKETING_STOPPED
    ]
    if stopped:
        await record_consents(connection, organization_id, stopped, recorded_by="provider")
