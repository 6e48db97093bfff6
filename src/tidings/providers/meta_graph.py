"""What WhatsApp and Instagram share at Meta: the Graph API's addresses, errors and their meaning.

The table of error codes is data (meta_errors.json); it says whose fault a code is, whether a
repeat may help, and a sentence for people.
"""

from datetime import timedelta
from enum import StrEnum
from importlib import resources
from typing import Any, Final, TypeVar

import msgspec

from tidings.domain.inbound import ProviderError
from tidings.domain.outcomes import Fault, Refused, Unknown
from tidings.providers.http import Answer

Shape = TypeVar("Shape")

GRAPH_HOST: Final = "https://graph.facebook.com"
DEFAULT_GRAPH_VERSION: Final = "v24.0"
LONGEST_RETRY_AFTER: Final = timedelta(hours=1)

_GATEWAY_STATUSES: Final = frozenset({502, 504})


class Retry(StrEnum):
    """Whether the same request may succeed later: never, by itself, or once somebody acted."""

    NO = "no"
    BACKOFF = "backoff"
    AFTER_FIX = "after_fix"


class ErrorRule(msgspec.Struct, frozen=True):
    """One line of the table. `last_code` closes a range; `wait_s` is the pause Meta documents."""

    code: int
    fault: Fault
    retry: Retry
    says: str
    subcode: int | None = None
    last_code: int | None = None
    wait_s: int | None = None
    only_this_recipient: bool = False
    may_have_been_sent: bool = False


class GraphError(msgspec.Struct, frozen=True):
    """The error object of the Graph API. Only the code is dependable; all else may be missing."""

    code: int
    error_subcode: int | None = None
    message: str | None = None
    title: str | None = None
    error_data: dict[str, Any] | str | None = None
    error_user_msg: str | None = None
    details: str | None = None

    @property
    def detail(self) -> str:
        """Meta's own words: the most particular ones it gave."""
        data = self.error_data
        named = data.get("details") if isinstance(data, dict) else data
        return str(named or self.error_user_msg or self.details or self.message or self.title or "")


class GraphRefused(Exception):
    """A management call that Meta refused; `refusal` says whose fault and whether to try again."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal


class _ErrorBody(msgspec.Struct, frozen=True):
    error: GraphError


def _load_rules() -> list[ErrorRule]:
    text = resources.files(__package__).joinpath("meta_errors.json").read_bytes()
    return msgspec.json.decode(text, type=list[ErrorRule])


RULES: Final = tuple(_load_rules())
_BY_CODE: Final = {(rule.code, rule.subcode): rule for rule in RULES if rule.last_code is None}
_RANGES: Final = tuple(rule for rule in RULES if rule.last_code is not None)
_UNLISTED: Final = ErrorRule(
    code=-1,
    fault=Fault.REQUEST,
    retry=Retry.NO,
    says="Meta refused this with an error that is not in our table. The details are Meta's own.",
)
_ERROR_BODY: Final = msgspec.json.Decoder(_ErrorBody, strict=False)


def graph_base(version: str = DEFAULT_GRAPH_VERSION, *, host: str = GRAPH_HOST) -> str:
    """Give the address calls begin with, such as https://graph.facebook.com/v24.0."""
    return f"{host.rstrip('/')}/{version}"


def find_rule(code: int, subcode: int | None = None) -> ErrorRule:
    """Look an error up: by code and subcode, by subcode alone, by code, by range; else UNLISTED.

    Template errors (2388xxx) come as code or as subcode of 100, hence the second look.
    """
    if subcode is not None:
        rule = _BY_CODE.get((code, subcode)) or _BY_CODE.get((subcode, None))
        if rule is not None:
            return rule
    rule = _BY_CODE.get((code, None))
    if rule is not None:
        return rule
    in_range = (rule for rule in _RANGES if rule.code <= code <= (rule.last_code or rule.code))
    return next(in_range, _UNLISTED)


def describe(code: str) -> str:
    """Say in a sentence what a code such as `meta.131047` or `meta.190.463` means, and the mend."""
    numbers = code.removeprefix("meta.").split(".")
    if not all(number.isdecimal() for number in numbers) or len(numbers) > 2:
        return _OWN_WORDS.get(code, _UNLISTED.says)
    return find_rule(int(numbers[0]), int(numbers[1]) if len(numbers) == 2 else None).says


