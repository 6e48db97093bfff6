"""Finds out why an account does not work, and tells the causes apart, each with its mend (A5, W1).

The classic failures: a dead token, a missing permission, a number of another account, a number
never registered, and "sends work, nothing arrives", which is a missing subscription.
"""

from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import urlencode

import msgspec

from tidings.domain.outcomes import Fault, Refused
from tidings.providers.http import Http, MayHaveLeft, NeverLeft
from tidings.providers.meta_graph import GraphRefused, describe, parse_answer
from tidings.providers.whatsapp_cloud.manage import (
    NumberInfo,
    fetch_number,
    fetch_numbers,
    subscribed_app_ids,
)
from tidings.providers.whatsapp_cloud.wire import Account, Identifier

NEEDED_PERMISSIONS: Final = ("whatsapp_business_messaging", "whatsapp_business_management")
_EXPIRED_SUBCODE: Final = ".463"


class CheckResult(msgspec.Struct, frozen=True):
    """One thing that was looked at. `message` says what was found; `mend` what to do if not ok."""

    code: str
    ok: bool
    message: str
    mend: str = ""


class _Token(msgspec.Struct, frozen=True):
    app_id: Identifier = ""
    is_valid: bool = True
    expires_at: int = 0
    scopes: list[str] | None = None


class _TokenInfo(msgspec.Struct, frozen=True):
    data: _Token = _Token()


async def check_account(http: Http, account: Account, *, waba_id: str) -> list[CheckResult]:
    """Look at token, permissions, WhatsApp account, number and subscription, in this order.

    Stops at the first thing without which the rest cannot be looked at. Never raises for what
    Meta answers; makes up to four calls and changes nothing.
    """
    try:
        return [result async for result in _checks(http, account, waba_id)]
    except (NeverLeft, MayHaveLeft) as error:
        return [_unreachable(str(error))]


def works(results: list[CheckResult]) -> bool:
    """Whether every check of an account was passed."""
    return bool(results) and all(result.ok for result in results)


async def _checks(http: Http, account: Account, waba_id: str) -> AsyncIterator[CheckResult]:
    try:
        token = await _fetch_token(http, account)
    except GraphRefused as refused:
        if refused.refusal.fault is Fault.SERVER:
            yield _unreachable(refused.refusal.detail)
            return
        if _is_dead(refused.refusal):
            yield _token_result(refused.refusal)
            return
        token = _Token()  # some tokens may not inspect themselves: judge by what they can do
    yield CheckResult("token.valid", ok=True, message="The access token is valid.")
    for permission in NEEDED_PERMISSIONS:
        if token.scopes is not None:
            yield _permission_result(permission, held=permission in token.scopes)
    try:
        numbers = await fetch_numbers(http, account, waba_id=waba_id)
    except GraphRefused as refused:
        yield _waba_result(refused.refusal, waba_id)
        return
    yield CheckResult("waba.reachable", ok=True, message="The WhatsApp account can be read.")
    number = next((one for one in numbers if str(one.id) == account.phone_number_id), None)
    yield _membership_result(number, account, waba_id)
    if number is not None:
        yield _registration_result(number)
    yield await _subscription_result(http, account, waba_id, str(token.app_id))


async def _fetch_token(http: Http, account: Account) -> _Token:
    """Let the token look at itself; a token Meta reports dead raises as if it had been refused."""
    query = urlencode({"input_token": account.access_token})
    url = f"{account.graph_base}/debug_token?{query}"
    token = parse_answer(await http.get(url, token=account.access_token), _TokenInfo).data
    if not token.is_valid:
        code = "meta.190.463" if token.expires_at else "meta.190"
        raise GraphRefused(Refused(code, Fault.AUTH, "Meta reports the token as invalid"))
    if token.scopes is None:
        await fetch_number(http, account)  # the only other way to see whether the token lives
    return token


def _is_dead(refusal: Refused) -> bool:
    number = refusal.code.removeprefix("meta.").partition(".")[0]
    return number in ("0", "102", "104", "190")


def _token_result(refusal: Refused) -> CheckResult:
    code = "token.expired" if refusal.code.endswith(_EXPIRED_SUBCODE) else "token.invalid"
    mend = "Create a new system-user token in the Meta business settings and store it here."
    return CheckResult(code, ok=False, message=describe(refusal.code), mend=mend)


def _unreachable(detail: str) -> CheckResult:
    return CheckResult(
        "graph.unreachable",
        ok=False,
        message=f"Meta's Graph API could not be reached: {detail}.",
        mend="Check this machine's network, proxy and firewall, and Meta's status page.",
    )


def _permission_result(permission: str, *, held: bool) -> CheckResult:
    if held:
        return CheckResult(f"permission.{permission}", ok=True, message=f"{permission} is granted.")
    return CheckResult(
        f"permission.{permission}",
        ok=False,
        message=f"The token lacks the permission {permission}.",
        mend=f"Grant {permission} to the app, create a new token with it and store it here.",
    )


def _waba_result(refusal: Refused, waba_id: str) -> CheckResult:
    if refusal.fault is Fault.SERVER:
        return _unreachable(refusal.detail)
    return CheckResult(
        "waba.unreachable",
        ok=False,
        message=f"The WhatsApp account {waba_id} cannot be read: {describe(refusal.code)}",
        mend="Check the account's id, and assign the account to the system user of the token.",
    )


def _membership_result(number: NumberInfo | None, account: Account, waba_id: str) -> CheckResult:
    if number is not None:
        message = f"The number {number.display_phone_number} belongs to the account."
        return CheckResult("number.member", ok=True, message=message)
    return CheckResult(
        "number.member",
        ok=False,
        message=f"The account {waba_id} has no number with the id {account.phone_number_id}.",
        mend="Copy the phone number id, not the number, from the account's API settings.",
    )


def _registration_result(number: NumberInfo) -> CheckResult:
    if number.status.upper() == "CONNECTED":
        return CheckResult("number.registered", ok=True, message="The number is connected.")
    return CheckResult(
        "number.registered",
        ok=False,
        message=f"The number's status is {number.status or 'unknown'}; it must be CONNECTED.",
        mend="Register the number with its two-step PIN, or look up its state at Meta.",
    )


async def _subscription_result(
    http: Http, account: Account, waba_id: str, app_id: str
) -> CheckResult:
    try:
        app_ids = await subscribed_app_ids(http, account, waba_id=waba_id)
    except GraphRefused as refused:
        return _waba_result(refused.refusal, waba_id)
    if app_id in app_ids if app_id else app_ids:
        message = "Messages and statuses of the account are sent to this app."
        return CheckResult("webhook.subscribed", ok=True, message=message)
    return CheckResult(
        "webhook.subscribed",
        ok=False,
        message="The app is not subscribed to the account: nothing customers write would arrive.",
        mend="Subscribe the app to the account.",
    )
