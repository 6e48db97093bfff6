"""Classification: which queue a customer's message goes to, by the first rule that fits (T4)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from tidings.domain.errors import FieldError
from tidings.domain.operating_hours import HoursState
from tidings.domain.patterns import LONGEST_TEXT, PatternError, compile_pattern
from tidings.domain.quiet_hours import DAYS

MOST_RULES: Final = 100
MOST_CONDITIONS: Final = 20
MOST_PRIORITY: Final = 25_000_000
MOST_VALUES: Final = 100
LONGEST_VALUE: Final = 200
ATTRIBUTE: Final = "attribute."

TEXT_TESTS: Final = ("is", "isNot", "contains", "startsWith", "exists")
TESTS: Final[dict[str, tuple[str, ...]]] = {
    "channel": ("is", "isNot"),
    "language": ("is", "isNot"),
    "text": ("is", "containsAny", "containsWord", "matches"),
    "address": TEXT_TESTS,
    "name": TEXT_TESTS,
    "hours": ("is", "isNot"),
    "day": ("is", "isNot"),
    "time": ("between",),
    "firstMessage": ("is",),
}


class Condition(msgspec.Struct, frozen=True):
    """One thing to ask of a message: a field of TESTS (or `attribute.NAME`), a test, its values.

    Several values are alternatives; `between` takes two times of day (HH:MM).
    """

    field: str
    test: str
    values: tuple[str, ...] = ()


class Rule(msgspec.Struct, frozen=True):
    """All conditions hold: then this queue, these skills and language, this priority."""

    name: str
    queue_id: UUID
    when: tuple[Condition, ...] = ()
    skills: tuple[UUID, ...] = ()
    language_id: UUID | None = None
    priority: int = 0


class Facts(msgspec.Struct, frozen=True):
    """What is known of a message that nobody has yet.

    `at` is in the time zone of the workstream's hours; `hours` says what they are at that moment.
    `first_message`: it begins a conversation, rather than coming back to one that had ended.
    """

    channel: str
    language: str
    text: str
    at: datetime
    hours: HoursState = HoursState.OPEN
    first_message: bool = True
    address: str = ""
    name: str = ""
    attributes: Mapping[str, str] = {}


class Decision(msgspec.Struct, frozen=True):
    """Where a conversation goes, and what it asks of the agent; `rule_name` None: the fallback."""

    queue_id: UUID
    skill_ids: tuple[UUID, ...] = ()
    language_id: UUID | None = None
    priority: int = 0
    rule_name: str | None = None


class Explained(msgspec.Struct, frozen=True):
    """Whether one rule fits a message, and the first condition that does not hold, if any."""

    rule_name: str
    fits: bool
    failed: Condition | None = None


def classify(rules: Sequence[Rule], facts: Facts) -> Decision | None:
    """The decision of the first rule that fits; None when none does."""
    for rule in rules:
        if all(holds(each, facts) for each in rule.when):
            return Decision(
                queue_id=rule.queue_id,
                skill_ids=rule.skills,
                language_id=rule.language_id,
                priority=rule.priority,
                rule_name=rule.name,
            )
    return None


def explain(rules: Sequence[Rule], facts: Facts) -> list[Explained]:
    """For each rule whether it fits, and if not, why not."""
    found = []
    for rule in rules:
        failed = next((each for each in rule.when if not holds(each, facts)), None)
        found.append(Explained(rule.name, failed is None, failed))
    return found


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether a checked condition holds; `isNot` means none of its values."""
    match condition.field:
        case "text":
            return _text_holds(condition, facts.text)
        case "language":
            return _is(condition, lambda value: speaks(facts.language, value))
        case "day":
            return _is(condition, lambda value: value == DAYS[facts.at.weekday()])
        case "time":
            return _is_between(facts.at.strftime("%H:%M"), condition.values)
        case "firstMessage":
            return (condition.values[0] == "true") is facts.first_message
    return _plain_holds(condition, _plain(condition.field, facts))


def describe(condition: Condition) -> str:
    """The condition as people read it: text containsAny "invoice", "bill"."""
    values = ", ".join(f'"{each}"' for each in condition.values)
    return f"{condition.field} {condition.test} {values}".strip()


def speaks(language: str, wanted: str) -> bool:
    """Whether a language is the wanted one, or a region's form of it: de_AT is de."""
    spoken, asked = (each.replace("-", "_").lower() for each in (language, wanted))
    return spoken == asked or spoken.startswith(asked + "_")


