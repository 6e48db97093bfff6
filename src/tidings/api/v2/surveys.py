"""Results of surveys over the API: /routing/surveys."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Router, get
from litestar.params import QueryParameter

from tidings.api.auth import needs
from tidings.api.paging import After, PageSize, keyset
from tidings.api.v2.operating_hours import asked_moment
from tidings.api.views import (
    Keyset,
    Moment,
    Ref,
    View,
    moment,
    optional_moment,
    parse_id,
)
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store import survey_results as store
from tidings.store.database import Database
from tidings.store.query import fetch
from tidings.store.survey_results import SurveyFilter, SurveyGroup

PATH = "/api/v2/routing/surveys"
VIEW = "analytics:conversationDetail:view"
VIEW_SUMS = "analytics:conversationAggregate:view"
LONGEST_SPAN = timedelta(days=92)
USUAL_SPAN = timedelta(days=31)
MOST_GROUPS = 1_000
LAST = UUID(int=2**128 - 1)

AnyRequest = Request[Any, Any, Any]
WorkstreamId = Annotated[UUID | None, QueryParameter(name="workstreamId")]
QueueId = Annotated[UUID | None, QueryParameter(name="queueId")]
AgentId = Annotated[UUID | None, QueryParameter(name="agentId")]
From = Annotated[str | None, QueryParameter(name="from")]
To = Annotated[str | None, QueryParameter(name="to")]
State = Annotated[Literal["asked", "rated", "done", "expired"] | None, QueryParameter(name="state")]
Group = Literal["workstream", "queue", "agent"]


class SurveyView(View):
    """One survey; `state`: asked, rated (a comment may follow), done, or expired unanswered."""

    id: str
    conversation: Ref
    workstream: Ref
    state: str
    date_asked: Moment
    rating: int | None = None
    comment: str | None = None
    queue: Ref | None = None
    agent: Ref | None = None
    date_answered: Moment | None = None

    @classmethod
    def of(cls, row: store.SurveyRow) -> "SurveyView":
        """The survey as the API shows it."""
        return cls(
            id=str(row.id),
            conversation=Ref(
                id=str(row.conversation_id),
                self_uri=f"/api/v2/conversations/{row.conversation_id}",
            ),
            workstream=Ref(id=str(row.workstream_id), name=row.workstream_name),
            state=row.state,
            date_asked=moment(row.asked_at),
            rating=row.rating,
            comment=row.comment,
            queue=_ref(row.queue_id, row.queue_name),
            agent=_ref(row.agent_id, row.agent_name),
            date_answered=optional_moment(row.answered_at),
        )


class SurveySumView(View):
    """The surveys of one workstream, queue or agent; `ratings` counts them from 1 to 5."""

    asked: int
    answered: int
    commented: int
    ratings: dict[str, int]
    group: Ref | None = None
    average_rating: float | None = None

    @classmethod
    def of(cls, row: store.SurveySum) -> "SurveySumView":
        """The sums as the API shows them."""
        return cls(
            asked=row.asked,
            answered=row.answered,
            commented=row.commented,
            ratings={str(rating): count for rating, count in enumerate(row.ratings, start=1)},
            group=_ref(row.id, row.name),
            average_rating=None if row.average is None else round(row.average, 2),
        )


class SurveySumsView(View):
    """Surveys summed up, for a span of time."""

    group_by: str
    date_from: Moment
    date_to: Moment
    groups: list[SurveySumView]


@get("/", guards=[needs(VIEW)])
async def list_surveys(
    request: AnyRequest,
    caller: Caller,
    database: Database,
    page_size: PageSize = 25,
    after: After = None,
    workstream_id: WorkstreamId = None,
    queue_id: QueueId = None,
    agent_id: AgentId = None,
    survey_state: State = None,
    rating: Annotated[int | None, QueryParameter(name="rating", ge=1, le=5)] = None,
    from_time: From = None,
    to_time: To = None,
) -> Keyset[SurveyView]:
    """List surveys, newest first; without `from` those of the last 31 days."""
    from_at, to_at = _span(from_time, to_time)
    chosen = SurveyFilter(
        divisions=caller.divisions(VIEW),
        from_at=from_at,
        to_at=to_at,
        workstream_id=workstream_id,
        queue_id=queue_id,
        agent_id=agent_id,
        state=survey_state,
        rating=rating,
    )
    before_id = parse_id(after, "after") if after else LAST
    async with database.transaction(caller.organization_id) as connection:
        rows = await fetch(
            connection,
            store.select_surveys(
                caller.organization_id, chosen, before_id=before_id, limit=page_size
            ),
        )
    return keyset(
        request,
        page_size,
        entities=[SurveyView.of(row) for row in rows],
        last_key=rows[-1].id if rows else None,
    )


@get("/aggregates", guards=[needs(VIEW_SUMS)])
async def sum_surveys(
    caller: Caller,
    database: Database,
    group_by: Annotated[Group, QueryParameter(name="groupBy")] = "workstream",
    workstream_id: WorkstreamId = None,
    queue_id: QueueId = None,
    agent_id: AgentId = None,
    from_time: From = None,
    to_time: To = None,
) -> SurveySumsView:
    """Surveys summed up by workstream, queue or agent; without `from` of the last 31 days."""
    from_at, to_at = _span(from_time, to_time)
    chosen = SurveyFilter(
        divisions=caller.divisions(VIEW_SUMS),
        from_at=from_at,
        to_at=to_at,
        workstream_id=workstream_id,
        queue_id=queue_id,
        agent_id=agent_id,
    )
    query = store.sum_surveys(
        caller.organization_id, chosen, SurveyGroup(group_by), limit=MOST_GROUPS
    )
    async with database.transaction(caller.organization_id) as connection:
        rows = await fetch(connection, query)
    return SurveySumsView(
        group_by=group_by,
        date_from=moment(from_at),
        date_to=moment(to_at),
        groups=[SurveySumView.of(row) for row in rows],
    )


def _span(from_time: str | None, to_time: str | None) -> tuple[datetime, datetime]:
    """From when to when, at most 92 days: by day, an organization may ask thousands."""
    to_at = asked_moment(to_time, "to") if to_time else datetime.now(UTC) + timedelta(minutes=1)
    from_at = asked_moment(from_time, "from") if from_time else to_at - USUAL_SPAN
    if from_at >= to_at:
        raise invalid("from", "The span ends before it begins.")
    if to_at - from_at > LONGEST_SPAN:
        raise invalid("from", f"Ask for at most {LONGEST_SPAN.days} days at once.")
    return from_at, to_at


def _ref(identifier: UUID | None, name: str | None) -> Ref | None:
    return None if identifier is None else Ref(id=str(identifier), name=name)


surveys_router = Router(PATH, route_handlers=[list_surveys, sum_surveys], tags=["Routing"])
