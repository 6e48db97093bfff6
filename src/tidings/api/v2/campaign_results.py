"""What became of a campaign's contacts over the API: one by one, over time, and a second try."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.params import QueryParameter

from tidings.actions.campaign_control import START
from tidings.actions.campaign_retry import count_retriable, retry_campaign
from tidings.actions.campaigns import VIEW, access_campaign
from tidings.actions.failure_words import failure_of
from tidings.api.auth import needs
from tidings.api.paging import After, PageSize
from tidings.api.v2.campaign_views import PATH as CAMPAIGNS
from tidings.api.v2.interaction_views import PATH as INTERACTIONS
from tidings.api.views import Keyset, Moment, View, moment, optional_moment
from tidings.domain.addresses import InvalidAddress, match_keys, parse_phone_id
from tidings.domain.dispositions import disposition_of, statuses_of
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store.campaign_counts import select_minutes
from tidings.store.campaign_results import (
    ResultFilter,
    ResultRow,
    ResultSource,
    Run,
    find_result,
    find_results,
    run_of,
    select_results,
)
from tidings.store.contact_list_filters import limit_statements
from tidings.store.database import Database
from tidings.store.ids import time_of
from tidings.store.interaction_filters import HIGHEST_ID
from tidings.store.outbound_events import EventFilter, select_outbound_events
from tidings.store.query import Connection, execute, fetch

# A page looks at so many candidates at most; the next page goes on behind them.
WINDOW = 2_000
MOST_WINDOWS = 5
MOST_FOUND = 100
LONGEST_SEARCH_MS = 10_000
MOST_MINUTES = timedelta(days=7)
MOST_EVENTS = 200

State = Annotated[
    Literal["waiting", "put_off", "taken", "excluded"] | None, QueryParameter(name="contactState")
]
Status = Annotated[
    Literal["queued", "unknown", "sent", "delivered", "read", "failed"] | None,
    QueryParameter(name="deliveryStatus"),
]
Disposition = Annotated[
    Literal["OUTBOUND-MESSAGE-SENT", "OUTBOUND-MESSAGE-FAILED"] | None,
    QueryParameter(name="disposition"),
]
Text = Annotated[str | None, QueryParameter(max_length=256)]


class ResultView(View):
    """A contact of the campaign's run: `state` says whether its turn came, and what became."""

    sequence: int
    state: str
    attempts: int
    date_changed: Moment
    contact_id: str | None = None
    address: str | None = None
    reason: str | None = None
    delivery_status: str | None = None
    disposition: str | None = None
    error_code: str | None = None
    error_text: str | None = None
    error_mend: str | None = None
    message_id: str | None = None
    conversation_id: str | None = None
    interaction_uri: str | None = None
    queued_time: Moment | None = None
    sent_time: Moment | None = None
    delivered_time: Moment | None = None
    read_time: Moment | None = None
    failed_time: Moment | None = None

    @classmethod
    def of(cls, row: ResultRow) -> "ResultView":
        """The contact as the results show it."""
        failure = failure_of(row.status or "", row.error_code, row.error_detail)
        conversation = None if row.conversation_id is None else str(row.conversation_id)
        return cls(
            sequence=row.sequence,
            state=row.state,
            attempts=row.attempt,
            date_changed=moment(row.changed_at),
            contact_id=row.contact_id,
            address=row.address,
            reason=row.reason,
            delivery_status=row.status,
            disposition=disposition_of(row.status or ""),
            error_code=failure.code if failure else None,
            error_text=failure.text if failure else None,
            error_mend=failure.mend if failure else None,
            message_id=None if row.message_id is None else str(row.message_id),
            conversation_id=conversation,
            interaction_uri=f"{INTERACTIONS}/{conversation}" if conversation else None,
            queued_time=optional_moment(row.queued_at),
            sent_time=optional_moment(row.sent_at),
            delivered_time=optional_moment(row.delivered_at),
            read_time=optional_moment(row.read_at),
            failed_time=optional_moment(row.failed_at),
        )


class MinuteView(View):
    """What happened in one minute: differences by measure; exclusions by reason."""

    minute: Moment
    measures: dict[str, int]


class StepView(View):
    """A change of the campaign's status, or another event of it."""

    time: Moment
    code: str
    level: str
    message: str
    actor: str | None = None


class TimelineView(View):
    """A campaign's run minute by minute, and what happened to it, the newest first."""

    minutes: list[MinuteView]
    events: list[StepView]


class RetriableView(View):
    """How many contacts would be tried again; `more` when there are more than were counted."""

    contacts: int
    more: bool


class RetryView(View):
    """How many contacts are tried again, and the campaign's status."""

    contacts: int
    campaign_status: str


