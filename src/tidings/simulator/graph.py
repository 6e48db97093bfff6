"""Graph paths other than sending: which handler answers which node and edge."""

from collections.abc import Awaitable, Callable

from tidings.simulator import graph_accounts, graph_media, graph_numbers, graph_templates
from tidings.simulator.errors import GraphError, unknown_object
from tidings.simulator.http import Answer, Request
from tidings.simulator.simulation import Simulation

Handler = Callable[[Simulation, Request], Awaitable[Answer]]

NODES: dict[tuple[str, str], Handler] = {
    ("GET", "debug_token"): graph_accounts.debug_token,
    ("GET", "number"): graph_numbers.get_number,
    ("POST", "number"): graph_numbers.change_number,
    ("GET", "waba"): graph_accounts.get_waba,
    ("GET", "template"): graph_templates.get_template,
    ("POST", "template"): graph_templates.edit_template,
    ("GET", "medium"): graph_media.resolve,
    ("DELETE", "medium"): graph_media.delete,
    ("GET", "app"): graph_accounts.get_app,
    ("POST", "upload"): graph_media.finish_upload,
}
EDGES: dict[tuple[str, str], Handler] = {
    ("GET", "oauth/access_token"): graph_accounts.access_token_for_app,
    ("POST", "number/media"): graph_media.upload,
    ("POST", "number/request_code"): graph_numbers.request_code,
    ("POST", "number/verify_code"): graph_numbers.verify_code,
    ("POST", "number/register"): graph_numbers.register,
    ("POST", "number/deregister"): graph_numbers.deregister,
    ("GET", "number/whatsapp_business_profile"): graph_numbers.get_profile,
    ("POST", "number/whatsapp_business_profile"): graph_numbers.set_profile,
    ("GET", "number/block_users"): graph_numbers.list_blocked,
    ("POST", "number/block_users"): graph_numbers.block,
    ("DELETE", "number/block_users"): graph_numbers.unblock,
    ("GET", "waba/phone_numbers"): graph_numbers.list_numbers,
    ("GET", "waba/message_templates"): graph_templates.list_templates,
    ("POST", "waba/message_templates"): graph_templates.create_template,
    ("DELETE", "waba/message_templates"): graph_templates.delete_templates,
    ("POST", "template/unpause"): graph_templates.unpause,
    ("GET", "waba/subscribed_apps"): graph_accounts.list_subscriptions,
    ("POST", "waba/subscribed_apps"): graph_accounts.subscribe,
    ("DELETE", "waba/subscribed_apps"): graph_accounts.unsubscribe,
    ("GET", "app/subscriptions"): graph_accounts.get_callback,
    ("POST", "app/subscriptions"): graph_accounts.set_callback,
    ("POST", "app/uploads"): graph_media.start_upload,
}


async def answer(simulation: Simulation, request: Request) -> Answer:
    """Answer a Graph request, or raise the refusal for an unknown id or path."""
    segments = request.segments
    if segments[0] == "_media" and len(segments) == 2:
        return await graph_media.download(simulation, request)
    kind = _kind(simulation, segments[0])
    edge = "/".join(segments[1:])
    table = EDGES if edge else NODES
    handler = table.get((request.method, f"{kind}/{edge}" if edge else kind))
    if handler is None:
        if kind == "":
            raise unknown_object(segments[0], request.method)
        raise GraphError(
            2500, message=f"Unknown path components: /{'/'.join(segments)}", status=400
        )
    return await handler(simulation, request)


def _kind(simulation: Simulation, node: str) -> str:
    """What an id belongs to."""
    book = simulation.book
    for kind, known in (
        ("number", book.numbers),
        ("waba", book.wabas),
        ("template", book.templates),
        ("app", book.apps),
    ):
        if node in known:
            return kind
    if node.startswith("upload:"):
        return "upload"
    if node in ("debug_token", "oauth"):
        return node
    return "medium" if simulation.media.find(node) else ""
