"""What an error code of a message means to a person and to the public API."""

from typing import Final

import msgspec

from tidings.domain.outcomes import Fault
from tidings.providers.meta_graph import describe, find_rule

OUTCOME_UNKNOWN: Final = "outcome.unknown"


class Failure(msgspec.Struct, frozen=True):
    """A failure in words: what happened, what mends it, and the contract's code for it."""

    code: str
    text: str
    mend: str | None
    reason: str


_OWN: Final = {
    OUTCOME_UNKNOWN: (
        "It is not known whether the provider took the message: the call went out and no answer "
        "came back. It is not sent again by itself; a callback from the provider settles it.",
        "UnknownMessage",
    ),
    "campaign.withdrawn": (
        "The campaign was recycled or deleted before this message went out. Nothing is to be done.",
        "GeneralError",
    ),
    "window.closed": (
        "The customer's 24 hours were over before this message went out, so it was not sent. Send "
        "an approved template instead.",
        "MessageExpired",
    ),
    "media.gone": (
        "Its file was deleted before this message went out. Upload it again and send it anew.",
        "GeneralError",
    ),
    "unknown": ("The provider reported a failure without a reason.", "GeneralError"),
}
# Codes whose meaning the contract has a word of its own for; the others go by their fault.
_REASONS: Final = {
    "meta.131026": "InvalidDestination",
    "meta.131047": "MessageExpired",
    "meta.131049": "MessageNotAllowed",
    "meta.131050": "RecipientOptedOut",
    "meta.131051": "UnsupportedMessage",
    "meta.131052": "MediaTypeNotAllowed",
    "meta.131053": "MediaTypeNotAllowed",
}
_BY_FAULT: Final = {
    Fault.RECIPIENT: "InvalidDestination",
    Fault.TEMPLATE: "InvalidMessageStructure",
    Fault.ACCOUNT: "MessageNotAllowed",
    Fault.AUTH: "MessageNotAllowed",
    Fault.RATE: "RateLimited",
    Fault.REQUEST: "InvalidMessageStructure",
    Fault.WINDOW: "MessageNotAllowed",
    Fault.SERVER: "ServerError",
}
# What can be done, where the table of errors only says what happened.
_MENDS: Final = {
    Fault.RECIPIENT: "Check the number with the customer, or reach them another way.",
    Fault.TEMPLATE: "Correct the template or its values, then send again.",
    Fault.ACCOUNT: "Look after the account at Meta, then check the integration.",
    Fault.AUTH: "Check the integration and its access token.",
    Fault.RATE: "Send again later, and more slowly.",
    Fault.REQUEST: "Correct the message, then send again.",
    Fault.WINDOW: "Send an approved template instead.",
    Fault.SERVER: "Send again later.",
}


def failure_of(status: str, code: str | None, detail: str | None) -> Failure | None:
    """The failure of a message with this status and error code; None when it has none.

    A message whose outcome is not known has one too: whoever shows it says what is known.
    """
    if code is None and status == "unknown":
        code = OUTCOME_UNKNOWN
    if code is None:
        return None
    if code in _OWN:
        words, reason = _OWN[code]
        return Failure(code, *_split(words), reason)
    if _is_unlisted(code) and detail:
        return Failure(code, detail, None, "GeneralError")
    if code.startswith("template.") and detail:
        return Failure(code, detail, _MENDS[Fault.TEMPLATE], _BY_FAULT[Fault.TEMPLATE])
    fault = _fault(code)
    text, mend = _split(describe(code))
    return Failure(code, text, mend or _MENDS[fault], _REASONS.get(code) or _BY_FAULT[fault])


def _split(words: str) -> tuple[str, str | None]:
    """The first sentence says what happened, what follows says what to do."""
    text, stop, mend = words.partition(". ")
    return text + stop.rstrip(), mend or None


def _rule_numbers(code: str) -> list[int] | None:
    numbers = code.removeprefix("meta.").split(".")
    if not code.startswith("meta.") or not all(each.isdecimal() for each in numbers):
        return None
    return [int(each) for each in numbers[:2]]


def _is_unlisted(code: str) -> bool:
    numbers = _rule_numbers(code)
    return numbers is not None and find_rule(*numbers).code < 0


def _fault(code: str) -> Fault:
    numbers = _rule_numbers(code)
    return Fault.SERVER if numbers is None else find_rule(*numbers).fault
