"""Consent: an opt-out always wins, and a customer's word is understood but never invented."""

from datetime import UTC, datetime, timedelta

import pytest

from tidings.domain.consent import (
    DEFAULT_KEYWORDS,
    Allowed,
    Consent,
    ConsentCategory,
    ConsentState,
    Denied,
    KeywordRule,
    MessageCategory,
    compile_keywords,
    decide,
    match_keyword,
)

JAN, FEB, MAR, NOW = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3, 6))


def granted(
    category: str, at: datetime, source: str = "form", expires_at: datetime | None = None
) -> Consent:
    return Consent(ConsentCategory(category), ConsentState.GRANTED, at, source, expires_at)


def withdrawn(category: str, at: datetime, source: str = "keyword") -> Consent:
    return Consent(ConsentCategory(category), ConsentState.WITHDRAWN, at, source)


@pytest.mark.parametrize(
    ("consents", "category", "outcome"),
    [
        ([], "utility", "consent.required"),
        ([], "service", "allowed"),
        ([granted("utility", JAN)], "utility", "allowed"),
        ([granted("utility", JAN)], "authentication", "allowed"),
        ([granted("utility", JAN)], "marketing", "consent.required"),
        ([granted("marketing", JAN)], "utility", "consent.required"),
        ([granted("all", JAN)], "marketing", "allowed"),
        ([granted("all", JAN), withdrawn("marketing", FEB)], "marketing", "consent.withdrawn"),
        ([granted("all", JAN), withdrawn("marketing", FEB)], "utility", "allowed"),
        ([granted("utility", JAN), withdrawn("all", FEB)], "utility", "consent.withdrawn"),
        ([withdrawn("all", FEB), granted("all", MAR)], "utility", "allowed"),
        ([granted("all", FEB), withdrawn("all", FEB)], "utility", "consent.withdrawn"),
        ([withdrawn("all", FEB), granted("all", MAR, "import")], "utility", "consent.withdrawn"),
        ([withdrawn("all", FEB)], "service", "allowed"),
        ([granted("all", JAN, "form", FEB)], "utility", "consent.required"),
        ([granted("all", datetime(2027, 1, 1, tzinfo=UTC))], "utility", "consent.required"),
    ],
)
def test_who_may_be_messaged_about_what(
    consents: list[Consent], category: str, outcome: str
) -> None:
    for order in (consents, consents[::-1]):
        decision = decide(order, MessageCategory(category), now=NOW)
        assert (decision.code if isinstance(decision, Denied) else "allowed") == outcome


def test_a_refusal_says_since_when_and_how_it_was_learnt() -> None:
    decision = decide([withdrawn("all", FEB)], MessageCategory.MARKETING, now=NOW)
    assert decision == Denied("consent.withdrawn", FEB, "keyword")


def test_an_approval_names_its_consent() -> None:
    consent = granted("utility", NOW - timedelta(days=1))
    assert decide([consent], MessageCategory.UTILITY, now=NOW) == Allowed(consent)


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop", " Stop. ", "S\u0054OP!", "stopp", "Abmelden", "stop all", "Arret", "ARRÊT",
     "unsubscribe", "BAJA", "parar", "afmeld", "Afmelden!!!", "Ｓｔｏｐ"],
)  # fmt: skip
def test_words_that_end_everything(text: str) -> None:
    action = match_keyword(text, DEFAULT_KEYWORDS)
    assert action is not None
    assert (action.state, action.category) == (ConsentState.WITHDRAWN, ConsentCategory.ALL)


@pytest.mark.parametrize(
    "text", ["", "!!!", "please stop by", "stop it", "start the car", "non-stop", "stop " * 100]
)
def test_a_sentence_is_no_keyword(text: str) -> None:
    assert match_keyword(text, DEFAULT_KEYWORDS) is None


def test_words_for_marketing_alone_and_for_starting_again() -> None:
    marketing = match_keyword("stop promo", DEFAULT_KEYWORDS)
    assert marketing is not None
    assert marketing.category is ConsentCategory.MARKETING
    start = match_keyword("Start", DEFAULT_KEYWORDS)
    assert start is not None
    assert start.state is ConsentState.GRANTED


def test_a_word_in_two_lists_means_stop() -> None:
    rules = [
        KeywordRule(ConsentState.WITHDRAWN, ConsentCategory.ALL, ("NEIN",)),
        KeywordRule(ConsentState.GRANTED, ConsentCategory.ALL, ("nein", "ja")),
    ]
    for order in (rules, rules[::-1]):
        action = match_keyword("Nein", compile_keywords(order))
        assert action is not None
        assert action.state is ConsentState.WITHDRAWN
