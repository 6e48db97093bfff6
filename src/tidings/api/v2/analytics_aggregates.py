"""Analytics' aggregates: conversations counted by group and step (/analytics/conversations)."""

import re
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from litestar import Router, post

from tidings.api.auth import needs
from tidings.api.v2.analytics_query import FilterBody, read_filters, read_interval
from tidings.api.views import Body, View, moment
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store.conversation_aggregates import (
    GROUPS,
    AggregateRow,
    Span,
    aggregate_conversations,
    count_looked_at,
)
from tidings.store.database import Database
from tidings.store.query import Connection, fetch, fetch_one
from tidings.store.segment_conditions import CONVERSATION_DIMENSIONS, conversation_condition

VIEW: Final = "analytics:conversationAggregate:view"
METRICS: Final = ("nConversations", "nOutbound", "oMessageCount", "nError")
MOST_LOOKED_AT: Final = 500_000
MOST_STEPS: Final = 1_000
EARLIEST_YEAR, LATEST_YEAR = 2000, 2999
SHORTEST_STEP: Final = timedelta(minutes=1)
PERIOD: Final = re.compile(
    r"P(?:(?P<weeks>\d{1,4})W|(?:(?P<days>\d{1,4})D)?"
    r"(?:T(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,8})S)?)?)"
)


class AggregateQueryBody(Body):
    """ConversationAggregationQuery of the reference."""

    interval: str = ""
    granularity: str | None = None
    time_zone: str | None = None
    group_by: list[str] | None = None
    filter: FilterBody | None = None
    metrics: list[str] | None = None
    views: list[dict[str, object]] | None = None
    alternate_time_dimension: str | None = None
    flatten_multivalued_dimensions: bool | None = None


class StatsView(View):
    """StatisticalSummary of the reference."""

    count: int
    sum: float | None = None
    min: float | None = None
    max: float | None = None


class MetricView(View):
    """AggregateMetricData of the reference."""

    metric: str
    stats: StatsView


class StepView(View):
    """StatisticalResponse of the reference: the metrics of one step of time."""

    interval: str
    metrics: list[MetricView]


class GroupView(View):
    """ConversationAggregateDataContainer of the reference; mediaType is always in it."""

    group: dict[str, str]
    data: list[StepView]


class AggregatesView(View):
    """ConversationAggregateQueryResponse of the reference."""

    results: list[GroupView]


@post("/aggregates/query", guards=[needs(VIEW)], status_code=200)
async def query_aggregates(
    data: AggregateQueryBody, caller: Caller, database: Database
) -> AggregatesView:
    """Count conversations that started in an interval: how many, their messages and failures.

    metrics: nConversations, nOutbound, oMessageCount, nError (failed messages). Steps of
    `granularity` are of one length and begin with the interval, so timeZone changes nothing;
    steps and groups without a conversation are left out. An interval may hold up to 500,000
    conversations.
    """
    metrics = read_metrics(data)
    groups = read_groups(data)
    span = read_span(data)
    clauses = read_filters([data.filter] if data.filter else [], "filter", CONVERSATION_DIMENSIONS)
    async with database.transaction(caller.organization_id) as connection:
        await check_size(connection, caller, span)
        query = aggregate_conversations(
            caller.organization_id,
            span,
            divisions=caller.divisions(VIEW),
            conditions=tuple(conversation_condition(c, number=n) for n, c in enumerate(clauses)),
            group_by=groups,
            with_errors="nError" in metrics,
        )
        rows = await fetch(connection, query)
    return AggregatesView(
        results=[
            GroupView(
                group={"mediaType": "message"} | dict(zip(groups, values, strict=True)),
                data=[_step(row, span, metrics) for row in members],
            )
            for values, members in groupby(rows, key=lambda row: tuple(row.group_values))
        ]
    )


async def check_size(connection: Connection, caller: Caller, span: Span) -> None:
    """400 when an interval holds more conversations than may be looked at for one answer."""
    query = count_looked_at(caller.organization_id, span, most=MOST_LOOKED_AT)
    if (await fetch_one(connection, query)).count > MOST_LOOKED_AT:
        raise invalid(
            "interval",
            f"More than {MOST_LOOKED_AT:,} conversations would have to be looked at; "
            "ask for a shorter interval.",
        )


def read_metrics(data: AggregateQueryBody) -> tuple[str, ...]:
    """The metrics asked for, all when none is; 400 names one that is not counted here."""
    for field, given in (
        ("views", data.views),
        ("alternateTimeDimension", data.alternate_time_dimension),
    ):
        if given:
            raise invalid(field, f"{field} is not supported; leave it out.")
    for each in data.metrics or ():
        if each not in METRICS:
            raise invalid(
                "metrics",
                f'The metric "{each}" is not counted here; counted are {", ".join(METRICS)}.',
            )
    return tuple(dict.fromkeys(data.metrics or METRICS))


def read_groups(data: AggregateQueryBody) -> tuple[str, ...]:
    """The dimensions to group by; 400 names one that is not supported."""
    for each in data.group_by or ():
        if each not in GROUPS:
            raise invalid(
                "groupBy",
                f'The dimension "{each}" is not supported here; supported are '
                f"{', '.join(sorted(GROUPS))}.",
            )
    return tuple(dict.fromkeys(data.group_by or ()))


def read_span(data: AggregateQueryBody) -> Span:
    """The interval and its steps; without granularity all of it is one step."""
    starts_at, ends_at = read_interval(data.interval)
    if starts_at.year < EARLIEST_YEAR or ends_at.year > LATEST_YEAR:
        raise invalid(
            "interval",
            f"The interval lies within the years {EARLIEST_YEAR} to {LATEST_YEAR}.",
            code="invalid.date",
        )
    if data.granularity is None:
        return Span(starts_at, ends_at, ends_at - starts_at)
    found = PERIOD.fullmatch(data.granularity)
    parts = {name: int(text) for name, text in (found.groupdict() if found else {}).items() if text}
    step = timedelta(**parts)
    if step < SHORTEST_STEP:
        raise invalid(
            "granularity",
            "granularity is a period of weeks, days, hours or minutes, such as P1D or PT30M.",
        )
    if (ends_at - starts_at) / step > MOST_STEPS:
        raise invalid(
            "granularity",
            f"The interval has at most {MOST_STEPS:,} steps; choose longer ones.",
        )
    return Span(starts_at, ends_at, step)


def _step(row: AggregateRow, span: Span, metrics: tuple[str, ...]) -> StepView:
    first: datetime = span.starts_at + row.step * span.step
    last = min(first + span.step, span.ends_at)
    counted = {
        "nConversations": StatsView(count=row.conversations),
        "nOutbound": StatsView(count=row.outbound),
        "oMessageCount": StatsView(
            count=row.conversations,
            sum=float(row.messages),
            min=float(row.least_messages),
            max=float(row.most_messages),
        ),
        "nError": StatsView(count=row.errors),
    }
    return StepView(
        interval=f"{moment(first)}/{moment(last)}",
        metrics=[MetricView(metric=each, stats=counted[each]) for each in metrics],
    )


analytics_aggregates_router = Router(
    "/api/v2/analytics/conversations", route_handlers=[query_aggregates], tags=["Analytics"]
)
