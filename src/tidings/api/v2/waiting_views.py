"""Why a conversation waits, as the API says it: a sentence, and the reasons by code."""

from typing import Any

from tidings.api.views import View
from tidings.domain.waiting_reasons import read_reasons, sentence


class ReasonView(View):
    """What hinders so many agents of the queue; `name` is that of a skill or language.

    code: skill, language, presence, ring, capacity, declined, notResponding, offQueue, or nobody
    where nobody takes part in the queue.
    """

    code: str
    count: int | None = None
    name: str | None = None


def why_of(stored: list[dict[str, Any]] | None) -> str | None:
    """The reasons in English; None where none are known yet."""
    return sentence(read_reasons(stored)) if stored else None


def reasons_of(stored: list[dict[str, Any]] | None) -> list[ReasonView] | None:
    """The reasons one by one; None where none are known yet."""
    if not stored:
        return None
    return [
        ReasonView(code=each.code, count=each.count or None, name=each.name or None)
        for each in read_reasons(stored)
    ]
