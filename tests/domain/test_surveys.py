"""Surveys: their words, what an answer is, and a list that the provider takes."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tidings.domain.surveys import (
    Survey,
    SurveyText,
    check_survey,
    parse_rating,
    rating_list,
    survey_words,
)
from tidings.simulator.clock import Clock
from tidings.simulator.interactive_checks import check_interactive
from tidings.simulator.media import MediaStore

ID = UUID(int=7)
FRENCH = SurveyText("fr", "Content ?", "Pourquoi ?", "Merci.")


def chosen(identifier: str, kind: str = "list_reply") -> dict[str, Any]:
    return {"type": kind, kind: {"id": identifier, "title": "x"}}


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("4", 4),
        (" 5. ", 5),
        ("3/5", 3),
        ("2 von 5", 2),
        ("1!", 1),
        ("⭐⭐⭐", 3),
        ("⭐️⭐️", 2),
        ("0", None),
        ("6", None),
        ("44", None),
        ("", None),
        ("5 bottles, please", None),
        ("I give you a 4", None),
        ("⭐⭐⭐⭐⭐⭐", None),
    ],
)
def test_a_short_number_or_stars_are_a_rating_and_sentences_are_not(
    text: str, rating: int | None
) -> None:
    assert parse_rating(text, {}) == rating


def test_what_is_chosen_from_our_list_is_a_rating_and_from_others_is_not() -> None:
    assert parse_rating("⭐⭐⭐⭐", chosen(f"survey:{ID}:4")) == 4
    assert parse_rating("Good", chosen(f"survey:{ID}:4", "button_reply")) == 4
    assert parse_rating("Boots", chosen("boots:4")) is None
    assert parse_rating("x", {"list_reply": "no object"}) is None


def test_the_list_is_one_that_whatsapp_takes_and_its_entries_are_ratings(tmp_path: Path) -> None:
    shown = rating_list(ID, "How was it?")

    check_interactive(shown, MediaStore(tmp_path, Clock()))
    rows = shown["action"]["sections"][0]["rows"]
    assert [parse_rating(each["title"], {}) for each in rows] == [5, 4, 3, 2, 1]
    assert [parse_rating("", chosen(each["id"])) for each in rows] == [5, 4, 3, 2, 1]


def test_words_are_its_own_in_the_customers_language_else_ours() -> None:
    survey = Survey(texts=(FRENCH,))

    assert survey_words(survey, language="fr_CA", fallback="en") is FRENCH
    assert survey_words(survey, language="de", fallback="fr").language == "de"
    assert survey_words(survey, language="pt", fallback="fr") is FRENCH
    assert survey_words(Survey(), language=None, fallback="xx").language == "en"


@pytest.mark.parametrize(
    ("survey", "fields"),
    [
        (Survey(), []),
        (Survey(expiry_hours=0), ["survey.expiryHours"]),
        (Survey(texts=(FRENCH, FRENCH)), ["survey.texts[1].language"]),
        (
            Survey(texts=(SurveyText("fr", " ", "{{agent}}?", "Merci."),)),
            ["survey.texts[0].question", "survey.texts[0].commentQuestion"],
        ),
    ],
)
def test_what_does_not_fit_is_named(survey: Survey, fields: list[str]) -> None:
    assert [each.field for each in check_survey(survey)] == fields
