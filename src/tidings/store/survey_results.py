"""What customers answered to surveys: one by one, and summed up."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from tidings.store.query import Query, params_of


class SurveyGroup(StrEnum):
    """By what results are summed up."""

    WORKSTREAM = "workstream"
    QUEUE = "queue"
    AGENT = "agent"


class SurveyRow(msgspec.Struct, frozen=True, kw_only=True):
    """One survey, with the names of what it is about."""

    id: UUID
    conversation_id: UUID
    state: str
    rating: int | None
    comment: str | None
    asked_at: datetime
    answered_at: datetime | None
    workstream_id: UUID
    workstream_name: str | None
    queue_id: UUID | None
    queue_name: str | None
    agent_id: UUID | None
    agent_name: str | None


class SurveySum(msgspec.Struct, frozen=True, kw_only=True):
    """The surveys of one group: how many were asked and answered, and how often which rating."""

    id: UUID | None
    name: str | None
    asked: int
    answered: int
    commented: int
    average: float | None
    ratings: list[int]


class SurveyFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which surveys: of conversations of the divisions that may be seen (None: any), asked from
    one moment to another, and of these where they are named."""

    divisions: list[UUID] | None
    from_at: datetime
    to_at: datetime
    workstream_id: UUID | None = None
    queue_id: UUID | None = None
    agent_id: UUID | None = None
    state: str | None = None
    rating: int | None = None


JOINED = """
    survey_answer s
    JOIN conversation c ON c.organization_id = s.organization_id AND c.id = s.conversation_id
    LEFT JOIN workstream w ON w.organization_id = s.organization_id AND w.id = s.workstream_id
    LEFT JOIN queue q ON q.organization_id = s.organization_id AND q.id = s.queue_id
    LEFT JOIN user_account u ON u.organization_id = s.organization_id AND u.id = s.agent_id
"""
CONDITIONS = """
    s.organization_id = %(organization_id)s
    AND (%(divisions)s::uuid[] IS NULL OR c.division_id = ANY(%(divisions)s))
    AND s.asked_at >= %(from_at)s AND s.asked_at < %(to_at)s
    AND (%(workstream_id)s::uuid IS NULL OR s.workstream_id = %(workstream_id)s)
    AND (%(queue_id)s::uuid IS NULL OR s.queue_id = %(queue_id)s)
    AND (%(agent_id)s::uuid IS NULL OR s.agent_id = %(agent_id)s)
    AND (%(state)s::text IS NULL OR s.state = %(state)s)
    AND (%(rating)s::smallint IS NULL OR s.rating = %(rating)s)
"""
OF_GROUP = {
    SurveyGroup.WORKSTREAM: ("s.workstream_id", "w.name"),
    SurveyGroup.QUEUE: ("s.queue_id", "q.name"),
    SurveyGroup.AGENT: ("s.agent_id", "u.name"),
}


def select_surveys(
    organization_id: UUID, chosen: SurveyFilter, *, before_id: UUID, limit: int
) -> Query[SurveyRow]:
    """A page of surveys from before an id, newest first."""
    return Query(
        f"""
        SELECT s.id, s.conversation_id, s.state, s.rating, s.comment, s.asked_at, s.answered_at,
               s.workstream_id, w.name AS workstream_name, s.queue_id, q.name AS queue_name,
               s.agent_id, u.name AS agent_name
        FROM {JOINED}
        WHERE {CONDITIONS} AND s.id < %(before_id)s
        ORDER BY s.id DESC
        LIMIT %(limit)s
        """,
        params_of(organization_id, chosen, before_id=before_id, limit=limit),
        SurveyRow,
    )


def sum_surveys(
    organization_id: UUID, chosen: SurveyFilter, group: SurveyGroup, *, limit: int
) -> Query[SurveySum]:
    """Surveys summed up by group, the most asked first; the interval bounds the work."""
    key, name = OF_GROUP[group]
    counts = ", ".join(f"count(*) FILTER (WHERE s.rating = {each})" for each in range(1, 6))
    return Query(
        f"""
        SELECT {key} AS id, {name} AS name, count(*) AS asked, count(s.rating) AS answered,
               count(s.comment) AS commented, avg(s.rating)::float8 AS average,
               ARRAY[{counts}] AS ratings
        FROM {JOINED}
        WHERE {CONDITIONS}
        GROUP BY {key}, {name}
        ORDER BY count(*) DESC, {key}
        LIMIT %(limit)s
        """,
        params_of(organization_id, chosen, limit=limit),
        SurveySum,
    )
