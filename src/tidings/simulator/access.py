"""Who is calling: the bearer token, whether it lives, and what it may touch."""

from tidings.simulator.errors import GraphError, unknown_object
from tidings.simulator.http import Request
from tidings.simulator.world import Token
from tidings.simulator.world_book import WorldBook

MESSAGING = "whatsapp_business_messaging"
MANAGEMENT = "whatsapp_business_management"


def token_value(request: Request) -> str:
    """The token as sent: in the header, or in the query as Graph also takes it."""
    header = request.header(b"authorization")
    if header[:7].lower() == b"bearer ":
        return header.partition(b" ")[2].strip().decode("latin-1")
    return request.query.get("access_token", "") if request.scope["query_string"] else ""


def access_token(book: WorldBook, value: str) -> Token:
    """The living token of that value; raises what Graph answers for none, wrong and dead ones."""
    if not value:
        raise GraphError(
            104,
            status=401,
            message="An access token is required to request this resource.",
        )
    token = book.tokens.get(value)
    if token is None:
        raise GraphError(190, message="Invalid OAuth access token - Cannot parse access token")
    if not token.alive:
        raise GraphError(
            190,
            subcode=token.subcode,
            message="Error validating access token: the session has been invalidated or expired.",
        )
    return token


def check_access(token: Token, scope: str, *, waba_id: str, object_id: str, method: str) -> None:
    """Raise unless the token has the scope and covers the account."""
    if token.waba_ids and waba_id not in token.waba_ids:
        raise unknown_object(object_id, method)
    if scope not in token.scopes:
        raise GraphError(
            10, message="(#10) Application does not have permission for this action", status=403
        )
