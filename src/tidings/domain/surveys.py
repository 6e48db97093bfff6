"""The survey after a conversation: what is asked, and what of an answer is one."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from tidings.domain.automated_messages import LANGUAGE, wrong_text
from tidings.domain.classification import speaks
from tidings.domain.errors import FieldError

BEST: Final = 5
LONGEST_EXPIRY_HOURS: Final = 23
LONGEST_COMMENT: Final = 4_000
# A comment is what comes soon after the rating; what comes later is a new matter.
COMMENT_WITHIN: Final = timedelta(hours=1)
_RATING: Final = re.compile(r"([1-5])(?:\s*(?:/|of|von|af)\s*5)?\s*[.!]?")
_REPLY: Final = re.compile(r"survey:([0-9a-f-]{36}):([1-5])")


class SurveyText(msgspec.Struct, frozen=True, rename="camel"):
    """The words of a survey in one language."""

    language: str
    question: str
    comment_question: str
    thanks: str


class Survey(msgspec.Struct, frozen=True, rename="camel"):
    """How a workstream asks: for how long an answer is taken, and whether for a comment too.

    Without words of its own it asks in ours.
    """

    enabled: bool = True
    expiry_hours: int = 12
    ask_comment: bool = True
    texts: tuple[SurveyText, ...] = ()


OURS: Final = (
    SurveyText(
        "en",
        "How satisfied were you with this conversation? Answer with a number from 1 (not at all) "
        "to 5 (very).",
        "Thank you. Would you like to tell us why?",
        "Thank you for your answer.",
    ),
    SurveyText(
        "de",
        "Wie zufrieden waren Sie mit diesem Gespräch? Antworten Sie mit einer Zahl von 1 (gar "
        "nicht) bis 5 (sehr).",
        "Danke. Möchten Sie uns sagen, warum?",
        "Danke für Ihre Antwort.",
    ),
    SurveyText(
        "da",
        "Hvor tilfreds var du med samtalen? Svar med et tal fra 1 (slet ikke) til 5 (meget).",
        "Tak. Vil du fortælle os hvorfor?",
        "Tak for dit svar.",
    ),
)


def check_survey(survey: Survey) -> list[FieldError]:
    """Name everything that does not fit, by its place."""
    wrong: list[tuple[str, str]] = []
    if not 1 <= survey.expiry_hours <= LONGEST_EXPIRY_HOURS:
        wrong.append(("expiryHours", f"An answer is taken for 1 to {LONGEST_EXPIRY_HOURS} hours."))
    languages = [each.language.lower() for each in survey.texts]
    for index, each in enumerate(survey.texts):
        field = f"texts[{index}]"
        if not LANGUAGE.fullmatch(each.language) or languages.index(languages[index]) != index:
            wrong.append((f"{field}.language", "Give each text a language of its own, such as en."))
        for name, text in (
            ("question", each.question),
            ("commentQuestion", each.comment_question),
            ("thanks", each.thanks),
        ):
            wrong += [(f"{field}.{name}", message) for message in wrong_text(text, ())]
    return [FieldError("invalid.value", f"survey.{name}", message) for name, message in wrong]


def survey_words(survey: Survey, *, language: str | None, fallback: str) -> SurveyText:
    """The words in the customer's language, else the workstream's, else English."""
    own: Sequence[SurveyText] = survey.texts
    for wanted in (language, fallback):
        for each in (*own, *OURS):
            if wanted and speaks(wanted, each.language):
                return each
    return own[0] if own else OURS[0]


def parse_rating(text: str, content: dict[str, Any]) -> int | None:
    """The rating that a message is: an entry of the list, a number or stars; None for others."""
    chosen = _REPLY.fullmatch(_reply_id(content))
    if chosen is not None:
        return int(chosen.group(2))
    said = text.strip().lower()
    number = _RATING.fullmatch(said)
    if number is not None:
        return int(number.group(1))
    stars = said.replace("\ufe0f", "")
    return len(stars) if 0 < len(stars) <= BEST and set(stars) <= {"⭐", "★"} else None


def rating_list(survey_id: UUID, question: str) -> dict[str, Any]:
    """The question as an interactive list, shaped as the Graph API's; stars need no language."""
    rows = [
        {"id": f"survey:{survey_id}:{rating}", "title": "⭐" * rating, "description": str(rating)}
        for rating in range(BEST, 0, -1)
    ]
    return {
        "type": "list",
        "body": {"text": question},
        "action": {"button": "1 - 5 ⭐", "sections": [{"title": "1 - 5", "rows": rows}]},
    }


def _reply_id(content: dict[str, Any]) -> str:
    """The id of the chosen entry, as the provider's own object of a reply holds it."""
    for kind in ("list_reply", "button_reply"):
        reply = content.get(kind)
        if isinstance(reply, dict):
            return str(reply.get("id", ""))
    return ""
