"""Analytics' detail jobs over the API: a long query is made by a worker and read by cursor."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from litestar import Response, Router, delete, get, post
from litestar.params import QueryParameter

from tidings.actions import detail_jobs as actions
from tidings.actions.detail_jobs import MOST_FOUND, JobQuery
from tidings.api.auth import needs
from tidings.api.replay import Once
from tidings.api.v2.analytics import read_details
from tidings.api.v2.analytics_query import (
    ConversationQueryBody,
    FilterBody,
    plan_search,
    read_query,
)
from tidings.api.v2.analytics_views import ConversationDetailView
from tidings.api.v2.interaction_search import VIEW
from tidings.api.views import Body, Moment, View, moment, optional_moment
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store.database import Database
from tidings.store.detail_jobs import DetailJobRow
from tidings.store.query import Connection

LARGEST_PAGE = 500
STATES = {"queued": "QUEUED", "running": "PENDING", "done": "FULFILLED", "failed": "FAILED"}
Cursor = Annotated[str | None, QueryParameter(name="cursor")]
PageSize = Annotated[int, QueryParameter(name="pageSize", ge=1, le=LARGEST_PAGE)]


class AsyncConversationQueryBody(Body):
    """AsyncConversationQuery of the reference."""

    interval: str = ""
    conversation_filters: list[FilterBody] | None = None
    segment_filters: list[FilterBody] | None = None
    evaluation_filters: list[dict[str, object]] | None = None
    survey_filters: list[dict[str, object]] | None = None
    resolution_filters: list[dict[str, object]] | None = None
    order: str = "asc"
    order_by: str = "conversationStart"
    limit: int | None = None
    start_of_day_interval_matching: bool = False

    def query(self) -> ConversationQueryBody:
        """The part that is a query like any other."""
        return ConversationQueryBody(
            interval=self.interval,
            conversation_filters=self.conversation_filters,
            segment_filters=self.segment_filters,
            evaluation_filters=self.evaluation_filters,
            survey_filters=self.survey_filters,
            resolution_filters=self.resolution_filters,
            order=self.order,
            order_by=self.order_by,
        )


class JobView(View):
    """AsyncQueryResponse of the reference."""

    job_id: str


class JobStatusView(View):
    """AsyncQueryStatus of the reference."""

    state: str
    submission_date: Moment
    expiration_date: Moment
    completion_date: Moment | None = None
    error_message: str | None = None

    @classmethod
    def of(cls, job: DetailJobRow) -> "JobStatusView":
        """How far a job is."""
        expired = job.expires_at <= datetime.now(UTC)
        return cls(
            state="EXPIRED" if expired else STATES[job.state],
            submission_date=moment(job.created_at),
            expiration_date=moment(job.expires_at),
            completion_date=optional_moment(job.finished_at),
            error_message=job.failure,
        )


class JobResultsView(View):
    """AnalyticsConversationAsyncQueryResponse of the reference."""

    conversations: list[ConversationDetailView]
    data_availability_date: Moment
    cursor: str | None = None


class AvailabilityView(View):
    """DataAvailabilityResponse of the reference."""

    data_availability_date: Moment


@post("/jobs", guards=[needs(VIEW)], status_code=202)
async def create_detail_job(
    data: AsyncConversationQueryBody, caller: Caller, once: Once
) -> Response[JobView]:
    """Ask for all conversations that a query gives, of an interval of any length.

    A worker makes it, up to a million conversations. The job and what it found are kept for a
    day, and are only for whoever asked.
    """

    async def order(connection: Connection) -> DetailJobRow:
        query = await _plan(connection, caller, data)
        return await actions.order_details(connection, caller, query)

    return await once(order, lambda job: JobView(job_id=str(job.id)), status=202)


async def _plan(
    connection: Connection, caller: Caller, data: AsyncConversationQueryBody
) -> JobQuery:
    if data.start_of_day_interval_matching:
        raise invalid(
            "startOfDayIntervalMatching",
            "startOfDayIntervalMatching is not supported; leave it out.",
        )
    if data.limit is not None and not 1 <= data.limit <= MOST_FOUND:
        raise invalid("limit", f"limit is 1 to {MOST_FOUND}.")
    query = read_query(data.query())
    return JobQuery(
        wanted=await plan_search(connection, caller, query),
        conversation_clauses=query.conversation_clauses,
        segment_clauses=query.segment_clauses,
        ascending=query.ascending,
        limit=data.limit,
    )


@get("/jobs/availability", guards=[needs(VIEW)])
async def read_availability() -> AvailabilityView:
    """Up to when conversations are found by a job: always up to now."""
    return AvailabilityView(data_availability_date=moment(datetime.now(UTC)))


@get("/jobs/{detail_job_id:uuid}", guards=[needs(VIEW)])
async def read_detail_job(detail_job_id: UUID, caller: Caller, database: Database) -> JobStatusView:
    """How far one of the caller's jobs is."""
    async with database.transaction(caller.organization_id) as connection:
        return JobStatusView.of(await actions.access_detail_job(connection, caller, detail_job_id))


@delete("/jobs/{detail_job_id:uuid}", guards=[needs(VIEW)], status_code=204)
async def delete_detail_job(detail_job_id: UUID, caller: Caller, database: Database) -> None:
    """End one of the caller's jobs and forget what it found."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.delete_detail_job(connection, caller, detail_job_id)


@get("/jobs/{detail_job_id:uuid}/results", guards=[needs(VIEW)])
async def read_detail_results(
    detail_job_id: UUID,
    caller: Caller,
    database: Database,
    cursor: Cursor = None,
    page_size: PageSize = 100,
) -> JobResultsView:
    """What a job found, as it is now: a page, and the cursor of the next one while there is one.

    Conversations that the caller may not see any more are left out, so that a page may be short.
    """
    after = _read_cursor(cursor)
    async with database.transaction(caller.organization_id) as connection:
        found = await actions.read_results(
            connection, caller, detail_job_id, after_place=after, limit=page_size
        )
        ids = [each.conversation_id for each in found]
        conversations = await read_details(connection, caller, ids) if ids else []
    return JobResultsView(
        conversations=conversations,
        data_availability_date=moment(datetime.now(UTC)),
        cursor=str(found[-1].place) if len(found) == page_size else None,
    )


def _read_cursor(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= len(str(MOST_FOUND))):
        raise invalid("cursor", "Give the cursor of the page before, as it is.")
    return int(cursor)


analytics_jobs_router = Router(
    "/api/v2/analytics/conversations/details",
    route_handlers=[
        create_detail_job,
        read_availability,
        read_detail_job,
        delete_detail_job,
        read_detail_results,
    ],
    tags=["Analytics"],
)
