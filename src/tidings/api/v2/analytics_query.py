"""Reads analytics' queries: interval, order, paging, and filters with and/or clauses."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from tidings.api.v2.interaction_search import VIEW, find_owners
from tidings.api.views import Body, parse_id, parse_moment
from tidings.domain.delivery import DeliveryStatus, parse_analytics_status
from tidings.domain.errors import Rejection, invalid
from tidings.domain.permissions import Caller
from tidings.store.interaction_filters import InteractionFilter
from tidings.store.message_details import select_own_numbers
from tidings.store.query import Connection, fetch
from tidings.store.segment_conditions import (
    CONVERSATION_DIMENSIONS,
    SEGMENT_DIMENSIONS,
    Clause,
    Operator,
    Predicate,
    SegmentCondition,
    conditions_of,
)

LARGEST_PAGE = 100
MOST_PAGES = 100
MOST_FILTERS = 20
MOST_PREDICATES = 100
RECEIVED = "Received"


class PredicateBody(Body):
    """One comparison of the reference's filters."""

    type: str = "dimension"
    dimension: str | None = None
    operator: str = "matches"
    value: str | None = None


class ClauseBody(Body):
    """Predicates joined by and/or."""

    type: str = "and"
    predicates: list[PredicateBody] | None = None


class FilterBody(ClauseBody, kw_only=True):
    """Clauses and predicates joined by and/or."""

    clauses: list[ClauseBody] | None = None


class PagingBody(Body):
    """Which page."""

    page_size: int = 25
    page_number: int = 1


class ConversationQueryBody(Body):
    """ConversationQuery of the reference."""

    interval: str = ""
    conversation_filters: list[FilterBody] | None = None
    segment_filters: list[FilterBody] | None = None
    evaluation_filters: list[dict[str, object]] | None = None
    survey_filters: list[dict[str, object]] | None = None
    resolution_filters: list[dict[str, object]] | None = None
    aggregations: list[dict[str, object]] | None = None
    order: str = "asc"
    order_by: str = "conversationStart"
    paging: PagingBody | None = None


class DetailQuery(msgspec.Struct, frozen=True):
    """A checked query."""

    starts_at: datetime
    ends_at: datetime
    ascending: bool
    page_size: int
    page_number: int
    conversation_clauses: tuple[Clause, ...]
    segment_clauses: tuple[Clause, ...]

    @property
    def conditions(self) -> tuple[SegmentCondition, ...]:
        """Every clause as a condition; each segment filter may be met by another segment."""
        return conditions_of(self.conversation_clauses, self.segment_clauses)


def read_query(data: ConversationQueryBody) -> DetailQuery:
    """Check a query; 400 names the field, filter or dimension that is not understood."""
    _check_unsupported(data)
    starts_at, ends_at = read_interval(data.interval)
    paging = data.paging or PagingBody()
    if not 1 <= paging.page_size <= LARGEST_PAGE:
        raise invalid("paging.pageSize", f"A page has 1 to {LARGEST_PAGE} conversations.")
    if not 1 <= paging.page_number <= MOST_PAGES:
        raise invalid(
            "paging.pageNumber",
            f"There are at most {MOST_PAGES} pages; ask for a shorter interval to go on.",
        )
    return DetailQuery(
        starts_at=starts_at,
        ends_at=ends_at,
        ascending=data.order.lower() != "desc",
        page_size=paging.page_size,
        page_number=paging.page_number,
        conversation_clauses=read_filters(
            data.conversation_filters, "conversationFilters", CONVERSATION_DIMENSIONS
        ),
        segment_clauses=read_filters(data.segment_filters, "segmentFilters", SEGMENT_DIMENSIONS),
    )


def _check_unsupported(data: ConversationQueryBody) -> None:
    for field, given in (
        ("evaluationFilters", data.evaluation_filters),
        ("surveyFilters", data.survey_filters),
        ("resolutionFilters", data.resolution_filters),
        ("aggregations", data.aggregations),
    ):
        if given:
            raise invalid(field, f"{field} are not supported; leave them out.")
    if data.order.lower() not in ("asc", "desc", "unordered"):
        raise invalid("order", "order is asc, desc or unordered.")
    if data.order_by.lower() != "conversationstart":
        raise invalid("orderBy", "Only orderBy conversationStart is supported.")


def read_interval(text: str) -> tuple[datetime, datetime]:
    """The beginning and the end of `start/end`; 400 when it is not one."""
    start, slash, end = text.partition("/")
    if not slash:
        raise invalid("interval", "interval is start/end, two ISO 8601 date-times.")
    bounds = parse_moment(start, "interval"), parse_moment(end, "interval")
    if bounds[0] >= bounds[1]:
        raise invalid("interval", "The interval ends before it begins.")
    return bounds


