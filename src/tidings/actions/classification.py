"""Where a customer's message goes: the rules of its number's workstream, else its fallback."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

import msgspec

from tidings.domain.classification import Decision, Facts, Rule, classify
from tidings.domain.operating_hours import Evaluation, Hours, HoursState, evaluate_hours
from tidings.domain.quiet_hours import find_zone


class Plan(Protocol):
    """What of a workstream decides where messages go. Hours are None where it follows none."""

    @property
    def channel(self) -> str:
        """Its channel, such as whatsapp."""

    @property
    def language(self) -> str:
        """Its language, for customers whose language is not known."""

    @property
    def rules(self) -> list[dict[str, Any]]:
        """Its rules as they are stored."""

    @property
    def fallback_queue_id(self) -> UUID | None:
        """The queue for what no rule fits."""

    @property
    def time_zone(self) -> str | None:
        """The time zone of its hours."""

    @property
    def week(self) -> list[dict[str, Any]] | None:
        """The open times of its hours."""

    @property
    def holidays(self) -> list[dict[str, Any]] | None:
        """The holidays of its hours."""


class Said(msgspec.Struct, frozen=True):
    """What a customer wrote, and what is known of them. `language` None: not known.

    `first_message`: it begins a conversation, rather than coming back to one that had ended.
    """

    text: str
    at: datetime
    first_message: bool = True
    language: str | None = None
    address: str = ""
    name: str = ""
    attributes: dict[str, str] = {}


def decide_queue(plan: Plan, said: Said) -> Decision | None:
    """The first rule that fits, else the fallback queue; None for a workstream with neither."""
    decision = classify(rules_of(plan), facts_of(plan, said))
    if decision is None and plan.fallback_queue_id is not None:
        return Decision(queue_id=plan.fallback_queue_id)
    return decision


def facts_of(plan: Plan, said: Said) -> Facts:
    """What the rules may ask of a message, in the time zone of the workstream's hours."""
    return Facts(
        channel=plan.channel,
        language=said.language or plan.language,
        text=said.text,
        at=said.at.astimezone(find_zone(plan.time_zone or "UTC") or UTC),
        hours=hours_at(plan, said.at).state,
        first_message=said.first_message,
        address=said.address,
        name=said.name,
        attributes=said.attributes,
    )


def hours_at(plan: Plan, at: datetime) -> Evaluation:
    """What the workstream's operating hours say of a moment; open without any."""
    if plan.time_zone is None:
        return Evaluation(HoursState.OPEN)
    hours = msgspec.convert(
        {"time_zone": plan.time_zone, "week": plan.week, "holidays": plan.holidays}, Hours
    )
    return evaluate_hours(hours, at)


def rules_of(plan: Plan) -> tuple[Rule, ...]:
    """The workstream's rules; the same ones are read once."""
    return _read_rules(msgspec.json.encode(plan.rules))


@lru_cache(maxsize=1024)
def _read_rules(rules: bytes) -> tuple[Rule, ...]:
    return msgspec.json.decode(rules, type=tuple[Rule, ...])
