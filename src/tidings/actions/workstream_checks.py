"""What a workstream must be to be saved: everything sound, and everything it names there."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from tidings.actions.operating_hours import access_hours, refuse_all
from tidings.domain.automated_messages import (
    LANGUAGE,
    AutomatedMessage,
    check_automated_messages,
    wrong_text,
)
from tidings.domain.classification import Rule, check_rules
from tidings.domain.errors import FieldError, Rejection, invalid
from tidings.domain.permissions import Caller
from tidings.domain.presence import OFFLINE, SYSTEM_PRESENCES
from tidings.domain.surveys import Survey, check_survey
from tidings.store.query import Connection, fetch
from tidings.store.queues import QueueFilter, select_queues
from tidings.store.skills import SkillFilter, select_skills
from tidings.store.workstreams import WorkstreamSettings

MOST_REPLIES = 50
MOST_NAMED = 1_000
LIMITS = (
    ("capacity_units", 1, 100, "capacityUnits", "units"),
    ("decline_limit", 1, 5, "declineLimit", "times"),
    ("agent_away_minutes", 0, 1_440, "agentAwayMinutes", "minutes"),
    ("threading_hours", 0, 72, "threadingHours", "hours"),
    ("close_open_hours", 1, 8_760, "autoClose.openHours", "hours"),
    ("close_connected_hours", 1, 8_760, "autoClose.connectedHours", "hours"),
    ("close_parked_hours", 1, 8_760, "autoClose.parkedHours", "hours"),
)


async def check_workstream(
    connection: Connection, caller: Caller, settings: WorkstreamSettings
) -> None:
    """One 400 names all fields that do not fit, rules by their place and name."""
    rules = msgspec.convert(settings.rules, list[Rule])
    wrong = [*_check_plain(settings), *check_rules(rules)]
    wrong += check_automated_messages(msgspec.convert(settings.messages, list[AutomatedMessage]))
    if settings.survey is not None:
        wrong += check_survey(msgspec.convert(settings.survey, Survey))
    wrong += _check_replies(settings.quick_replies)
    refuse_all(wrong)
    wrong += await _check_queues(connection, caller, settings, rules)
    wrong += await _check_skills(connection, caller, rules)
    if not settings.is_draft and settings.fallback_queue_id is None:
        wrong.append(_wrong("fallbackQueue", "Name the queue for messages that no rule fits."))
    refuse_all(wrong)
    if settings.hours_id is not None:
        await _check_hours(connection, caller, settings.hours_id)


def _check_plain(settings: WorkstreamSettings) -> Iterable[FieldError]:
    for name, least, most, field, unit in LIMITS:
        value = getattr(settings, name)
        if value is not None and not least <= value <= most:
            yield _wrong(field, f"{field} is from {least} to {most} {unit}.")
    if not LANGUAGE.fullmatch(settings.language):
        yield _wrong("language", f"{settings.language} is no language; write it as en or pt_BR.")
    allowed = [each for each in SYSTEM_PRESENCES if each != OFFLINE]
    strange = [each for each in settings.allowed_presences if each not in allowed]
    if strange or not settings.allowed_presences:
        yield _wrong("allowedPresences", f"Give one or more of {', '.join(allowed)}.")


def _check_replies(replies: list[dict[str, Any]]) -> Iterable[FieldError]:
    if len(replies) > MOST_REPLIES:
        yield _wrong("quickReplies", f"A workstream has at most {MOST_REPLIES} quick replies.")
    for index, each in enumerate(replies):
        if not each["name"].strip() or len(each["name"]) > 100:
            yield _wrong(f"quickReplies[{index}].name", "A name has from 1 to 100 characters.")
        for message in wrong_text(each["text"], ("customer", "agent", "queue")):
            yield _wrong(f"quickReplies[{index}].text", message)


async def _check_queues(
    connection: Connection, caller: Caller, settings: WorkstreamSettings, rules: list[Rule]
) -> list[FieldError]:
    named = [(f"rules[{at}].queue", f"Rule {r.name}: ", r.queue_id) for at, r in enumerate(rules)]
    if settings.fallback_queue_id is not None:
        named.append(("fallbackQueue", "", settings.fallback_queue_id))
    ids = sorted({each for _, _, each in named})
    chosen = QueueFilter(None, ids=ids)
    rows = await fetch(
        connection, select_queues(caller.organization_id, chosen, limit=MOST_NAMED, offset=0)
    )
    there = {row.id for row in rows}
    return [
        _wrong(field, f"{where}there is no queue {each}.")
        for field, where, each in named
        if each not in there
    ]


async def _check_skills(
    connection: Connection, caller: Caller, rules: list[Rule]
) -> list[FieldError]:
    wrong = []
    for kind in ("skill", "language"):
        named = [
            (f"rules[{at}].{'skills' if kind == 'skill' else 'language'}", rule.name, each)
            for at, rule in enumerate(rules)
            for each in (rule.skills if kind == "skill" else _language(rule))
        ]
        chosen = SkillFilter(kind, ids=sorted({each for _, _, each in named}))
        rows = await fetch(
            connection, select_skills(caller.organization_id, chosen, limit=MOST_NAMED, offset=0)
        )
        there = {row.id for row in rows}
        wrong += [
            _wrong(field, f"Rule {name}: there is no {kind} {each}.")
            for field, name, each in named
            if each not in there
        ]
    return wrong


def _language(rule: Rule) -> tuple[UUID, ...]:
    return () if rule.language_id is None else (rule.language_id,)


async def _check_hours(connection: Connection, caller: Caller, hours_id: UUID) -> None:
    try:
        await access_hours(connection, caller, hours_id)
    except Rejection:
        raise invalid("operatingHours", f"There are no operating hours {hours_id}.") from None


def _wrong(field: str, message: str) -> FieldError:
    return FieldError("invalid.value", field, message)