def read_filters(
    filters: list[FilterBody] | None, field: str, known: Collection[str]
) -> tuple[Clause, ...]:
    """Filters as clauses; 400 names the dimension, operator or value that does not fit."""
    if len(filters or ()) > MOST_FILTERS:
        raise invalid(field, f"At most {MOST_FILTERS} filters are possible.")
    clauses = []
    for each in filters or ():
        outer = _read_clause(each, field, known)
        inner = tuple(_read_clause(clause, field, known) for clause in each.clauses or ())
        clauses.append(Clause(outer.any_of, (*outer.parts, *inner)))
    return tuple(clauses)


def _read_clause(data: ClauseBody, field: str, known: Collection[str]) -> Clause:
    if data.type.lower() not in ("and", "or"):
        raise invalid(f"{field}.type", "A filter's or clause's type is and, or or.")
    predicates = data.predicates or []
    if len(predicates) > MOST_PREDICATES:
        raise invalid(field, f"At most {MOST_PREDICATES} predicates are possible in a clause.")
    parts = tuple(_read_predicate(each, field, known) for each in predicates)
    return Clause(data.type.lower() == "or", parts)


def _read_predicate(data: PredicateBody, field: str, known: Collection[str]) -> Predicate:
    if data.type.lower() != "dimension":
        raise invalid(f"{field}.predicates.type", "Only predicates on a dimension are supported.")
    dimension = data.dimension or ""
    if dimension not in known:
        raise _unsupported_dimension(field, dimension, known)
    try:
        operator = Operator(data.operator)
    except ValueError:
        raise invalid(
            f"{field}.predicates.operator", "The operator is matches, exists or notExists."
        ) from None
    if operator is not Operator.MATCHES:
        return Predicate(dimension, operator)
    if data.value is None:
        raise invalid(f"{field}.predicates.value", f"Give a value for {dimension}.")
    return Predicate(dimension, operator, _stored_values(dimension, data.value))


def _unsupported_dimension(field: str, dimension: str, known: Collection[str]) -> Rejection:
    return invalid(
        f"{field}.predicates.dimension",
        f'The dimension "{dimension}" is not supported here; supported are '
        f"{', '.join(sorted(known))}.",
    )


def _stored_values(dimension: str, value: str) -> tuple[str, ...]:
    """A value as the database spells it; a delivery status may stand for several."""
    if dimension == "deliveryStatus":
        if value == RECEIVED:
            return ("received",)
        return tuple(status.value for status in parse_analytics_status(value))
    if dimension in ("conversationId", "divisionId", "externalContactId", "userId"):
        return (value.lower(),)
    if dimension in ("direction", "originatingDirection", "customerParticipation"):
        return (value.lower(),)
    return (value,)


async def plan_search(
    connection: Connection, caller: Caller, query: DetailQuery
) -> InteractionFilter:
    """What narrows the walk beforehand: predicates that every conversation must fulfil.

    The clauses themselves stay conditions; this only chooses a better index.
    """
    required = [p for clause in query.segment_clauses for p in _required(clause)]
    return InteractionFilter(
        divisions=caller.divisions(VIEW),
        starts_at=query.starts_at,
        ends_at=query.ends_at,
        customer_ids=await _customers(connection, caller, required),
        statuses=_statuses(required),
        only_id=_only_id(query),
    )


def _only_id(query: DetailQuery) -> UUID | None:
    for clause in query.conversation_clauses:
        for each in _required(clause):
            if each.dimension == "conversationId":
                return parse_id(each.values[0], "conversationFilters.predicates.value")
    return None


def _required(clause: Clause) -> list[Predicate]:
    """The predicates of a clause without which it cannot hold."""
    if clause.any_of and len(clause.parts) > 1:
        return []
    found: list[Predicate] = []
    for part in clause.parts:
        if isinstance(part, Clause):
            found += _required(part)
        elif part.operator is Operator.MATCHES:
            found.append(part)
    return found


async def _customers(
    connection: Connection, caller: Caller, required: list[Predicate]
) -> list[UUID] | None:
    """The customers whose address is asked for, unless it is one of our own numbers."""
    for each in required:
        if each.dimension not in ("addressFrom", "addressTo", "remote"):
            continue
        ours = await fetch(
            connection, select_own_numbers(caller.organization_id, list(each.values))
        )
        if not ours:
            return await find_owners(connection, caller, each.values[0])
    return None


def _statuses(required: list[Predicate]) -> tuple[str, ...]:
    for each in required:
        if each.dimension == "deliveryStatus" and each.values == (DeliveryStatus.FAILED,):
            return each.values
    return ()
