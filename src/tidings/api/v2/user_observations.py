"""In how many queues people are, as the reference asks: /analytics/users/observations/query."""

from uuid import UUID

import msgspec
from litestar import Router, post

from tidings.actions.skills import SEE
from tidings.api.auth import needs
from tidings.api.v2.queue_observations import Filter, MetricView, Predicate, StatisticsView
from tidings.api.views import Body, View, parse_id
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store.board import MembershipCount, count_memberships
from tidings.store.database import Database
from tidings.store.query import fetch

OBSERVE = "analytics:userObservation:view"
MOST_USERS = 300
ACTIVE, MEMBER = "oActiveQueues", "oMemberQueues"


class UserObservationBody(Body):
    """UserObservationQuery of the reference."""

    filter: Filter
    metrics: list[str] = msgspec.field(default_factory=list)


class UserContainerView(View):
    """UserObservationDataContainer of the reference."""

    group: dict[str, str]
    data: list[MetricView]


class UserObservationsView(View):
    """UserObservationQueryResponse of the reference."""

    results: list[UserContainerView]


@post("/api/v2/analytics/users/observations/query", guards=[needs(OBSERVE)], status_code=200)
async def query_user_observations(
    data: UserObservationBody, caller: Caller, database: Database
) -> UserObservationsView:
    """In how many queues people are members, and in how many they take part.

    The filter names them; those whom the caller may not see are left out.
    """
    metrics = data.metrics or [ACTIVE, MEMBER]
    if unknown := [each for each in metrics if each not in (ACTIVE, MEMBER)]:
        raise invalid("metrics", f"There is no metric {unknown[0][:100]}.")
    predicates = [*data.filter.predicates, *(p for c in data.filter.clauses for p in c.predicates)]
    query = count_memberships(
        caller.organization_id, _read_users(predicates), divisions=_divisions(caller)
    )
    async with database.transaction(caller.organization_id) as connection:
        rows = await fetch(connection, query)
    return UserObservationsView(results=[_container(row, metrics) for row in rows])


def _read_users(predicates: list[Predicate]) -> list[UUID]:
    if any(each.dimension != "userId" for each in predicates):
        raise invalid("filter", "A predicate's dimension is userId.")
    ids = [parse_id(each.value, "filter") for each in predicates]
    if not 0 < len(ids) <= MOST_USERS:
        raise invalid("filter", f"Name 1 to {MOST_USERS} people by predicates of userId.")
    return ids


def _divisions(caller: Caller) -> list[UUID] | None:
    """Where the caller may observe people and see them."""
    observed, seen = caller.divisions(OBSERVE), [caller.divisions(each) for each in SEE]
    if None in seen:
        return observed
    shown = {one for some in seen for one in some or ()}
    return sorted(shown if observed is None else shown & {*observed})


def _container(row: MembershipCount, metrics: list[str]) -> UserContainerView:
    counts = {ACTIVE: row.active, MEMBER: row.members}
    data = [MetricView(metric=each, stats=StatisticsView(count=counts[each])) for each in metrics]
    return UserContainerView(group={"userId": str(row.user_id)}, data=data)


user_observations_router = Router("/", route_handlers=[query_user_observations], tags=["Analytics"])
