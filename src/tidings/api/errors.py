"""Errors as the public API writes them: one body for all, codes as in the reference."""

from collections.abc import Mapping
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, NotAuthorizedException, ValidationException
from psycopg import errors as pg

from tidings.api.views import View
from tidings.domain.errors import Kind, Rejection
from tidings.store.database import UNAVAILABLE

log = structlog.get_logger()

STATUS = {
    Kind.INVALID: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.ABSENT: 404,
    Kind.CONFLICT: 409,
    Kind.TOO_LARGE: 413,
    Kind.UNPROCESSABLE: 422,
    Kind.BUSY: 429,
    Kind.UNAVAILABLE: 503,
}
# How the framework words it that the connection ended within the body.
HUNG_UP = "client disconnected prematurely"
HTTP_CODES = {
    400: "bad.request",
    401: "authentication.required",
    403: "not.authorized",
    404: "not.found",
    405: "method.not.allowed",
    413: "response.entity.too.large",
    415: "unsupported.media.type",
    429: "too.many.requests",
}


class ErrorDetail(View):
    """One field that does not fit."""

    error_code: str
    field_name: str
    message: str | None = None


class ErrorBody(View):
    """The body of every error."""

    message: str
    code: str
    status: int
    context_id: str
    message_with_params: str | None = None
    message_params: dict[str, str] = msgspec.field(default_factory=dict)
    details: list[ErrorDetail] = msgspec.field(default_factory=list)
    errors: list[dict[str, str]] = msgspec.field(default_factory=list)


AnyRequest = Request[Any, Any, Any]


def error_answer(
    request: AnyRequest,
    *,
    status: int,
    code: str,
    message: str,
    params: Mapping[str, str] | None = None,
    details: list[ErrorDetail] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """An error in the API's one shape."""
    body = ErrorBody(
        message=message,
        code=code,
        status=status,
        context_id=str(request.scope.get("correlation_id", "")),
        message_with_params=message if params else None,
        message_params=dict(params or {}),
        details=details or [],
    )
    return Response(
        msgspec.json.encode(body),
        status_code=status,
        media_type="application/json",
        headers=headers,
    )


def answer_rejection(request: AnyRequest, error: Rejection) -> Response[bytes]:
    """An action refused: its code, words and fields."""
    retry = error.retry_after_s
    return error_answer(
        request,
        status=STATUS[error.kind],
        code=error.code,
        message=error.message,
        params=error.params,
        details=[
            ErrorDetail(error_code=f.code, field_name=f.field, message=f.message)
            for f in error.fields
        ],
        headers=None if retry is None else {"Retry-After": str(retry)},
    )


def answer_validation(request: AnyRequest, error: ValidationException) -> Response[bytes]:
    """The request does not have the declared shape: each field that does not fit is named."""
    details = [
        ErrorDetail(
            error_code="invalid.value",
            field_name=str(each.get("key", "")),
            message=str(each.get("message", "")),
        )
        for each in (error.extra or [])
        if isinstance(each, dict)
    ]
    named = "; ".join(f"{d.field_name or 'body'}: {d.message}" for d in details)
    message = f"The request is not valid: {named}" if named else str(error.detail)
    return error_answer(request, status=400, code="bad.request", message=message, details=details)


def answer_http(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """What the framework itself refuses: unknown path, method, media type, size."""
    if error.detail == HUNG_UP:
        return answer_hung_up(request)
    status = 401 if isinstance(error, NotAuthorizedException) else error.status_code
    if status >= 500:
        return answer_unexpected(request, error)
    return error_answer(
        request,
        status=status,
        code=HTTP_CODES.get(status, "bad.request"),
        message=str(error.detail),
        headers={k: v for k, v in (error.headers or {}).items() if k.lower() == "allow"},
    )


def answer_hung_up(request: AnyRequest) -> Response[bytes]:
    """Whoever asked was gone before the request was whole: no defect of ours, and nobody hears."""
    log.info("request.hung_up", path=request.url.path)
    return error_answer(
        request,
        status=400,
        code="request.incomplete",
        message="The connection ended before the request was whole.",
    )


def answer_unavailable(request: AnyRequest, error: Exception) -> Response[bytes]:
    """The database cannot be reached or is full: nothing was stored, so try again later."""
    log.warning("database.unavailable", error=type(error).__name__)
    return error_answer(
        request,
        status=503,
        code="service.unavailable",
        message="The database is not available just now; nothing was changed. Try again shortly.",
    )


def answer_timed_out(request: AnyRequest, error: Exception) -> Response[bytes]:
    """A question that was given up because it took too long; the database is well."""
    log.warning("statement.timed_out", path=request.url.path)
    return error_answer(
        request,
        status=503,
        code="query.timed.out",
        message=(
            "This takes longer than a request may; nothing was changed. Narrow what is asked for "
            "(a filter, a smaller list), or try again when less is going on."
        ),
    )


def answer_unexpected(request: AnyRequest, error: Exception) -> Response[bytes]:
    """A defect of ours: logged whole, told without particulars."""
    log.error("request.failed", path=request.url.path, exc_info=error)
    return error_answer(
        request,
        status=500,
        code="internal.server.error",
        message="Something went wrong here; quote the contextId when you report it.",
    )


def answer_bad_text(request: AnyRequest, error: Exception) -> Response[bytes]:
    """A text that the database cannot hold, such as one with a NUL character."""
    return error_answer(
        request,
        status=400,
        code="invalid.value",
        message="A text in the request holds characters that cannot be stored (such as NUL).",
    )


def answer_too_deep(request: AnyRequest, error: Exception) -> Response[bytes]:
    """A body nested so deeply that nobody can read it."""
    return error_answer(
        request, status=400, code="bad.request", message="The request body is nested too deeply."
    )


HANDLERS: dict[int | type[Exception], Any] = {
    Rejection: answer_rejection,
    ValidationException: answer_validation,
    HTTPException: answer_http,
    pg.DiskFull: answer_unavailable,
    pg.DataError: answer_bad_text,
    pg.QueryCanceled: answer_timed_out,
    UnicodeError: answer_bad_text,
    RecursionError: answer_too_deep,
    **dict.fromkeys(UNAVAILABLE, answer_unavailable),
    Exception: answer_unexpected,
}


async def answer_error(error: Exception, scope: Any, receive: Any, send: Any) -> None:
    """Answer an error outside the framework's routes as they would."""
    request: AnyRequest = Request(scope, receive, send)
    kind = next(kind for kind in type(error).__mro__ if kind in HANDLERS)
    response: Response[bytes] = HANDLERS[kind](request, error)
    await response.to_asgi_response(None, request)(scope, receive, send)
