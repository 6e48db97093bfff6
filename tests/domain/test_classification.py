"""Classification: the first rule that fits decides; what is unsound is named by rule and field."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from tidings.domain.classification import (
    Condition,
    Decision,
    Facts,
    Rule,
    check_rules,
    classify,
    explain,
    holds,
)
from tidings.domain.operating_hours import HoursState

SALES, CARE, SPARE = (UUID(int=each) for each in (1, 2, 3))
SKILL, GERMAN = UUID(int=4), UUID(int=5)
SAID = Facts(
    channel="whatsapp",
    language="de_AT",
    text="Wo bleibt meine  Rechnung 4711?",
    at=datetime(2026, 11, 23, 22, 30, tzinfo=UTC),  # a Monday
    hours=HoursState.CLOSED,
    address="+436601234567",
    name="Amina Bello",
    attributes={"tier": "Gold"},
)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Condition("channel", "is", ("instagram", "whatsapp")), True),
        (Condition("channel", "isNot", ("whatsapp",)), False),
        (Condition("language", "is", ("de",)), True),
        (Condition("language", "is", ("de-AT",)), True),
        (Condition("language", "is", ("de_DE",)), False),
        (Condition("language", "isNot", ("en", "da")), True),
        (Condition("text", "containsAny", ("invoice", "rechnung")), True),
        (Condition("text", "containsAny", ("meine rechnung",)), True),
        (Condition("text", "containsWord", ("rech",)), False),
        (Condition("text", "containsWord", ("4711",)), True),
        (Condition("text", "is", ("wo bleibt meine rechnung 4711?",)), True),
        (Condition("text", "is", ("rechnung",)), False),
        (Condition("text", "matches", (r"\b\d{4}\b",)), True),
        (Condition("text", "matches", (r"\b\d{5}\b",)), False),
        (Condition("address", "startsWith", ("+49", "+43")), True),
        (Condition("name", "contains", ("BELLO",)), True),
        (Condition("name", "is", ("Amina",)), False),
        (Condition("attribute.tier", "is", ("gold",)), True),
        (Condition("attribute.tier", "exists"), True),
        (Condition("attribute.debt", "exists"), False),
        (Condition("attribute.debt", "is", ("1",)), False),
        (Condition("attribute.debt", "isNot", ("1",)), True),
        (Condition("hours", "is", ("closed", "holiday")), True),
        (Condition("hours", "isNot", ("closed",)), False),
        (Condition("day", "is", ("monday",)), True),
        (Condition("day", "isNot", ("monday",)), False),
        (Condition("time", "between", ("20:00", "06:00")), True),
        (Condition("time", "between", ("08:00", "22:30")), False),
        (Condition("firstMessage", "is", ("true",)), True),
        (Condition("firstMessage", "is", ("false",)), False),
    ],
)
def test_a_condition_holds_or_not(condition: Condition, expected: bool) -> None:
    assert check_rules([Rule("one", SALES, (condition,))]) == []
    assert holds(condition, SAID) is expected


def test_the_first_rule_that_fits_decides() -> None:
    rules = [
        Rule("English", SALES, (Condition("language", "is", ("en",)),)),
        Rule(
            "Bills", CARE, (Condition("text", "containsAny", ("rechnung",)),), (SKILL,), GERMAN, 5
        ),
        Rule("Everybody else", SPARE),
    ]

    assert classify(rules, SAID) == Decision(CARE, (SKILL,), GERMAN, 5, "Bills")
    assert classify(rules[:1], SAID) is None
    other = msgspec.structs.replace(SAID, text="hi")
    assert classify(rules, other) == Decision(SPARE, rule_name="Everybody else")


def test_all_conditions_of_a_rule_must_hold_and_the_first_that_does_not_is_told() -> None:
    late = Condition("time", "between", ("20:00", "23:00"))
    english = Condition("language", "is", ("en",))

    explained = explain([Rule("both", SALES, (late, english)), Rule("late", SALES, (late,))], SAID)

    assert [(each.fits, each.failed) for each in explained] == [(False, english), (True, None)]


@pytest.mark.parametrize(
    ("condition", "field"),
    [
        (Condition("weather", "is", ("wet",)), "field"),
        (Condition("attribute.", "is", ("x",)), "field"),
        (Condition("text", "startsWith", ("x",)), "test"),
        (Condition("text", "is"), "values"),
        (Condition("text", "is", (" ",)), "values"),
        (Condition("text", "matches", ("(",)), "values"),
        (Condition("time", "between", ("08:00",)), "values"),
        (Condition("time", "between", ("8", "24:00")), "values"),
        (Condition("hours", "is", ("shut",)), "values"),
        (Condition("day", "is", ("Monday",)), "values"),
        (Condition("firstMessage", "is", ("yes",)), "values"),
    ],
)
def test_an_unsound_condition_is_named_by_its_rule_and_field(
    condition: Condition, field: str
) -> None:
    good = Rule("good", SALES, (Condition("name", "exists"),))

    wrong = check_rules([good, Rule("Bills", SALES, (condition,))])

    assert [each.field for each in wrong] == [f"rules[1].conditions[0].{field}"]
    assert wrong[0].message.startswith("Rule Bills: ")


def test_rules_have_names_of_their_own() -> None:
    wrong = check_rules([Rule("Bills", SALES), Rule("bills", CARE), Rule(" ", CARE)])

    assert [each.field for each in wrong] == ["rules[1].name", "rules[2].name"]
