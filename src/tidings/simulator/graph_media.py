"""Graph's media endpoints: upload, resolve, download, delete, and handles for examples."""

import base64
import re
from typing import Any, NamedTuple

from tidings.simulator.access import MANAGEMENT, MESSAGING, access_token, check_access, token_value
from tidings.simulator.errors import GraphError, unknown_object
from tidings.simulator.http import Answer, Request, Response, json_response
from tidings.simulator.media import Medium
from tidings.simulator.simulation import Simulation


class Part(NamedTuple):
    """One part of a multipart form."""

    content: bytes
    filename: str
    content_type: str


def parse_form(body: bytes, content_type: str) -> dict[str, Part]:
    """The parts of a multipart/form-data body by name."""
    found = re.search(r'boundary="?([^";,]+)"?', content_type)
    if found is None:
        raise GraphError(100, message="(#100) The request is not a multipart form")
    parts = {}
    for raw in body.split(b"--" + found.group(1).encode())[1:-1]:
        head, _, content = raw.partition(b"\r\n\r\n")
        headers = head.decode("utf-8", "replace")
        name = re.search(r'\bname="([^"]*)"', headers)
        if name is None:
            continue
        filename = re.search(r'\bfilename="([^"]*)"', headers)
        kind = re.search(r"(?i)content-type:\s*([^\r\n]+)", headers)
        parts[name.group(1)] = Part(
            content.removesuffix(b"\r\n"),
            filename.group(1) if filename else "",
            kind.group(1).strip() if kind else "",
        )
    return parts


async def upload(simulation: Simulation, request: Request) -> Answer:
    """POST /{phone_number_id}/media."""
    number = simulation.book.numbers[request.segments[0]]
    token = access_token(simulation.book, token_value(request))
    check_access(token, MESSAGING, waba_id=number.waba_id, object_id=number.id, method="post")
    body = await request.body()
    parts = parse_form(body, request.header(b"content-type").decode("latin-1"))
    product = parts.get("messaging_product")
    if product is None or product.content != b"whatsapp":
        raise GraphError(100, message="(#100) The parameter messaging_product is required.")
    file = parts.get("file")
    if file is None:
        raise GraphError(100, message="(#100) The parameter file is required.")
    declared = parts["type"].content.decode() if "type" in parts else ""
    medium = simulation.media.add(
        file.content, file.content_type or declared, filename=file.filename
    )
    return json_response({"id": medium.id})


def _medium(simulation: Simulation, request: Request, media_id: str) -> Medium:
    access_token(simulation.book, token_value(request))
    medium = simulation.media.find(media_id)
    if medium is None:
        raise unknown_object(media_id, request.method)
    return medium


async def resolve(simulation: Simulation, request: Request) -> Answer:
    """GET /{media_id}: the address to download it from, good for five minutes."""
    medium = _medium(simulation, request, request.segments[0])
    return json_response(
        {
            "messaging_product": "whatsapp",
            "url": simulation.media.url(medium, simulation.address),
            "mime_type": medium.mime_type,
            "sha256": medium.sha256,
            "file_size": medium.size,
            "id": medium.id,
        }
    )


async def download(simulation: Simulation, request: Request) -> Answer:
    """GET of a resolved address, with the bearer token; 404 once the address is old."""
    value = token_value(request)
    access_token(simulation.book, value)
    media_id = request.segments[1]
    medium = simulation.media.find(media_id)
    if medium is None or not simulation.media.url_is_good(media_id, request.query):
        return json_response(unknown_object(media_id, "get").body(), status=404)
    content = simulation.media.content(medium)
    return Response(content, content_type=medium.mime_type.encode("latin-1"))


async def delete(simulation: Simulation, request: Request) -> Answer:
    """DELETE /{media_id}."""
    simulation.media.delete(_medium(simulation, request, request.segments[0]))
    return json_response({"success": True})


async def start_upload(simulation: Simulation, request: Request) -> Answer:
    """POST /{app_id}/uploads: the session of a resumable upload."""
    token = access_token(simulation.book, token_value(request))
    if MANAGEMENT not in token.scopes:
        raise GraphError(10)
    given: dict[str, Any] = await request.parameters()
    file_type = str(given.get("file_type", "application/octet-stream"))
    session = base64.urlsafe_b64encode(file_type.encode()).decode()
    return json_response({"id": f"upload:{session}"})


async def finish_upload(simulation: Simulation, request: Request) -> Answer:
    """POST /upload:{session}: the bytes; answers the handle used in template examples."""
    access_token(simulation.book, token_value(request))
    body = await request.body()
    kind = request.segments[0].partition(":")[2]
    name = base64.urlsafe_b64encode(body[:24]).decode()
    return json_response({"h": f"4:{name}:{kind}"})
