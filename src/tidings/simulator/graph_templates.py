"""Graph's template endpoints: list, get, create with review, edit, delete, unpause."""

import re
import secrets
from functools import partial
from typing import Any

import msgspec

from tidings.simulator.access import MANAGEMENT, access_token, check_access, token_value
from tidings.simulator.errors import GraphError
from tidings.simulator.http import Answer, Request, json_response
from tidings.simulator.paging import fields_of, page_of, select
from tidings.simulator.simulation import Simulation, template_update
from tidings.simulator.template_rules import check_components
from tidings.simulator.world import Template

USUAL = "name,parameter_format,components,language,status,category,id"
CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")
QUALITY_SINCE = 1760000000
TEMPLATE_LIMIT = 6000
NAME = re.compile(r"[a-z0-9_]{1,512}")


def _check(simulation: Simulation, request: Request, waba_id: str) -> None:
    token = access_token(simulation.book, token_value(request))
    check_access(
        token,
        MANAGEMENT,
        waba_id=waba_id,
        object_id=request.segments[0],
        method=request.method,
    )


def row_of(template: Template) -> dict[str, Any]:
    """A template with every field Graph can tell."""
    row: dict[str, Any] = msgspec.to_builtins(template)
    row["quality_score"] = {"score": row.pop("quality"), "date": QUALITY_SINCE}
    row["previous_category"] = row["previous_category"] or None
    del row["waba_id"]
    return row


async def list_templates(simulation: Simulation, request: Request) -> Answer:
    """GET /{waba_id}/message_templates, with fields, filters and pages."""
    waba_id = request.segments[0]
    _check(simulation, request, waba_id)
    fields = fields_of(request, USUAL)
    rows = [
        select(row_of(template), fields)
        for template in simulation.book.world.templates
        if template.waba_id == waba_id and _wanted(template, request.query)
    ]
    page = page_of(request, rows, simulation.address)
    if "summary" in request.query:
        page["summary"] = _summary(simulation, waba_id, len(rows))
    return json_response(page)


def _summary(simulation: Simulation, waba_id: str, found: int) -> dict[str, Any]:
    """How many templates match, how many the account has, and how many it may have."""
    owned = [item for item in simulation.book.world.templates if item.waba_id == waba_id]
    return {
        "total_count": found,
        "message_template_count": len(owned),
        "message_template_limit": TEMPLATE_LIMIT,
        "are_translations_complete": True,
    }


def _wanted(template: Template, query: dict[str, str]) -> bool:
    for name in ("status", "language", "category"):
        if query.get(name):
            allowed = set(re.findall(r"[A-Za-z_]+", query[name].upper()))
            if getattr(template, name).upper() not in allowed:
                return False
    if query.get("quality_score") and template.quality not in query["quality_score"].upper():
        return False
    if query.get("name") and query["name"] not in template.name:
        return False
    wanted = query.get("name_or_content") or query.get("content") or ""
    return wanted.lower() in (template.name + str(template.components)).lower()


def _template(simulation: Simulation, request: Request) -> Template:
    template = simulation.book.templates[request.segments[0]]
    _check(simulation, request, template.waba_id)
    return template


async def get_template(simulation: Simulation, request: Request) -> Answer:
    """GET /{template_id}."""
    row = row_of(_template(simulation, request))
    return json_response(select(row, fields_of(request, USUAL)))


async def create_template(simulation: Simulation, request: Request) -> Answer:
    """POST /{waba_id}/message_templates: PENDING at first, reviewed a little later."""
    waba_id = request.segments[0]
    _check(simulation, request, waba_id)
    given: dict[str, Any] = await request.json()
    name, language = str(given.get("name", "")), str(given.get("language", ""))
    category = str(given.get("category", "")).upper()
    if not NAME.fullmatch(name):
        raise GraphError(100, message="(#100) Param name must be lower case letters, digits, _")
    if category not in CATEGORIES or not language:
        raise GraphError(100, message="(#100) Params category and language are required")
    if (waba_id, name, language) in simulation.book.named_templates:
        raise GraphError(
            100,
            subcode=2388024,
            message="(#100) Content in this language already exists",
        )
    named = str(given.get("parameter_format", "POSITIONAL")).upper()
    components = check_components(given.get("components"), category=category, named=named)
    template = Template(
        id=str(secrets.randbelow(9 * 10**14) + 10**14),
        waba_id=waba_id,
        name=name,
        language=language,
        category=category,
        components=components,
        status="PENDING",
        parameter_format=named,
        quality="UNKNOWN",
    )
    simulation.book.world.templates.append(template)
    _send_to_review(simulation, template)
    return json_response({"id": template.id, "status": template.status, "category": category})


def _send_to_review(simulation: Simulation, template: Template) -> None:
    template.status = "PENDING"
    simulation.book.changed()
    wait = simulation.book.settings.template_review_seconds
    simulation.timeline.after(wait, partial(review, simulation, template.id))


def review(simulation: Simulation, template_id: str) -> None:
    """End a review: approved, except that a name with `reject` in it is rejected."""
    template = simulation.book.templates.get(template_id)
    if template is None or template.status != "PENDING":
        return
    rejected = "reject" in template.name
    template.status = "REJECTED" if rejected else "APPROVED"
    template.rejected_reason = "INVALID_FORMAT" if rejected else "NONE"
    simulation.book.changed()
    simulation.inbound.manage(
        template.waba_id, "message_template_status_update", template_update(template)
    )


async def edit_template(simulation: Simulation, request: Request) -> Answer:
    """POST /{template_id}: replaces all components and reviews them again."""
    template = _template(simulation, request)
    if template.status not in ("APPROVED", "REJECTED", "PAUSED"):
        raise GraphError(
            100, subcode=2388039, message="(#100) Only approved, rejected and paused can be edited"
        )
    given: dict[str, Any] = await request.json()
    category = str(given.get("category") or template.category).upper()
    if category != template.category and template.status == "APPROVED":
        raise GraphError(100, message="(#100) The category of an approved template is fixed")
    if given.get("components") is not None:
        template.components = check_components(
            given["components"], category=category, named=template.parameter_format
        )
    template.category = category
    _send_to_review(simulation, template)
    return json_response({"success": True, "id": template.id, "name": template.name})


async def delete_templates(simulation: Simulation, request: Request) -> Answer:
    """DELETE /{waba_id}/message_templates: by name (every language), by hsm_id, by hsm_ids."""
    waba_id = request.segments[0]
    _check(simulation, request, waba_id)
    given = await request.parameters()
    name = given.get("name")
    ids = set(
        re.findall(r"\d+", str(given.get("hsm_ids", "")) + " " + str(given.get("hsm_id", "")))
    )
    if not name and not ids:
        raise GraphError(100, message="(#100) The parameter name is required.")
    world = simulation.book.world
    doomed = [
        template
        for template in world.templates
        if template.waba_id == waba_id and (template.id in ids if ids else template.name == name)
    ]
    if not doomed:
        raise GraphError(100, subcode=2593002, message="(#100) Message template not found")
    world.templates = [template for template in world.templates if template not in doomed]
    simulation.book.changed()
    return json_response({"success": True})


async def unpause(simulation: Simulation, request: Request) -> Answer:
    """POST /{template_id}/unpause."""
    template = _template(simulation, request)
    if template.status != "PAUSED":
        return json_response({"success": False, "reason": "The template is not paused"})
    template.status = "APPROVED"
    simulation.book.changed()
    update = template_update(template)
    update["other_info"] = {"title": "UNPAUSE", "description": "The template is active again."}
    simulation.inbound.manage(template.waba_id, "message_template_status_update", update)
    return json_response({"success": True})