@get("/{campaign_id:uuid}/contacts", guards=[needs(VIEW)])
async def list_results(
    request: Request[Any, Any, Any],
    campaign_id: UUID,
    caller: Caller,
    database: Database,
    contact_state: State = None,
    reason: Text = None,
    delivery_status: Status = None,
    disposition: Disposition = None,
    search: Text = None,
    after: After = None,
    page_size: PageSize = 25,
) -> Keyset[ResultView]:
    """What became of each contact of the current run. `search` is a whole contact id, or
    else a whole address, written in any way.

    A page looks at a bounded number of contacts: it may come back with fewer entities than asked
    for, and goes on at nextUri as long as there is one.
    """
    wanted = ResultFilter(contact_state, reason, _statuses(delivery_status, disposition))
    _check_after(after, wanted.source)
    async with database.transaction(caller.organization_id) as connection:
        run = run_of(await access_campaign(connection, caller, campaign_id))
        if search:
            rows = await _search(connection, caller, run, search)
            entities, key = [ResultView.of(row) for row in rows], None
        else:
            entities, key = await _walk(
                connection, caller, run, wanted, after=after, page_size=page_size
            )
    query = [(k, v) for k, v in request.query_params.multi_items() if k != "after"]
    path = request.url.path
    return Keyset(
        entities=entities,
        page_size=page_size,
        self_uri=f"{path}?{request.url.query}" if request.url.query else path,
        next_uri=None if key is None else f"{path}?{urlencode([*query, ('after', key)])}",
    )


def _statuses(delivery_status: str | None, disposition: str | None) -> tuple[str, ...]:
    """The statuses that fit both; a status that no message has where none does."""
    statuses = (delivery_status,) if delivery_status else ()
    if disposition is None:
        return statuses
    both = statuses_of(disposition)
    return tuple(each for each in both if each in (statuses or both)) or ("none",)


def _check_after(after: str | None, source: ResultSource) -> None:
    if after is None:
        return
    try:
        if source is ResultSource.FAILURE:
            UUID(after)
        elif abs(int(after)) >= 2**63:
            raise ValueError
    except ValueError:
        raise invalid("after", "after is not from a nextUri of this listing.") from None


async def _search(connection: Connection, caller: Caller, run: Run, text: str) -> list[ResultRow]:
    """The contact with this id; without one, those with this whole address, written in any way."""
    owner = caller.organization_id
    if found := await fetch(connection, find_result(owner, run, text)):
        return found
    try:
        forms = list(match_keys(parse_phone_id(text)))
    except InvalidAddress:
        forms = [text]
    await execute(connection, limit_statements(LONGEST_SEARCH_MS))
    return await fetch(connection, find_results(owner, run, forms=forms, limit=MOST_FOUND))


async def _walk(
    connection: Connection,
    caller: Caller,
    run: Run,
    wanted: ResultFilter,
    *,
    after: str | None,
    page_size: int,
) -> tuple[list[ResultView], str | None]:
    """A page, and the key after which it goes on; None at the end."""
    found: list[ResultView] = []
    for _ in range(MOST_WINDOWS):
        most = WINDOW if wanted != ResultFilter() else page_size
        rows = await fetch(
            connection,
            select_results(
                caller.organization_id,
                run,
                wanted,
                after=after,
                limit=page_size - len(found),
                most=most,
            ),
        )
        found += [ResultView.of(row) for row in rows if row.fits]
        if not rows or (not rows[-1].fits and rows[-1].place < most):
            return found, None
        after = rows[-1].key
        if len(found) >= page_size:
            break
    return found, after


@get("/{campaign_id:uuid}/timeline", guards=[needs(VIEW)])
async def read_timeline(campaign_id: UUID, caller: Caller, database: Database) -> TimelineView:
    """The current run minute by minute, at most its last seven days, and what happened to it."""
    owner = caller.organization_id
    async with database.transaction(owner) as connection:
        row = await access_campaign(connection, caller, campaign_id)
        until = datetime.now(UTC) + timedelta(minutes=1)
        minutes = await fetch(
            connection,
            select_minutes(
                owner, campaign_id, run=row.run, since=until - MOST_MINUTES, until=until
            ),
        )
        events = await fetch(
            connection,
            select_outbound_events(
                owner,
                EventFilter(entity_id=campaign_id),
                before_id=HIGHEST_ID,
                limit=MOST_EVENTS,
            ),
        )
    by_minute: dict[datetime, dict[str, int]] = defaultdict(dict)
    for each in minutes:
        by_minute[each.minute][each.measure] = each.amount
    return TimelineView(
        minutes=[
            MinuteView(minute=moment(minute), measures=measures)
            for minute, measures in by_minute.items()
        ],
        events=[
            StepView(
                time=moment(time_of(each.id)),
                code=each.code,
                level=each.level,
                message=each.message,
                actor=each.actor or None,
            )
            for each in events
        ],
    )


@get("/{campaign_id:uuid}/retry", guards=[needs(START)])
async def count_failed(campaign_id: UUID, caller: Caller, database: Database) -> RetriableView:
    """How many contacts a retry would try again now, counted up to 10,000."""
    async with database.transaction(caller.organization_id) as connection:
        found = await count_retriable(connection, caller, campaign_id)
    return RetriableView(contacts=found.contacts, more=found.more)


@post("/{campaign_id:uuid}/retry", guards=[needs(START)], status_code=200)
async def retry_failed(campaign_id: UUID, caller: Caller, database: Database) -> RetryView:
    """Try failed contacts again whose fault can have passed or been mended. A complete campaign
    is started for them."""
    async with database.transaction(caller.organization_id) as connection:
        done = await retry_campaign(connection, caller, campaign_id)
    return RetryView(contacts=done.contacts, campaign_status=done.status)


campaign_results_router = Router(
    CAMPAIGNS,
    route_handlers=[list_results, read_timeline, count_failed, retry_failed],
    tags=["Campaigns"],
)
