"""Where a customer's message goes: the rules of its number's workstream, else its fallback."""

from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from tidings.domain.classification import Decision, Facts, Rule, classify
from tidings.domain.operating_hours import Evaluation, Hours, HoursState, evaluate_hours
from tidings.domain.quiet_hours import find_zone
from tidings.store.workstreams import NumberStream


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


def decide_queue(stream: NumberStream, said: Said) -> Decision | None:
    """The first rule that fits, else the fallback queue; None for a workstream with neither."""
    decision = classify(rules_of(stream), facts_of(stream, said))
    if decision is None and stream.fallback_queue_id is not None:
        return Decision(queue_id=stream.fallback_queue_id)
    return decision


def facts_of(stream: NumberStream, said: Said) -> Facts:
    """What the rules may ask of a message, in the time zone of the workstream's hours."""
    return Facts(
        channel=stream.channel,
        language=said.language or stream.language,
        text=said.text,
        at=said.at.astimezone(find_zone(stream.time_zone or "UTC") or UTC),
        hours=hours_at(stream, said.at).state,
        first_message=said.first_message,
        address=said.address,
        name=said.name,
        attributes=said.attributes,
    )


def hours_at(stream: NumberStream, at: datetime) -> Evaluation:
    """What the workstream's operating hours say of a moment; open without any."""
    if stream.time_zone is None:
        return Evaluation(HoursState.OPEN)
    hours = msgspec.convert(
        {"time_zone": stream.time_zone, "week": stream.week, "holidays": stream.holidays}, Hours
    )
    return evaluate_hours(hours, at)


def rules_of(stream: NumberStream) -> tuple[Rule, ...]:
    """The workstream's rules; the same ones are read once."""
    return _read_rules(msgspec.json.encode(stream.rules))


@lru_cache(maxsize=1024)
def _read_rules(rules: bytes) -> tuple[Rule, ...]:
    return msgspec.json.decode(rules, type=tuple[Rule, ...])
