"""Consent: recording what customers agreed to and withdrew, from whichever side it comes (A6)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from tidings.actions.changes import Subject, record_change
from tidings.actions.customers import Sighting, ensure_customers
from tidings.domain.addresses import InvalidAddress, parse_phone_id
from tidings.domain.consent import (
    DEFAULT_KEYWORDS,
    ConsentCategory,
    ConsentState,
    KeywordRule,
    Keywords,
    compile_keywords,
    match_keyword,
)
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store import consents as store
from tidings.store.customers import PHONE
from tidings.store.dnc_entries import collect_opt_outs
from tidings.store.events import insert_event
from tidings.store.query import Connection, execute, fetch

CATEGORIES = ("marketing", "utility")
OPTED_IN = "opted_in"
OPTED_OUT = "opted_out"
MOST_CHANGES_IN_EVENT = 100
LONGEST_SOURCE = 512
LONGEST_EVIDENCE = 4_000
KEYWORD_SOURCE = "keyword"
CLOCK_SKEW = timedelta(minutes=1)
EARLIEST_YEAR = 1970


class ConsentChange(msgspec.Struct, frozen=True):
    """One person's consent as somebody tells it.

    `address` is canonical digits of a phone; for another kind of address give `kind` and
    `scope`. `category` is utility, marketing or all. `customer_id` saves looking the address up.
    """

    address: str
    category: str
    state: str
    source: str
    changed_at: datetime
    evidence: str | None = None
    kind: str = PHONE
    scope: str = ""
    customer_id: UUID | None = None


class KeywordText(msgspec.Struct, frozen=True):
    """What a customer wrote, when and where; `source` is kept in the evidence."""

    address: str
    text: str
    at: datetime
    source: str
    customer_id: UUID | None = None


async def record_consents(
    connection: Connection,
    organization_id: UUID,
    changes: Sequence[ConsentChange],
    *,
    recorded_by: str,
) -> list[UUID]:
    """Record changes in the caller's transaction; gives the customer of each, in their order.

    Every change is kept in the history. The current consent only moves forward in time: an
    older change never overwrites a newer one, whatever order they come in. New addresses become
    customers. A few statements, however many changes; not idempotent: each call adds history.
    """
    if not changes:
        return []
    owners = await _owners(connection, organization_id, changes)
    rows = [
        _row(change, owner, category)
        for change, owner in zip(changes, owners, strict=True)
        for category in (CATEGORIES if change.category == "all" else (change.category,))
    ]
    await execute(connection, store.insert_history(organization_id, rows, recorded_by=recorded_by))
    current = await fetch(
        connection,
        store.upsert_consents(organization_id, _latest(rows), shown=MOST_CHANGES_IN_EVENT),
    )
    if current:
        await _announce(connection, organization_id, current, recorded_by=recorded_by)
    await _put_on_dnc_lists(connection, organization_id, rows)
    return owners


async def _put_on_dnc_lists(
    connection: Connection, organization_id: UUID, rows: list[store.ConsentRow]
) -> None:
    """Who is opted out now goes on the lists that collect opt-outs, if there are any (C7)."""
    out = [row for row in rows if row.state == OPTED_OUT]
    if out:
        customers, categories = [row.customer_id for row in out], [row.category for row in out]
        await execute(connection, collect_opt_outs(organization_id, customers, categories))


async def record_consent(
    connection: Connection, caller: Caller, change: ConsentChange, *, now: datetime
) -> list[store.NamedConsentRow]:
    """Record what a person or program tells of one number, with an audit row; gives what holds.

    400 at the field that does not fit. What holds afterwards is not what was sent when somebody
    told something newer before.
    """
    change = check_change(change, now=now)
    owners = await record_consents(
        connection, caller.organization_id, [change], recorded_by=caller.name
    )
    subject = Subject("consent", owners[0], change.address)
    told = {"category": change.category, "state": change.state, "source": change.source}
    await record_change(connection, caller, "record", subject, after=told)
    current = await fetch(connection, store.select_consents(caller.organization_id, owners))
    return [row for row in current if change.category in ("all", row.category)]


def check_change(change: ConsentChange, *, now: datetime) -> ConsentChange:
    """The change with its address in canonical form; 400 names what does not fit.

    A sender's clock may be a little ahead of ours: such a time becomes now, for one left in the
    future would outrank what happens next.
    """
    source = change.source.strip()
    if not source:
        raise invalid("source", "Say where the consent comes from, such as a form's name.")
    if len(source) > LONGEST_SOURCE:
        raise invalid("source", f"The source has at most {LONGEST_SOURCE} characters.")
    if len(change.evidence or "") > LONGEST_EVIDENCE:
        raise invalid("evidence", f"The evidence has at most {LONGEST_EVIDENCE} characters.")
    if change.changed_at > now + CLOCK_SKEW:
        raise invalid("time", "The time lies in the future.", code="invalid.date")
    if change.changed_at.year < EARLIEST_YEAR:
        raise invalid("time", "The time lies too far back.", code="invalid.date")
    return msgspec.structs.replace(
        change,
        address=check_address(change.address),
        source=source,
        evidence=change.evidence or None,
        changed_at=min(change.changed_at, now),
    )


def check_address(text: str) -> str:
    """The canonical digits of a phone number; 400 at the field address."""
    try:
        return parse_phone_id(text)
    except InvalidAddress as error:
        raise invalid("address", error.message, code=error.code) from None


async def _owners(
    connection: Connection, organization_id: UUID, changes: Sequence[ConsentChange]
) -> list[UUID]:
    owners = await ensure_customers(
        connection,
        organization_id,
        [
            Sighting(change.kind, change.scope, change.address)
            for change in changes
            if change.customer_id is None
        ],
    )
    return [
        change.customer_id or owners[change.kind, change.scope, change.address]
        for change in changes
    ]


def _row(change: ConsentChange, customer_id: UUID, category: str) -> store.ConsentRow:
    return store.ConsentRow(
        customer_id=customer_id,
        category=category,
        state=change.state,
        address=change.address,
        source=change.source,
        evidence=change.evidence,
        changed_at=change.changed_at,
    )


def _latest(rows: list[store.ConsentRow]) -> list[store.ConsentRow]:
    """The row of each customer and category that would be current after all of them."""
    latest: dict[tuple[UUID, str], store.ConsentRow] = {}
    for row in rows:
        key = (row.customer_id, row.category)
        if key not in latest or _overtakes(row, latest[key]):
            latest[key] = row
    return list(latest.values())


def _overtakes(row: store.ConsentRow, other: store.ConsentRow) -> bool:
    """The same rule as in upsert_consents, where it is argued."""
    return row.changed_at >= other.changed_at or (
        row.state == OPTED_OUT
        and row.changed_at.replace(microsecond=0) == other.changed_at.replace(microsecond=0)
    )


async def _announce(
    connection: Connection,
    organization_id: UUID,
    current: list[store.MovedRow],
    *,
    recorded_by: str,
) -> None:
    """One event for a batch; a large one is counted, not listed in full."""
    body = {
        "count": current[0].total,
        "recordedBy": recorded_by,
        "changes": [
            {
                "customerId": str(row.customer_id),
                "address": row.address,
                "category": row.category,
                "state": row.state,
            }
            for row in current
        ],
    }
    await execute(connection, insert_event(organization_id, "consent.changed", body=body))


async def apply_keywords(
    connection: Connection, organization_id: UUID, texts: Sequence[KeywordText]
) -> list[ConsentChange]:
    """Record what customers ask for with a keyword, such as STOP; gives what was recorded.

    The organization's own keywords, or the defaults while it has none. A text that is not one
    keyword as a whole changes nothing.
    """
    keywords = await _keywords(connection, organization_id)
    changes = [
        ConsentChange(
            address=each.address,
            category=action.category.value,
            state=OPTED_IN if action.state is ConsentState.GRANTED else OPTED_OUT,
            source=KEYWORD_SOURCE,
            changed_at=each.at,
            evidence=f'Wrote "{each.text.strip()}" ({each.source})',
            customer_id=each.customer_id,
        )
        for each in texts
        if (action := match_keyword(each.text, keywords)) is not None
    ]
    await record_consents(connection, organization_id, changes, recorded_by="customer")
    return changes


async def _keywords(connection: Connection, organization_id: UUID) -> Keywords:
    rows = await fetch(connection, store.select_keywords(organization_id))
    return compile_keywords(map(rule_of, rows)) if rows else DEFAULT_KEYWORDS


def rule_of(row: store.KeywordRow) -> KeywordRule:
    """A stored keyword set as the rule that it is."""
    state = ConsentState.GRANTED if row.action == "opt_in" else ConsentState.WITHDRAWN
    return KeywordRule(state, ConsentCategory(row.category), tuple(row.words), row.language)
