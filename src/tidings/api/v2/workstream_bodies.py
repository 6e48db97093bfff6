"""What may be asked for of a workstream over the API."""

from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from tidings.actions.classification import Said
from tidings.api.v2.operating_hours import asked_moment
from tidings.api.views import Body, Ref, parse_id
from tidings.domain.automated_messages import AutomatedMessage
from tidings.domain.classification import Condition, Rule
from tidings.domain.languages import language_of_phone
from tidings.domain.surveys import Survey


class ConditionBody(Body):
    """One thing to ask of a message."""

    field: str
    test: str
    values: list[str] = msgspec.field(default_factory=list)


class RuleBody(Body):
    """A rule: when all conditions hold, where the conversation goes and what it asks for."""

    name: str
    queue: Ref
    conditions: list[ConditionBody] = msgspec.field(default_factory=list)
    skills: list[Ref] = msgspec.field(default_factory=list)
    language: Ref | None = None
    priority: int = 0

    def stored(self, field: str) -> dict[str, Any]:
        """The rule as it is kept."""
        rule = Rule(
            name=self.name.strip(),
            queue_id=parse_id(self.queue.id, f"{field}.queue"),
            when=tuple(
                Condition(each.field, each.test, tuple(each.values)) for each in self.conditions
            ),
            skills=tuple(parse_id(each.id, f"{field}.skills") for each in self.skills),
            language_id=(
                None if self.language is None else parse_id(self.language.id, f"{field}.language")
            ),
            priority=self.priority,
        )
        plain: dict[str, Any] = msgspec.to_builtins(rule)
        return plain


class AutoClose(Body):
    """After how many hours of silence a conversation is closed, by its state."""

    open_hours: int | None = None
    connected_hours: int | None = None
    parked_hours: int | None = None


class Attachments(Body):
    """Who may send files."""

    customers: bool | None = None
    agents: bool | None = None


class QuickReply(Body):
    """A short text for people to send."""

    name: str
    text: str


class WorkstreamBody(Body):
    """A workstream to create or change: what is not named stays, or takes its default.

    `null` takes away the fallback queue, the operating hours, the threading hours or the survey.
    """

    name: str | None = None
    division: Ref | None = None
    channel: Literal["whatsapp", "instagram"] | None = None
    is_draft: bool | None = None
    distribution: Literal["push", "pick"] | None = None
    language: str | None = None
    numbers: list[Ref] | None = None
    rules: list[RuleBody] | None = None
    fallback_queue: Ref | UnsetType | None = UNSET
    capacity_units: int | None = None
    wrapup_blocks_capacity: bool | None = None
    allowed_presences: list[str] | None = None
    keep_same_agent: bool | None = None
    decline_limit: int | None = None
    agent_away_minutes: int | None = None
    threading_hours: int | UnsetType | None = UNSET
    auto_close: AutoClose | None = None
    operating_hours: Ref | UnsetType | None = UNSET
    messages: list[AutomatedMessage] | None = None
    survey: Survey | UnsetType | None = UNSET
    quick_replies: list[QuickReply] | None = None
    attachments: Attachments | None = None
    version: int | None = None

    @property
    def number_ids(self) -> list[UUID] | None:
        """The numbers that are named, if any are."""
        if self.numbers is None:
            return None
        return [parse_id(each.id, "numbers") for each in self.numbers]

    def changes(self) -> dict[str, Any]:
        """What is named, by the names of the settings."""
        closing, files = self.auto_close or AutoClose(), self.attachments or Attachments()
        named = {
            "name": self.name,
            "division_id": self.division and parse_id(self.division.id, "division.id"),
            "channel": self.channel,
            "is_draft": self.is_draft,
            "distribution": self.distribution,
            "language": self.language,
            "capacity_units": self.capacity_units,
            "wrapup_blocks": self.wrapup_blocks_capacity,
            "allowed_presences": self.allowed_presences,
            "keep_same_agent": self.keep_same_agent,
            "decline_limit": self.decline_limit,
            "agent_away_minutes": self.agent_away_minutes,
            "close_open_hours": closing.open_hours,
            "close_connected_hours": closing.connected_hours,
            "close_parked_hours": closing.parked_hours,
            "customer_attachments": files.customers,
            "agent_attachments": files.agents,
            **self._lists(),
        }
        changes = {key: value for key, value in named.items() if value is not None}
        return {**changes, **self._clearable()}

    def _lists(self) -> dict[str, Any]:
        rules, replies = self.rules, self.quick_replies
        return {
            "rules": rules and [each.stored(f"rules[{at}]") for at, each in enumerate(rules)],
            "messages": msgspec.to_builtins(self.messages),
            "quick_replies": msgspec.to_builtins(replies),
        }

    def _clearable(self) -> dict[str, Any]:
        given = {
            "fallback_queue_id": _ref(self.fallback_queue, "fallbackQueue"),
            "hours_id": _ref(self.operating_hours, "operatingHours"),
            "threading_hours": self.threading_hours,
            "survey": self.survey if self.survey is UNSET else msgspec.to_builtins(self.survey),
        }
        return {key: value for key, value in given.items() if value is not UNSET}


class TryBody(Body):
    """A message to try: what a customer would write, and what would be known of them."""

    text: str = ""
    language: str | None = None
    date_time: str | None = None
    address: str = ""
    name: str = ""
    attributes: dict[str, str] = msgspec.field(default_factory=dict)
    first_message: bool = True

    def said(self) -> Said:
        """The message as the rules are asked about it."""
        return Said(
            text=self.text,
            at=asked_moment(self.date_time, "dateTime"),
            first_message=self.first_message,
            language=self.language or language_of_phone(self.address.removeprefix("+")),
            address=self.address,
            name=self.name,
            attributes=self.attributes,
        )


def _ref(given: Ref | UnsetType | None, field: str) -> UUID | UnsetType | None:
    return given if given is None or isinstance(given, UnsetType) else parse_id(given.id, field)