def check_rules(rules: Sequence[Rule]) -> list[FieldError]:
    """Name everything of the rules that does not fit, by rule and field."""
    wrong = []
    if len(rules) > MOST_RULES:
        wrong.append(("rules", f"A workstream has at most {MOST_RULES} rules."))
    names: set[str] = set()
    for index, rule in enumerate(rules):
        field = f"rules[{index}]"
        if not rule.name.strip() or len(rule.name) > LONGEST_VALUE:
            wrong.append((f"{field}.name", "A rule needs a name of at most 200 characters."))
        if rule.name.lower() in names:
            wrong.append((f"{field}.name", f"Another rule is called {rule.name}; choose a name."))
        names.add(rule.name.lower())
        if abs(rule.priority) > MOST_PRIORITY:
            wrong.append((f"{field}.priority", f"A priority is within {MOST_PRIORITY:,} points."))
        if len(rule.when) > MOST_CONDITIONS:
            wrong.append((f"{field}.conditions", f"At most {MOST_CONDITIONS} conditions a rule."))
        for at, condition in enumerate(rule.when):
            for name, message in _check_condition(condition):
                wrong.append((f"{field}.conditions[{at}].{name}", f"Rule {rule.name}: {message}"))
    return [FieldError("invalid.value", name, message) for name, message in wrong]


def _check_condition(condition: Condition) -> list[tuple[str, str]]:
    is_attribute = condition.field.startswith(ATTRIBUTE) and len(condition.field) > len(ATTRIBUTE)
    tests = TEXT_TESTS if is_attribute else TESTS.get(condition.field)
    if tests is None:
        known = ", ".join([*TESTS, f"{ATTRIBUTE}NAME"])
        return [("field", f"{condition.field} is nothing to ask for; it is one of {known}.")]
    if condition.test not in tests:
        return [("test", f"{condition.field} is tested with {', '.join(tests)}.")]
    if condition.test == "exists":
        return []
    if not condition.values or len(condition.values) > MOST_VALUES:
        return [("values", f"Give from 1 to {MOST_VALUES} values.")]
    if any(not each.strip() or len(each) > LONGEST_VALUE for each in condition.values):
        return [("values", f"Each value has from 1 to {LONGEST_VALUE} characters.")]
    return [("values", each) for each in _wrong_values(condition)]


def _wrong_values(condition: Condition) -> list[str]:
    if condition.test == "matches":
        return [each for each in map(_pattern_fault, condition.values) if each]
    if condition.field == "time":
        if len(condition.values) == 2 and all(map(_is_clock, condition.values)):
            return []
        return ["give two times of day as HH:MM, such as 08:00 and 17:00."]
    allowed = {
        "hours": tuple(HoursState),
        "day": DAYS,
        "firstMessage": ("true", "false"),
    }.get(condition.field)
    strange = [each for each in condition.values if allowed is not None and each not in allowed]
    if allowed is None or not strange:
        return []
    return [f"{strange[0]} is none of {', '.join(allowed)}."]


def _pattern_fault(text: str) -> str:
    try:
        compile_pattern(text)
    except PatternError as error:
        return f"the pattern {text} cannot be read: {error}."
    return ""


def _is_clock(text: str) -> bool:
    hours, colon, minutes = text.partition(":")
    return (
        bool(colon)
        and len(hours) == len(minutes) == 2
        and (hours + minutes).isdecimal()
        and int(hours) < 24
        and int(minutes) < 60
    )


def _is(condition: Condition, matches: Callable[[str], bool]) -> bool:
    return any(matches(each) for each in condition.values) is (condition.test != "isNot")


def _is_between(now: str, values: tuple[str, ...]) -> bool:
    """From the first time to just before the second; over midnight when that is not later."""
    first, last = values
    return first <= now < last if first < last else now >= first or now < last


def _plain(field: str, facts: Facts) -> str:
    if field.startswith(ATTRIBUTE):
        return facts.attributes.get(field[len(ATTRIBUTE) :], "")
    known = {"channel": facts.channel, "address": facts.address, "name": facts.name}
    return known.get(field, facts.hours.value)


def _plain_holds(condition: Condition, value: str) -> bool:
    value = value.strip().casefold()
    wanted = [each.strip().casefold() for each in condition.values]
    match condition.test:
        case "exists":
            return bool(value)
        case "contains":
            return any(each in value for each in wanted)
        case "startsWith":
            return any(value.startswith(each) for each in wanted)
        case "isNot":
            return value not in wanted
    return value in wanted


def _text_holds(condition: Condition, text: str) -> bool:
    if condition.test == "matches":
        return any(compile_pattern(each).found_in(text) for each in condition.values)
    said = _words(text[:LONGEST_TEXT])
    wanted = [_words(each) for each in condition.values]
    match condition.test:
        case "containsAny":
            return any(each in said for each in wanted)
        case "containsWord":
            return any(
                f" {each} " in f" {_letters(said)} " for each in map(_letters, wanted) if each
            )
    return said in wanted


def _words(text: str) -> str:
    return " ".join(text.casefold().split())


def _letters(text: str) -> str:
    """The words of a text alone, without what stands between them."""
    return " ".join("".join(each if each.isalnum() else " " for each in text).split())
