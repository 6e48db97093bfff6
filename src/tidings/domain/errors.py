"""What an action answers when it may not or cannot do what was asked: a value that is raised."""

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """Why an action refused; the API gives each its HTTP status."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    ABSENT = "absent"
    CONFLICT = "conflict"
    UNPROCESSABLE = "unprocessable"
    TOO_LARGE = "too_large"
    BUSY = "busy"
    UNAVAILABLE = "unavailable"


class FieldError(msgspec.Struct, frozen=True):
    """One field of the request that does not fit; `field` is spelled as in the API."""

    code: str
    field: str
    message: str


class Rejection(Exception):
    """The request is refused. `message` says what happened and how to mend it."""

    def __init__(
        self,
        kind: Kind,
        code: str,
        message: str,
        *,
        params: dict[str, str] | None = None,
        fields: tuple[FieldError, ...] = (),
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.code = code
        self.message = message
        self.params = params or {}
        self.fields = fields
        self.retry_after_s = retry_after_s


def invalid(field: str, message: str, *, code: str = "invalid.value") -> Rejection:
    """A 400 that names the one field that does not fit."""
    return Rejection(Kind.INVALID, code, message, fields=(FieldError(code, field, message),))


def absent(what: str, identifier: object) -> Rejection:
    """A 404; the same whether the thing does not exist or is not for this caller to see."""
    return Rejection(
        Kind.ABSENT,
        "not.found",
        f"There is no {what} {identifier} that you may see.",
        params={"entityName": what, "entityId": str(identifier)},
    )


def conflict(code: str, message: str, **params: str) -> Rejection:
    """A 409: the request is right but the state of things does not allow it."""
    return Rejection(Kind.CONFLICT, code, message, params=params)


def stale_version(what: str, *, sent: int | None, current: int) -> Rejection:
    """A 409 for a change that was made from an older version than the current one."""
    return conflict(
        "general.conflict",
        f"The {what} was changed meanwhile: the version numbers do not match (sent {sent}, "
        f"current {current}). Read it again and repeat your change.",
        currentVersion=str(current),
    )


def key_reused() -> Rejection:
    """A 422: the Idempotency-Key belongs to another request (A11)."""
    return Rejection(
        Kind.UNPROCESSABLE,
        "idempotency.key.reused",
        "This Idempotency-Key was used for another request; use a new key for a new request.",
    )
