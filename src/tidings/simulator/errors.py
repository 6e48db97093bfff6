"""Graph API refusals: the codes Meta answers with, their HTTP status and their body."""

import secrets
from typing import Any, NamedTuple


class Kind(NamedTuple):
    """What every refusal with one code has in common."""

    status: int
    title: str


KINDS: dict[int, Kind] = {
    1: Kind(400, "An unknown error occurred"),
    2: Kind(503, "Service temporarily unavailable"),
    4: Kind(429, "Application request limit reached"),
    10: Kind(403, "Application does not have permission for this action"),
    33: Kind(400, "Business phone number has been deleted"),
    100: Kind(400, "Invalid parameter"),
    190: Kind(401, "Invalid OAuth access token"),
    200: Kind(403, "Permissions error"),
    130403: Kind(400, "Recipient is blocked by the business"),
    130429: Kind(400, "Rate limit hit"),
    131000: Kind(500, "Something went wrong"),
    131005: Kind(403, "Access denied"),
    131008: Kind(400, "Required parameter is missing"),
    131009: Kind(400, "Parameter value is not valid"),
    131016: Kind(500, "Service unavailable"),
    131021: Kind(400, "Recipient cannot be sender"),
    131026: Kind(400, "Message undeliverable"),
    131042: Kind(400, "Business eligibility payment issue"),
    131047: Kind(400, "Re-engagement message"),
    131048: Kind(400, "Spam rate limit hit"),
    131049: Kind(400, "Message was not delivered to maintain healthy ecosystem engagement"),
    131050: Kind(400, "User has stopped receiving marketing messages from this business"),
    131051: Kind(400, "Unsupported message type"),
    131053: Kind(400, "Media upload error"),
    131056: Kind(400, "(Business Account, Consumer Account) pair rate limit hit"),
    131062: Kind(400, "Business-scoped user ID recipients are not supported for this message"),
    132000: Kind(400, "Number of parameters does not match the expected number of params"),
    132001: Kind(404, "Template name does not exist in the translation"),
    132012: Kind(400, "Parameter format does not match format in the created template"),
    132015: Kind(400, "Template is paused"),
    132016: Kind(400, "Template is disabled"),
    133005: Kind(400, "Two-step verification PIN mismatch"),
    133006: Kind(400, "Phone number re-verification needed"),
    133010: Kind(400, "Phone number not registered"),
    133016: Kind(400, "Account register deregister rate limit exceeded"),
    136024: Kind(400, "Phone number is already verified"),
    139100: Kind(400, "Failed to block or unblock some users"),
    2388019: Kind(400, "Template limit exceeded"),
    2388039: Kind(400, "Template status can not be changed"),
    2388040: Kind(400, "Template field is too long"),
}
UNKNOWN = Kind(400, "Request failed")


class GraphError(Exception):
    """A refusal as Graph words it.

    `details` explains this very case (Meta's error_data.details); `message` replaces the code's
    usual sentence where Graph uses another one.
    """

    def __init__(
        self,
        code: int,
        details: str = "",
        *,
        subcode: int | None = None,
        status: int | None = None,
        message: str | None = None,
    ) -> None:
        super().__init__(details)
        kind = KINDS.get(code, UNKNOWN)
        self.code = code
        self.details = details
        self.subcode = subcode
        self.status = status or kind.status
        self.message = message or f"(#{code}) {kind.title}"

    def body(self) -> dict[str, Any]:
        """The JSON body Graph sends with this refusal."""
        error: dict[str, Any] = {
            "message": self.message,
            "type": "OAuthException",
            "code": self.code,
        }
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.status >= 500 or self.code in (4, 130429):
            error["is_transient"] = True
        error["fbtrace_id"] = "A" + secrets.token_urlsafe(15)
        return {"error": error}


def unknown_object(object_id: str, method: str = "POST") -> GraphError:
    """Graph's answer for an id that does not exist or that the token may not see."""
    return GraphError(
        100,
        subcode=33,
        message=(
            f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist, "
            "cannot be loaded due to missing permissions, or does not support this operation"
        ),
    )


def status_error(code: int, details: str) -> dict[str, Any]:
    """The same refusal as it appears in a `failed` status."""
    title = KINDS.get(code, UNKNOWN).title
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": details},
        "href": "https://developers.facebook.com/documentation/business-messaging/whatsapp"
        "/support/error-codes/",
    }
