"""Surveys: asked when a conversation has ended, answered by the customer's next messages (T4).

An answer neither opens the conversation again nor brings it to a queue; anything else the
customer writes does, and ends the survey.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from tidings.actions.automated_planning import (
    SURVEY,
    SURVEY_COMMENT,
    SURVEY_THANKS,
    plan_automated,
)
from tidings.domain.inbound import InboundMessage, MessageKind
from tidings.domain.languages import language_of_phone
from tidings.domain.surveys import (
    COMMENT_WITHIN,
    LONGEST_COMMENT,
    Survey,
    parse_rating,
    rating_list,
    survey_words,
)
from tidings.store import surveys as store
from tidings.store.automated_messages import DueMessage, Planned
from tidings.store.query import Connection, execute, fetch
from tidings.store.surveys import OpenSurvey, SurveyChange

FALLBACK_LANGUAGE = "en"
SURVEY_TRIGGERS = frozenset({SURVEY, SURVEY_COMMENT, SURVEY_THANKS})
# Providers that show a list to choose from.
WITH_LISTS = frozenset({"whatsapp_cloud"})
ANSWERING = frozenset({MessageKind.TEXT, MessageKind.BUTTON, MessageKind.INTERACTIVE})
NOT_SAID = frozenset(
    {MessageKind.REACTION, MessageKind.SYSTEM, MessageKind.EDIT, MessageKind.REVOKE}
)


class Question(msgspec.Struct, frozen=True):
    """What a survey says: a text, or a list to choose from with that text above."""

    text: str
    interactive: dict[str, Any] | None = None


class Heard(msgspec.Struct, frozen=True):
    """A customer's message, as surveys look at it."""

    customer_id: UUID
    integration_id: UUID
    message: InboundMessage


def ask(due: DueMessage) -> Question | None:
    """What a planned part of a survey says now.

    None when the workstream asks no more, or when the conversation goes on after all.
    """
    if due.survey is None or due.state != "disconnected":
        return None
    survey = msgspec.convert(due.survey, Survey)
    words = survey_words(
        survey, language=language_of(due), fallback=due.language or FALLBACK_LANGUAGE
    )
    if due.trigger == SURVEY_COMMENT:
        return Question(words.comment_question)
    if due.trigger == SURVEY_THANKS:
        return Question(words.thanks)
    if not survey.enabled:
        return None
    shown = rating_list(due.stay_id, words.question) if due.provider in WITH_LISTS else None
    return Question(words.question, shown)


async def begin_surveys(
    connection: Connection, organization_id: UUID, asked: Sequence[DueMessage]
) -> None:
    """Begin the surveys whose questions were queued: from now on answers are taken."""
    new = [
        store.NewSurvey(
            conversation_id=each.conversation_id,
            id=each.stay_id,
            workstream_id=each.workstream_id,
            integration_id=each.integration_id,
            customer_id=each.customer_id,
            agent_id=each.agent_id,
            queue_id=each.queue_id,
            expiry_hours=msgspec.convert(each.survey, Survey).expiry_hours,
        )
        for each in asked
        if each.trigger == SURVEY and each.workstream_id is not None
    ]
    if new:
        await execute(connection, store.insert_surveys(organization_id, new))


def language_of(due: DueMessage) -> str | None:
    """The customer's language, else the one that most people of their number's country speak."""
    return due.customer_language or language_of_phone(due.address)


async def take_answers(
    connection: Connection, organization_id: UUID, heard: Sequence[Heard]
) -> dict[int, UUID]:
    """Find those messages that answer a survey: place in `heard` -> conversation of the survey.

    One statement when none of these customers was asked anything, which is the rule.
    """
    customers = sorted({each.customer_id for each in heard})
    rows = await fetch(connection, store.hold_open_surveys(organization_id, customers))
    if not rows:
        return {}
    asked = {(row.integration_id, row.customer_id): row for row in rows}
    answers: dict[int, UUID] = {}
    changes: dict[UUID, SurveyChange] = {}
    thanks: list[Planned] = []
    for at, each in enumerate(heard):
        key = (each.integration_id, each.customer_id)
        survey = asked.get(key)
        if survey is None or each.message.kind in NOT_SAID:
            continue
        change = _hear(survey, each)
        changes[survey.id] = _merged(changes.get(survey.id), change)
        if change.rating is not None or change.comment is not None:
            answers[at] = survey.conversation_id
            part = SURVEY_COMMENT if change.state == "rated" else SURVEY_THANKS
            thanks.append(Planned(survey.conversation_id, part, survey.id))
        if change.state in ("asked", "rated"):
            asked[key] = msgspec.structs.replace(survey, state=change.state)
        else:
            del asked[key]
    if changes:
        await execute(connection, store.change_surveys(organization_id, list(changes.values())))
    await plan_automated(connection, organization_id, thanks)
    return answers


def _hear(survey: OpenSurvey, heard: Heard) -> SurveyChange:
    """What one message makes of a survey."""
    message = heard.message
    is_answer = message.kind in ANSWERING
    rating = parse_rating(message.text, message.content) if is_answer else None
    plain = SurveyChange(id=survey.id, conversation_id=survey.conversation_id, state="expired")
    if survey.state == "asked" and rating is not None:
        if not survey.asks_comment:
            return msgspec.structs.replace(plain, state="done", rating=rating)
        until = datetime.now(UTC) + COMMENT_WITHIN
        return msgspec.structs.replace(plain, state="rated", rating=rating, expires_at=until)
    if survey.state == "rated" and is_answer and message.text.strip():
        return msgspec.structs.replace(plain, state="done", comment=message.text[:LONGEST_COMMENT])
    return msgspec.structs.replace(plain, state="done") if survey.state == "rated" else plain


def _merged(before: SurveyChange | None, change: SurveyChange) -> SurveyChange:
    if before is None:
        return change
    return msgspec.structs.replace(
        change,
        rating=change.rating or before.rating,
        expires_at=change.expires_at or before.expires_at,
    )
