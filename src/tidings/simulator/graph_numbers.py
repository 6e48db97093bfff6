"""Graph's phone number endpoints: reading, registering, profile, blocked users."""

from typing import Any

from tidings.simulator.access import MANAGEMENT, access_token, check_access, token_value
from tidings.simulator.errors import GraphError
from tidings.simulator.graph_accounts import check_callback
from tidings.simulator.http import Answer, Request, json_response
from tidings.simulator.paging import fields_of, page_of, select
from tidings.simulator.people import digits_of, wa_id_of
from tidings.simulator.simulation import Simulation
from tidings.simulator.world import Number

USUAL = "verified_name,code_verification_status,display_phone_number,quality_rating,id"
PROFILE = (
    "about",
    "address",
    "description",
    "email",
    "vertical",
    "websites",
    "profile_picture_url",
)
CODE = "123456"
SUCCESS = {"success": True}


def _check(simulation: Simulation, request: Request, waba_id: str) -> None:
    token = access_token(simulation.book, token_value(request))
    check_access(
        token,
        MANAGEMENT,
        waba_id=waba_id,
        object_id=request.segments[0],
        method=request.method,
    )


def _number(simulation: Simulation, request: Request) -> Number:
    number = simulation.book.numbers[request.segments[0]]
    _check(simulation, request, number.waba_id)
    return number


def row_of(number: Number) -> dict[str, Any]:
    """A number with every field Graph can tell."""
    row: dict[str, Any] = {
        name: getattr(number, name)
        for name in (
            "id",
            "display_phone_number",
            "verified_name",
            "status",
            "quality_rating",
            "code_verification_status",
            "name_status",
            "platform_type",
            "account_mode",
        )
    }
    row["quality_score"] = {"score": number.quality_rating}
    row["throughput"] = {"level": "HIGH" if number.messages_per_second > 80 else "STANDARD"}
    row["whatsapp_business_manager_messaging_limit"] = number.messaging_limit
    row["messaging_limit_tier"] = number.messaging_limit
    row["is_pin_enabled"] = bool(number.pin)
    row["is_official_business_account"] = False
    row["is_on_biz_app"] = False
    row["search_visibility"] = "VISIBLE"
    row["health_status"] = {
        "can_send_message": "AVAILABLE" if number.status == "CONNECTED" else "BLOCKED",
        "entities": [{"entity_type": "PHONE_NUMBER", "id": number.id}],
    }
    if number.override_callback_uri:
        row["webhook_configuration"] = {"phone_number": number.override_callback_uri}
    return row


async def list_numbers(simulation: Simulation, request: Request) -> Answer:
    """GET /{waba_id}/phone_numbers."""
    waba_id = request.segments[0]
    _check(simulation, request, waba_id)
    fields = fields_of(request, USUAL)
    rows = [
        select(row_of(number), fields)
        for number in simulation.book.world.numbers
        if number.waba_id == waba_id
    ]
    return json_response(page_of(request, rows, simulation.address))


async def get_number(simulation: Simulation, request: Request) -> Answer:
    """GET /{phone_number_id}."""
    row = row_of(_number(simulation, request))
    return json_response(select(row, fields_of(request, USUAL)))


async def change_number(simulation: Simulation, request: Request) -> Answer:
    """POST /{phone_number_id}: a new PIN, or a callback of its own."""
    number = _number(simulation, request)
    given = await request.json()
    if "pin" in given:
        number.pin = _pin(given)
    if "webhook_configuration" in given:
        override = given["webhook_configuration"]
        url = str(override.get("override_callback_uri") or "")
        verify_token = str(override.get("verify_token") or "")
        if url:
            await check_callback(url, verify_token)
        number.override_callback_uri, number.override_verify_token = url, verify_token
    simulation.book.changed()
    return json_response(SUCCESS)


def _pin(given: dict[str, Any]) -> str:
    pin = str(given.get("pin", ""))
    if len(pin) != 6 or not pin.isdigit():
        raise GraphError(100, message="(#100) Param pin must be 6 digits")
    return pin


async def request_code(simulation: Simulation, request: Request) -> Answer:
    """POST /{phone_number_id}/request_code; the code is always 123456."""
    number = _number(simulation, request)
    given = await request.parameters()
    if number.code_verification_status == "VERIFIED":
        raise GraphError(136024)
    if given.get("code_method") not in ("SMS", "VOICE"):
        raise GraphError(100, message="(#100) Param code_method must be one of SMS, VOICE")
    return json_response(SUCCESS)


