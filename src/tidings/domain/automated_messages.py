"""Automated messages: what a workstream says by itself, on which occasion, in which language."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from tidings.domain.classification import speaks
from tidings.domain.errors import FieldError

MOST_MESSAGES: Final = 200
LONGEST_TEXT: Final = 1_000
LONGEST_WAIT_SECONDS: Final = 24 * 3600
LANGUAGE: Final = re.compile(r"[a-z]{2,3}([_-][A-Za-z]{2,4})?")
PLACEHOLDER: Final = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
PLACEHOLDERS: Final = ("customer", "queue", "agent", "position")


class Trigger(StrEnum):
    """What a message is sent at."""

    GREETING = "greeting"
    OUT_OF_HOURS = "out_of_hours"
    WAITING = "waiting"
    AGENT_JOINED = "agent_joined"
    CLOSED = "closed"
    OVERFLOW = "overflow"
    ATTACHMENT_REFUSED = "attachment_refused"
    UNSUPPORTED = "unsupported"


class AutomatedMessage(msgspec.Struct, frozen=True, rename="camel"):
    """A text in one language for one occasion; of `waiting` ones each has its own time.

    The text may name {{customer}}, {{queue}}, {{agent}} and {{position}} (in the queue).
    """

    trigger: Trigger
    language: str
    text: str
    after_seconds: int = 0


def check_automated_messages(messages: Sequence[AutomatedMessage]) -> list[FieldError]:
    """Name everything that does not fit, by its place."""
    wrong: list[tuple[str, str]] = []
    if len(messages) > MOST_MESSAGES:
        wrong.append(("messages", f"A workstream has at most {MOST_MESSAGES} messages."))
    seen: set[tuple[Trigger, str, int]] = set()
    for index, each in enumerate(messages):
        field = f"messages[{index}]"
        key = (each.trigger, each.language.lower(), each.after_seconds)
        if key in seen:
            wrong.append(
                (
                    field,
                    f"There are two {each.trigger.value} messages in {each.language}; keep one.",
                )
            )
        seen.add(key)
        wrong += [(f"{field}.{name}", message) for name, message in _wrong_in(each)]
    return [FieldError("invalid.value", name, message) for name, message in wrong]


def _wrong_in(message: AutomatedMessage) -> list[tuple[str, str]]:
    wrong = [("text", each) for each in wrong_text(message.text, PLACEHOLDERS)]
    if not LANGUAGE.fullmatch(message.language):
        wrong.append(("language", f"{message.language} is no language; write it as en or pt_BR."))
    waits = message.trigger is Trigger.WAITING
    if waits and not 1 <= message.after_seconds <= LONGEST_WAIT_SECONDS:
        wrong.append(
            (
                "afterSeconds",
                f"A waiting message is sent after 1 to {LONGEST_WAIT_SECONDS} seconds.",
            )
        )
    if not waits and message.after_seconds:
        wrong.append(("afterSeconds", "Only waiting messages are sent after some seconds."))
    return wrong


def wrong_text(text: str, placeholders: Sequence[str]) -> list[str]:
    """What speaks against a text: its length, or a placeholder that is not known."""
    if not text.strip() or len(text) > LONGEST_TEXT:
        return [f"A text has from 1 to {LONGEST_TEXT} characters."]
    strange = [each for each in PLACEHOLDER.findall(text) if each not in placeholders]
    known = ", ".join(f"{{{{{each}}}}}" for each in placeholders) or "none"
    return [f"{{{{{strange[0]}}}}} is not known; there are {known}."] if strange else []


def choose_message(
    messages: Sequence[AutomatedMessage],
    trigger: Trigger,
    *,
    language: str | None,
    fallback: str,
    after_seconds: int = 0,
) -> AutomatedMessage | None:
    """The message of an occasion in the customer's language, else the workstream's, else English,
    else whichever there is; None when the workstream says nothing then."""
    there = [m for m in messages if m.trigger is trigger and m.after_seconds == after_seconds]
    for wanted in (language, fallback, "en"):
        for each in there:
            if wanted and (speaks(wanted, each.language) or speaks(each.language, wanted)):
                return each
    return there[0] if there else None


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders' values; what is not known is left out."""
    filled = PLACEHOLDER.sub(lambda found: values.get(found.group(1), ""), text)
    return re.sub(r" +([,.!?;:])", r"\1", re.sub(r" {2,}", " ", filled)).strip()
