"""Why a conversation waits, as the API says it: a sentence, and the reasons by code."""

from collections.abc import Sequence

from tidings.api.views import View
from tidings.domain.waiting_reasons import Reason, sentence


class ReasonView(View):
    """What hinders so many agents of the queue; `name` is that of a skill or language.

    code: skill, language, presence, ring, capacity, declined, notResponding or offQueue; alone
    stand nobody, where nobody takes part in the queue, and pick, for what is never offered.
    """

    code: str
    count: int | None = None
    name: str | None = None


def why_of(reasons: Sequence[Reason]) -> str | None:
    """The reasons in English; None where none are known yet."""
    return sentence(reasons) if reasons else None


def reasons_of(reasons: Sequence[Reason]) -> list[ReasonView] | None:
    """The reasons one by one; None where none are known yet."""
    shown = [
        ReasonView(code=each.code, count=each.count or None, name=each.name or None)
        for each in reasons
    ]
    return shown or None
