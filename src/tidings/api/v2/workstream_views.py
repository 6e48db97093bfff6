"""How the API spells a workstream, and what came of trying one."""

from typing import Any
from uuid import UUID

import msgspec

from tidings.actions.workstream_trial import Tried
from tidings.actions.workstreams import Dependents
from tidings.api.views import Moment, Ref, View, moment
from tidings.domain.automated_messages import AutomatedMessage
from tidings.domain.classification import Explained, Rule, describe
from tidings.domain.surveys import Survey
from tidings.store.workstreams import WorkstreamRow

PATH = "/api/v2/routing/workstreams"
QUEUES = "/api/v2/routing/queues"


class WorkstreamView(View):
    """A workstream."""

    id: str
    name: str
    division: Ref
    channel: str
    is_draft: bool
    distribution: str
    language: str
    numbers: list[dict[str, str]]
    rules: list[dict[str, Any]]
    capacity_units: int
    wrapup_blocks_capacity: bool
    allowed_presences: list[str]
    keep_same_agent: bool
    decline_limit: int
    agent_away_minutes: int
    auto_close: dict[str, int]
    messages: list[AutomatedMessage]
    quick_replies: list[dict[str, str]]
    attachments: dict[str, bool]
    version: int
    date_created: Moment
    date_modified: Moment
    self_uri: str
    fallback_queue: Ref | None = None
    threading_hours: int | None = None
    operating_hours: Ref | None = None
    survey: Survey | None = None
    created_by: str | None = None

    @classmethod
    def of(cls, row: WorkstreamRow) -> "WorkstreamView":
        """The workstream as the API shows it."""
        return cls(
            id=str(row.id),
            name=row.name,
            division=Ref(
                id=str(row.division_id),
                name=row.division_name,
                self_uri=f"/api/v2/authorization/divisions/{row.division_id}",
            ),
            channel=row.channel,
            is_draft=row.is_draft,
            distribution=row.distribution,
            language=row.language,
            numbers=[_number(each) for each in row.numbers],
            rules=[_rule(each) for each in msgspec.convert(row.rules, list[Rule])],
            capacity_units=row.capacity_units,
            wrapup_blocks_capacity=row.wrapup_blocks,
            allowed_presences=row.allowed_presences,
            keep_same_agent=row.keep_same_agent,
            decline_limit=row.decline_limit,
            agent_away_minutes=row.agent_away_minutes,
            auto_close={
                "openHours": row.close_open_hours,
                "connectedHours": row.close_connected_hours,
                "parkedHours": row.close_parked_hours,
            },
            messages=msgspec.convert(row.messages, list[AutomatedMessage]),
            quick_replies=row.quick_replies,
            attachments={"customers": row.customer_attachments, "agents": row.agent_attachments},
            version=row.version,
            date_created=moment(row.created_at),
            date_modified=moment(row.modified_at),
            self_uri=f"{PATH}/{row.id}",
            fallback_queue=_queue(row.fallback_queue_id),
            threading_hours=row.threading_hours,
            operating_hours=None if row.hours_id is None else Ref(id=str(row.hours_id)),
            survey=None if row.survey is None else msgspec.convert(row.survey, Survey),
            created_by=None if row.created_by is None else str(row.created_by),
        )


class DeskView(View):
    """What people on the desk need to know of a workstream."""

    id: str
    name: str
    language: str
    quick_replies: list[dict[str, str]]
    attachments: dict[str, bool]

    @classmethod
    def of(cls, row: WorkstreamRow) -> "DeskView":
        """The part of a workstream that concerns who answers."""
        return cls(
            id=str(row.id),
            name=row.name,
            language=row.language,
            quick_replies=row.quick_replies,
            attachments={"customers": row.customer_attachments, "agents": row.agent_attachments},
        )


class DependentsView(View):
    """What a workstream's end would touch."""

    numbers: list[dict[str, str]]
    conversation_count: int

    @classmethod
    def of(cls, found: Dependents) -> "DependentsView":
        """What depends on it, as the API shows it."""
        numbers = [_number(each) for each in found.workstream.numbers]
        return cls(numbers=numbers, conversation_count=found.conversations)


class FailedView(View):
    """The condition that did not hold, as the rule has it."""

    field: str
    test: str
    values: list[str]


class ConsideredView(View):
    """Whether one rule fits, and if not, why not: in words, and by the condition itself."""

    name: str
    fits: bool
    why: str | None = None
    failed: FailedView | None = None

    @classmethod
    def of(cls, rule: Explained) -> "ConsideredView":
        """The rule's answer."""
        if rule.failed is None:
            return cls(name=rule.rule_name, fits=rule.fits)
        condition = rule.failed
        failed = FailedView(
            field=condition.field, test=condition.test, values=list(condition.values)
        )
        why = f"Not so: {describe(condition)}."
        return cls(name=rule.rule_name, fits=rule.fits, why=why, failed=failed)


class TriedView(View):
    """Where a message would go; without a queue nobody would be asked."""

    operating_hours: str
    is_fallback: bool
    rules: list[ConsideredView]
    rule_name: str | None = None
    queue: Ref | None = None
    skills: list[Ref] | None = None
    language: Ref | None = None
    priority: int | None = None

    @classmethod
    def of(cls, tried: Tried) -> "TriedView":
        """The trial as the API shows it."""
        shown = cls(
            operating_hours=tried.hours.state.value,
            is_fallback=tried.decision is not None and tried.decision.rule_name is None,
            rules=[ConsideredView.of(each) for each in tried.rules],
        )
        decision = tried.decision
        if decision is None:
            return shown
        return msgspec.structs.replace(
            shown,
            rule_name=decision.rule_name,
            queue=_queue(decision.queue_id, tried.names),
            skills=[_named(each, tried.names) for each in decision.skill_ids],
            language=decision.language_id and _named(decision.language_id, tried.names),
            priority=decision.priority,
        )


def _queue(queue_id: UUID | None, names: dict[UUID, str] | None = None) -> Ref | None:
    if queue_id is None:
        return None
    name = (names or {}).get(queue_id)
    return Ref(id=str(queue_id), name=name, self_uri=f"{QUEUES}/{queue_id}")


def _named(skill_id: UUID, names: dict[UUID, str]) -> Ref:
    return Ref(id=str(skill_id), name=names.get(skill_id))


def _number(number: dict[str, Any]) -> dict[str, str]:
    return {"id": number["id"], "name": number["name"], "phoneNumber": number["phone_number"]}


def _rule(rule: Rule) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": rule.name,
        "conditions": msgspec.to_builtins(rule.when),
        "queue": {"id": str(rule.queue_id), "selfUri": f"{QUEUES}/{rule.queue_id}"},
        "skills": [{"id": str(each)} for each in rule.skills],
        "priority": rule.priority,
    }
    return (
        shown if rule.language_id is None else {**shown, "language": {"id": str(rule.language_id)}}
    )
