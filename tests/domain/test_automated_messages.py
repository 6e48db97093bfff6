"""Automated messages: which is chosen, how placeholders are filled, and what is refused."""

import pytest

from tidings.domain.automated_messages import (
    AutomatedMessage,
    Trigger,
    check_automated_messages,
    choose_message,
    fill_in,
)
from tidings.domain.languages import language_of_phone

HELLO = AutomatedMessage(Trigger.GREETING, "en", "Hello")
HALLO = AutomatedMessage(Trigger.GREETING, "de", "Hallo")
OLA = AutomatedMessage(Trigger.GREETING, "pt_BR", "Olá")
SOON = AutomatedMessage(Trigger.WAITING, "en", "Soon", 60)
LATE = AutomatedMessage(Trigger.WAITING, "en", "Late", 600)
ALL = (OLA, HELLO, HALLO, SOON, LATE)


@pytest.mark.parametrize(
    ("language", "fallback", "chosen"),
    [
        ("de_AT", "en", HALLO),
        ("pt", "en", OLA),
        ("pt_BR", "en", OLA),
        ("fr", "de", HALLO),
        ("fr", "da", HELLO),
        (None, "de", HALLO),
    ],
)
def test_the_customers_language_comes_before_the_workstreams_and_english(
    language: str | None, fallback: str, chosen: AutomatedMessage
) -> None:
    assert choose_message(ALL, Trigger.GREETING, language=language, fallback=fallback) is chosen


def test_each_time_of_waiting_has_words_of_its_own() -> None:
    found = choose_message(ALL, Trigger.WAITING, language="de", fallback="en", after_seconds=600)

    assert found is LATE
    assert choose_message(ALL, Trigger.CLOSED, language="en", fallback="en") is None


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hello {{customer}}, welcome.", "Hello Amina, welcome."),
        ("Hello {{ customer }}!", "Hello Amina!"),
        ("Hello {{agent}}, welcome.", "Hello, welcome."),
        ("{{agent}} is here.", "is here."),
    ],
)
def test_placeholders_are_filled_and_what_is_not_known_leaves_no_gap(
    text: str, filled: str
) -> None:
    assert fill_in(text, {"customer": "Amina", "agent": ""}) == filled


def test_a_value_is_not_read_as_a_placeholder() -> None:
    assert fill_in("{{customer}}", {"customer": "{{agent}}", "agent": "Mia"}) == "{{agent}}"


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (AutomatedMessage(Trigger.GREETING, "English", "Hello"), "messages[0].language"),
        (AutomatedMessage(Trigger.GREETING, "en", " "), "messages[0].text"),
        (AutomatedMessage(Trigger.GREETING, "en", "x" * 1_001), "messages[0].text"),
        (AutomatedMessage(Trigger.GREETING, "en", "{{price}}"), "messages[0].text"),
        (AutomatedMessage(Trigger.GREETING, "en", "Hi", 5), "messages[0].afterSeconds"),
        (AutomatedMessage(Trigger.WAITING, "en", "Hi"), "messages[0].afterSeconds"),
    ],
)
def test_what_does_not_fit_is_named(message: AutomatedMessage, field: str) -> None:
    assert [each.field for each in check_automated_messages([message])] == [field]
    assert check_automated_messages(ALL) == []


@pytest.mark.parametrize(
    ("phone", "language"),
    [
        ("4915112345678", "de"),
        ("4528112233", "da"),
        ("551187650001", "pt"),
        ("14155550133", "en"),
        ("41791234567", None),
        ("254711000042", None),
        ("US.13491208655302741918", None),
        ("", None),
    ],
)
def test_a_number_tells_the_language_where_a_country_has_one(
    phone: str, language: str | None
) -> None:
    assert language_of_phone(phone) == language