_OWN_WORDS: Final = {
    "provider.unreachable": "Meta could not be reached. Check this machine's network; sending goes "
    "on by itself.",
    "meta.rate": "Meta asks us to slow down. Sending goes on by itself.",
    "meta.server": "Meta answered with a server error. Sending goes on by itself.",
    "meta.unreadable": "Meta refused the request with an answer that could not be read.",
}


def error_code(code: int, subcode: int | None = None) -> str:
    """Name an error in our vocabulary; the subcode is told only where it changes the meaning."""
    if subcode is not None and (code, subcode) in _BY_CODE:
        return f"meta.{code}.{subcode}"
    if subcode is not None and (subcode, None) in _BY_CODE:
        return f"meta.{subcode}"
    return f"meta.{code}"


def provider_error(error: GraphError) -> ProviderError:
    """Translate an error Meta reports in a webhook."""
    rule = find_rule(error.code, error.error_subcode)
    return ProviderError(
        code=error_code(error.code, error.error_subcode),
        fault=rule.fault,
        title=error.title or error.message or "",
        detail=error.detail,
    )


def parse_graph_error(answer: Answer) -> GraphError | None:
    """Read the error object of an answer; None when there is none. It can come with any status."""
    try:
        return _ERROR_BODY.decode(answer.body).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def parse_refusal(answer: Answer) -> Refused:
    """Say why Meta refused. The code decides; the HTTP status only when the body has no code.

    Statuses mislead: 131045 comes with 500 and is not transient, 132001 with 404.
    """
    error = parse_graph_error(answer)
    if error is None:
        return _refusal_by_status(answer)
    rule = find_rule(error.code, error.error_subcode)
    fault = rule.fault
    if rule is _UNLISTED and answer.status >= 500:
        fault = Fault.SERVER
    if rule is _UNLISTED and answer.status == 429:
        fault = Fault.RATE
    return Refused(
        code=error_code(error.code, error.error_subcode),
        fault=fault,
        detail=error.detail,
        retry_after=retry_after(answer) or _documented_wait(rule),
        only_this_recipient=rule.only_this_recipient,
    )


def parse_failure(answer: Answer) -> Refused | Unknown:
    """Judge an answer to a send that is not a success.

    Unknown where the message may have been taken all the same: a gateway that gave up waiting
    (502, 504) without Graph's own error, and the code by which Graph admits to be unsure.
    """
    error = parse_graph_error(answer)
    if error is None and answer.status in _GATEWAY_STATUSES:
        return Unknown(f"HTTP {answer.status} from a gateway")
    if error is not None and find_rule(error.code, error.error_subcode).may_have_been_sent:
        return Unknown(error.detail)
    return parse_refusal(answer)


def parse_answer(answer: Answer, shape: type[Shape]) -> Shape:
    """Read the answer to a management call. Raises GraphRefused when Meta said no, or nonsense."""
    if not answer.ok or parse_graph_error(answer) is not None:
        raise GraphRefused(parse_refusal(answer))
    try:
        return msgspec.json.decode(answer.body, type=shape, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        detail = f"an answer that cannot be read: {error}"
        raise GraphRefused(Refused("meta.unreadable", Fault.SERVER, detail)) from error


def retry_after(answer: Answer) -> timedelta | None:
    """Read Retry-After in seconds, at most an hour; the date form is not used by Meta."""
    value = (answer.headers.get("retry-after") or "").strip()
    if not value.isascii() or not value.isdecimal():
        return None
    return min(timedelta(seconds=int(value[:9])), LONGEST_RETRY_AFTER)


def _documented_wait(rule: ErrorRule) -> timedelta | None:
    return None if rule.wait_s is None else timedelta(seconds=rule.wait_s)


def _refusal_by_status(answer: Answer) -> Refused:
    detail = f"HTTP {answer.status} without an error object"
    if answer.status == 429:
        return Refused("meta.rate", Fault.RATE, detail, retry_after(answer))
    if answer.status >= 500:
        return Refused("meta.server", Fault.SERVER, detail, retry_after(answer))
    if answer.status in (401, 403):
        return Refused("meta.unreadable", Fault.AUTH, detail)
    return Refused("meta.unreadable", Fault.REQUEST, detail)
