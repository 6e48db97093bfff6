"""Surveys after conversations: what was asked, and what customers answered."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query


class NewSurvey(msgspec.Struct, frozen=True, kw_only=True):
    """A survey to ask, and for how many hours an answer is taken."""

    conversation_id: UUID
    id: UUID
    workstream_id: UUID
    integration_id: UUID
    customer_id: UUID
    agent_id: UUID | None
    queue_id: UUID | None
    expiry_hours: int


class OpenSurvey(msgspec.Struct, frozen=True, kw_only=True):
    """A survey whose answer, or whose comment, is still taken."""

    id: UUID
    conversation_id: UUID
    integration_id: UUID
    customer_id: UUID
    state: str
    asks_comment: bool


class SurveyChange(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an open survey; `expires_at`: until when a comment is taken."""

    id: UUID
    conversation_id: UUID
    state: str
    rating: int | None = None
    comment: str | None = None
    expires_at: datetime | None = None


class ExpiredSurvey(msgspec.Struct, frozen=True):
    """A survey that ended for want of an answer, or of a comment."""

    organization_id: UUID
    id: UUID
    state: str


def insert_surveys(organization_id: UUID, surveys: Sequence[NewSurvey]) -> Query[Nothing]:
    """Begin surveys that were asked: from now on their answers are taken."""
    return Query(
        """
        INSERT INTO survey_answer (organization_id, conversation_id, id, workstream_id,
                                   integration_id, customer_id, agent_id, queue_id, state,
                                   asked_at, expires_at)
        SELECT %(organization_id)s, x.conversation_id, x.id, x.workstream_id, x.integration_id,
               x.customer_id, x.agent_id, x.queue_id, 'asked', now(),
               now() + x.expiry_hours * interval '1 hour'
        FROM jsonb_to_recordset(%(surveys)s::jsonb) AS x(
               conversation_id uuid, id uuid, workstream_id uuid, integration_id uuid,
               customer_id uuid, agent_id uuid, queue_id uuid, expiry_hours integer)
        ON CONFLICT DO NOTHING
        """,
        {
            "organization_id": organization_id,
            "surveys": msgspec.json.encode(surveys).decode(),
        },
        Nothing,
    )


def hold_open_surveys(organization_id: UUID, customer_ids: Sequence[UUID]) -> Query[OpenSurvey]:
    """The surveys of these customers that take an answer, latest last; held until the end of the
    transaction, so that two batches do not answer one survey twice."""
    return Query(
        """
        SELECT s.id, s.conversation_id, s.integration_id, s.customer_id, s.state,
               coalesce((SELECT (w.survey ->> 'askComment')::boolean FROM workstream w
                 WHERE w.organization_id = s.organization_id AND w.id = s.workstream_id), false)
                 AS asks_comment
        FROM survey_answer s
        WHERE s.organization_id = %(organization_id)s
          AND s.customer_id = ANY(%(customer_ids)s::uuid[])
          AND s.state IN ('asked', 'rated') AND s.expires_at > now()
        ORDER BY s.id FOR UPDATE OF s
        """,
        {"organization_id": organization_id, "customer_ids": list(customer_ids)},
        OpenSurvey,
    )


def change_surveys(organization_id: UUID, changes: Sequence[SurveyChange]) -> Query[Nothing]:
    """Write down what became of surveys; what is None stays as it is."""
    return Query(
        """
        UPDATE survey_answer s
        SET state = x.state, rating = coalesce(x.rating, s.rating),
            comment = coalesce(x.comment, s.comment),
            expires_at = coalesce(x.expires_at, s.expires_at),
            answered_at = CASE WHEN x.rating IS NULL THEN s.answered_at ELSE now() END
        FROM jsonb_to_recordset(%(changes)s::jsonb) AS x(
               conversation_id uuid, id uuid, state text, rating smallint, comment text,
               expires_at timestamptz)
        WHERE s.organization_id = %(organization_id)s
          AND s.conversation_id = x.conversation_id AND s.id = x.id
        """,
        {
            "organization_id": organization_id,
            "changes": msgspec.json.encode(changes).decode(),
        },
        Nothing,
    )


def expire_surveys(*, limit: int) -> Query[ExpiredSurvey]:
    """End surveys that nobody answered in time; one with a rating is done without a comment."""
    return Query(
        """
        UPDATE survey_answer s
        SET state = CASE s.state WHEN 'rated' THEN 'done' ELSE 'expired' END
        FROM (SELECT organization_id, conversation_id, id FROM survey_answer
              WHERE state IN ('asked', 'rated') AND expires_at <= now()
              ORDER BY expires_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED) d
        WHERE s.organization_id = d.organization_id AND s.conversation_id = d.conversation_id
          AND s.id = d.id
        RETURNING s.organization_id, s.id, s.state
        """,
        {"limit": limit},
        ExpiredSurvey,
    )
