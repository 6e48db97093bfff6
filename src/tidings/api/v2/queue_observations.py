"""What goes on in queues now, as the reference asks: /analytics/queues/observations/query."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from litestar import Router, post

from tidings.actions.queues import VIEW
from tidings.api.auth import needs
from tidings.api.views import Body, View, parse_id
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.domain.presence import PRIMARY
from tidings.store.board import QueueFigures, select_queue_figures
from tidings.store.database import Database
from tidings.store.presences import select_presences
from tidings.store.query import fetch
from tidings.store.queues import QueueFilter, select_queues

OBSERVE = "analytics:queueObservation:view"
MOST_QUEUES = 300
METRICS = (
    "oActiveUsers",
    "oAlerting",
    "oInteracting",
    "oLongestInteracting",
    "oLongestWaiting",
    "oMemberUsers",
    "oOffQueueUsers",
    "oOnQueueUsers",
    "oUserPresences",
    "oUserRoutingStatuses",
    "oWaiting",
)
# Of conversations over a medium; the other metrics are of people, whatever the medium.
OF_MEDIUM = ("oAlerting", "oInteracting", "oLongestInteracting", "oLongestWaiting", "oWaiting")


class Predicate(Body):
    """One condition: a dimension and the value it has."""

    dimension: str | None = None
    value: str | None = None
    operator: str | None = None


class Clause(Body):
    """Conditions joined by and / or."""

    predicates: list[Predicate]
    type: str | None = None


class Filter(Body):
    """Which queues and media."""

    type: str | None = None
    clauses: list[Clause] = msgspec.field(default_factory=list)
    predicates: list[Predicate] = msgspec.field(default_factory=list)


class ObservationBody(Body):
    """QueueObservationQuery of the reference."""

    filter: Filter
    metrics: list[str] = msgspec.field(default_factory=list)


class StatisticsView(View):
    """StatisticalSummary of the reference; times in milliseconds."""

    count: int
    max: float | None = None
    calculated_metric_value: int | None = None


class MetricView(View):
    """ObservationMetricData of the reference."""

    metric: str
    stats: StatisticsView
    qualifier: str | None = None


class ContainerView(View):
    """QueueObservationDataContainer of the reference."""

    group: dict[str, str]
    data: list[MetricView]


class ObservationsView(View):
    """QueueObservationQueryResponse of the reference."""

    system_to_organization_mappings: dict[str, list[str]]
    results: list[ContainerView]


@post("/api/v2/analytics/queues/observations/query", guards=[needs(OBSERVE)], status_code=200)
async def query_queue_observations(
    data: ObservationBody, caller: Caller, database: Database
) -> ObservationsView:
    """What goes on in some queues now: who waits, who is talked with, and which agents are there.

    The filter names the queues; those that the caller may not see are left out.
    """
    metrics = _read_metrics(data.metrics)
    predicates = [*data.filter.predicates, *(p for c in data.filter.clauses for p in c.predicates)]
    queue_ids = _read_queues(predicates)
    media = {each.value for each in predicates if each.dimension == "mediaType"}
    organization_id = caller.organization_id
    async with database.transaction(organization_id) as connection:
        chosen = QueueFilter(_divisions(caller), ids=queue_ids)
        seen = await fetch(
            connection, select_queues(organization_id, chosen, limit=MOST_QUEUES, offset=0)
        )
        ids = [row.id for row in seen]
        figures = await fetch(connection, select_queue_figures(organization_id, ids))
        own = await fetch(connection, select_presences(organization_id))
    mappings = {each.system_presence: [str(each.id)] for each in PRIMARY.values()}
    for presence in own:
        mappings[presence.system_presence].append(str(presence.id))
    now, counted = datetime.now(UTC), not media or "message" in media
    return ObservationsView(
        system_to_organization_mappings=mappings,
        results=[each for row in figures for each in _results(row, metrics, now, counted=counted)],
    )


def _divisions(caller: Caller) -> list[UUID] | None:
    """Where the caller may observe and see queues."""
    observed, seen = caller.divisions(OBSERVE), caller.divisions(VIEW)
    if observed is None or seen is None:
        return seen if observed is None else observed
    return sorted({*observed} & {*seen})


def _read_metrics(asked: list[str]) -> list[str]:
    unknown = [each for each in asked if each not in METRICS]
    if unknown:
        raise invalid("metrics", f"There is no metric {unknown[0][:100]}.")
    return asked or list(METRICS)


def _read_queues(predicates: list[Predicate]) -> list[UUID]:
    for each in predicates:
        if each.dimension not in ("queueId", "mediaType"):
            raise invalid("filter", "A predicate's dimension is queueId or mediaType.")
        if each.operator not in (None, "matches"):
            raise invalid("filter", "A predicate's operator is matches.")
    ids = [parse_id(each.value, "filter") for each in predicates if each.dimension == "queueId"]
    if not 0 < len(ids) <= MOST_QUEUES:
        raise invalid("filter", f"Name 1 to {MOST_QUEUES} queues by predicates of queueId.")
    return ids


def _results(
    row: QueueFigures, metrics: list[str], now: datetime, *, counted: bool
) -> Iterator[ContainerView]:
    """One container of conversations over messages, one of people."""
    queue = {"queueId": str(row.queue_id)}
    of_medium = [each for each in metrics if each in OF_MEDIUM]
    if of_medium and counted:
        data = [_of_conversations(row, each, now) for each in of_medium]
        yield ContainerView(group=queue | {"mediaType": "message"}, data=data)
    of_people = [each for each in metrics if each not in OF_MEDIUM]
    if of_people:
        people = [each for metric in of_people for each in _of_people(row, metric)]
        yield ContainerView(group=queue, data=people)


def _of_conversations(row: QueueFigures, metric: str, now: datetime) -> MetricView:
    since = {
        "oLongestWaiting": row.longest_waiting_at,
        "oLongestInteracting": row.longest_interacting_at,
    }
    if metric in since:
        began = since[metric]
        took = 0 if began is None else max(0, int((now - began).total_seconds() * 1000))
        count = 0 if began is None else 1
        stats = StatisticsView(count=count, max=float(took), calculated_metric_value=took)
        return MetricView(metric=metric, stats=stats)
    counts = {
        "oWaiting": row.waiting, "oAlerting": row.alerting, "oInteracting": row.interacting
    }  # fmt: skip
    return MetricView(metric=metric, stats=StatisticsView(count=counts[metric]))


def _of_people(row: QueueFigures, metric: str) -> list[MetricView]:
    """Counts of the members who take part; on queue and statuses by where they stand."""
    off = row.statuses.get("OFF_QUEUE", 0)
    match metric:
        case "oOnQueueUsers":
            by = {status: n for status, n in row.statuses.items() if status != "OFF_QUEUE"}
        case "oUserRoutingStatuses":
            by = row.statuses
        case "oUserPresences":
            by = row.presences
        case _:
            totals = {
                "oActiveUsers": row.joined, "oMemberUsers": row.members, "oOffQueueUsers": off
            }  # fmt: skip
            return [MetricView(metric=metric, stats=StatisticsView(count=totals[metric]))]
    return [
        MetricView(metric=metric, qualifier=name, stats=StatisticsView(count=count))
        for name, count in sorted(by.items())
    ]


queue_observations_router = Router(
    "/", route_handlers=[query_queue_observations], tags=["Analytics"]
)