async def verify_code(simulation: Simulation, request: Request) -> Answer:
    """POST /{phone_number_id}/verify_code."""
    number = _number(simulation, request)
    given = await request.parameters()
    if str(given.get("code", "")).replace("-", "") != CODE:
        raise GraphError(136025, message="(#136025) The verification code is wrong", status=400)
    number.code_verification_status = "VERIFIED"
    simulation.book.changed()
    return json_response(SUCCESS)


async def register(simulation: Simulation, request: Request) -> Answer:
    """POST /{phone_number_id}/register: sets the PIN, or checks the one there is."""
    number = _number(simulation, request)
    given = await request.json()
    pin = _pin(given)
    if number.code_verification_status != "VERIFIED":
        raise GraphError(133006, "The phone number is not verified")
    if number.pin and number.pin != pin:
        raise GraphError(133005, "The two-step verification PIN is wrong")
    number.pin, number.status = pin, "CONNECTED"
    simulation.book.changed()
    return json_response(SUCCESS)


async def deregister(simulation: Simulation, request: Request) -> Answer:
    """POST /{phone_number_id}/deregister."""
    number = _number(simulation, request)
    number.status = "DISCONNECTED"
    simulation.book.changed()
    return json_response(SUCCESS)


async def get_profile(simulation: Simulation, request: Request) -> Answer:
    """GET /{phone_number_id}/whatsapp_business_profile."""
    number = _number(simulation, request)
    fields = fields_of(request, "about,messaging_product")
    row = {"messaging_product": "whatsapp", **number.profile}
    return json_response({"data": [select(row, [*fields, "messaging_product"])]})


async def set_profile(simulation: Simulation, request: Request) -> Answer:
    """POST /{phone_number_id}/whatsapp_business_profile."""
    number = _number(simulation, request)
    given = await request.json()
    if given.get("messaging_product") != "whatsapp":
        raise GraphError(100, message="(#100) The parameter messaging_product is required.")
    if len(given.get("websites") or []) > 2:
        raise GraphError(100, message="(#100) At most two websites")
    number.profile |= {name: given[name] for name in PROFILE if name in given}
    simulation.book.changed()
    return json_response(SUCCESS)


async def _blocked(simulation: Simulation, request: Request) -> list[dict[str, str]]:
    """The users named in a request, each as it was given and as wa_id."""
    given = await request.json()
    users = []
    for item in given.get("block_users", []):
        user = str(item.get("user") or item.get("user_id") or "")
        digits = digits_of(user)
        wa_id = wa_id_of(digits) if digits else simulation.book.wa_id_behind(user)
        if not wa_id:
            raise GraphError(139100, f"{user} is not a user")
        users.append({"input": user, "wa_id": wa_id})
    return users


async def list_blocked(simulation: Simulation, request: Request) -> Answer:
    """GET /{phone_number_id}/block_users."""
    number = _number(simulation, request)
    rows = [{"messaging_product": "whatsapp", "wa_id": wa_id} for wa_id in number.blocked_users]
    return json_response(page_of(request, rows, simulation.address))


async def block(simulation: Simulation, request: Request) -> Answer:
    """POST /{phone_number_id}/block_users: only people who wrote within 24 hours."""
    number = _number(simulation, request)
    users = await _blocked(simulation, request)
    for user in users:
        if not simulation.inbound.window_open(number.id, user["wa_id"]):
            raise GraphError(131047, "Only users who wrote within 24 hours can be blocked")
        if user["wa_id"] not in number.blocked_users:
            number.blocked_users.append(user["wa_id"])
    simulation.book.changed()
    done = {"added_users": users}
    return json_response({"messaging_product": "whatsapp", "block_users": done})


async def unblock(simulation: Simulation, request: Request) -> Answer:
    """DELETE /{phone_number_id}/block_users."""
    number = _number(simulation, request)
    users = await _blocked(simulation, request)
    gone = {user["wa_id"] for user in users}
    number.blocked_users = [wa_id for wa_id in number.blocked_users if wa_id not in gone]
    simulation.book.changed()
    done = {"removed_users": users}
    return json_response({"messaging_product": "whatsapp", "block_users": done})
