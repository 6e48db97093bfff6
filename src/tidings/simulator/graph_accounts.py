"""Graph's account endpoints: the WABA, subscriptions with their check, apps and tokens."""

import secrets
from datetime import timedelta
from typing import Any

from pyreqwest.client import ClientBuilder
from pyreqwest.exceptions import PyreqwestError

from tidings.simulator.access import MANAGEMENT, access_token, check_access, token_value
from tidings.simulator.errors import GraphError
from tidings.simulator.http import Answer, Request, json_response
from tidings.simulator.paging import fields_of, select
from tidings.simulator.simulation import Simulation
from tidings.simulator.world import App, Token, Waba

SUCCESS = {"success": True}


async def check_callback(url: str, verify_token: str) -> None:
    """Ask the callback to prove itself with GET hub.challenge; raises GraphError if it fails."""
    challenge = str(secrets.randbelow(2_000_000_000))
    query = {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": challenge}
    builder = ClientBuilder().timeout(timedelta(seconds=5)).no_proxy()
    async with builder.build() as client:
        try:
            answer = await client.get(url).query(query).build().send()
            body = await answer.text()
        except (PyreqwestError, ValueError) as error:
            raise _unverified(str(error)) from None
    if answer.status != 200 or body != challenge:
        raise _unverified(f"HTTP {answer.status}, the challenge was not returned")


def _unverified(reason: str) -> GraphError:
    return GraphError(2200, message=f"(#2200) Callback verification failed: {reason}", status=400)


def _waba(simulation: Simulation, request: Request) -> Waba:
    waba = simulation.book.wabas[request.segments[0]]
    _token(simulation, request, waba.id)
    return waba


def _token(simulation: Simulation, request: Request, waba_id: str) -> Token:
    token = access_token(simulation.book, token_value(request))
    check_access(
        token,
        MANAGEMENT,
        waba_id=waba_id,
        object_id=request.segments[0],
        method=request.method,
    )
    return token


async def get_waba(simulation: Simulation, request: Request) -> Answer:
    """GET /{waba_id}."""
    waba = _waba(simulation, request)
    row: dict[str, Any] = {
        "id": waba.id,
        "name": waba.name,
        "currency": waba.currency,
        "timezone_id": waba.timezone_id,
        "country": waba.country,
        "status": "ACTIVE",
        "account_review_status": waba.account_review_status,
        "business_verification_status": waba.business_verification_status,
        "ownership_type": "SELF",
        "message_template_namespace": f"ns_{waba.id}",
        "owner_business_info": {"id": waba.business_id, "name": waba.name},
        "on_behalf_of_business_info": {"id": waba.business_id, "name": waba.name},
        "health_status": {"can_send_message": "AVAILABLE", "entities": []},
        "is_enabled_for_insights": True,
    }
    usual = "id,name,currency,timezone_id,message_template_namespace"
    return json_response(select(row, fields_of(request, usual)))


async def list_subscriptions(simulation: Simulation, request: Request) -> Answer:
    """GET /{waba_id}/subscribed_apps."""
    waba = _waba(simulation, request)
    rows = []
    for app_id in waba.subscribed_apps:
        app = simulation.book.apps.get(app_id)
        row: dict[str, Any] = {
            "whatsapp_business_api_data": {
                "id": app_id,
                "name": app.name if app else "",
                "link": f"https://www.facebook.com/games/?app_id={app_id}",
            }
        }
        if waba.override_callback_uri:
            row["override_callback_uri"] = waba.override_callback_uri
        rows.append(row)
    return json_response({"data": rows})


async def subscribe(simulation: Simulation, request: Request) -> Answer:
    """POST /{waba_id}/subscribed_apps; a body with an override sets it, none removes it."""
    waba = simulation.book.wabas[request.segments[0]]
    token = _token(simulation, request, waba.id)
    given = await request.parameters()
    url = str(given.get("override_callback_uri") or "")
    verify_token = str(given.get("verify_token") or "")
    if url:
        await check_callback(url, verify_token)
    waba.override_callback_uri, waba.override_verify_token = url, verify_token
    if token.app_id not in waba.subscribed_apps:
        waba.subscribed_apps.append(token.app_id)
    simulation.book.changed()
    return json_response(SUCCESS)


async def unsubscribe(simulation: Simulation, request: Request) -> Answer:
    """DELETE /{waba_id}/subscribed_apps."""
    waba = simulation.book.wabas[request.segments[0]]
    token = _token(simulation, request, waba.id)
    waba.subscribed_apps = [app_id for app_id in waba.subscribed_apps if app_id != token.app_id]
    simulation.book.changed()
    return json_response(SUCCESS)


def _app_token(simulation: Simulation, value: str) -> App | None:
    """The app whose token, `id|secret`, this is."""
    app_id, _, secret = value.partition("|")
    app = simulation.book.apps.get(app_id)
    return app if app is not None and secret == app.secret else None


async def get_app(simulation: Simulation, request: Request) -> Answer:
    """GET /{app_id}."""
    app = simulation.book.apps[request.segments[0]]
    if _app_token(simulation, token_value(request)) is None:
        access_token(simulation.book, token_value(request))
    return json_response({"id": app.id, "name": app.name})


async def get_callback(simulation: Simulation, request: Request) -> Answer:
    """GET /{app_id}/subscriptions, with the app's token."""
    app = _app_token(simulation, token_value(request))
    if app is None:
        raise GraphError(190, message="Invalid OAuth access token - an app token is needed")
    if not app.callback_url:
        return json_response({"data": []})
    fields = [{"name": name, "version": "v24.0"} for name in app.fields]
    row = {
        "object": "whatsapp_business_account",
        "callback_url": app.callback_url,
        "active": True,
        "fields": fields,
    }
    return json_response({"data": [row]})


async def set_callback(simulation: Simulation, request: Request) -> Answer:
    """POST /{app_id}/subscriptions: the callback of the app, checked with a challenge."""
    app = _app_token(simulation, token_value(request))
    if app is None or app.id != request.segments[0]:
        raise GraphError(190, message="Invalid OAuth access token - an app token is needed")
    given = await request.parameters()
    url, verify_token = str(given.get("callback_url", "")), str(given.get("verify_token", ""))
    await check_callback(url, verify_token)
    app.callback_url, app.verify_token = url, verify_token
    fields = given.get("fields") or "messages"
    app.fields = fields.split(",") if isinstance(fields, str) else [str(name) for name in fields]
    simulation.book.changed()
    return json_response(SUCCESS)


async def access_token_for_app(simulation: Simulation, request: Request) -> Answer:
    """GET /oauth/access_token with client credentials: the app's own token."""
    given = request.query
    value = f"{given.get('client_id', '')}|{given.get('client_secret', '')}"
    if _app_token(simulation, value) is None:
        raise GraphError(1, message="Error validating client secret.", status=400)
    return json_response({"access_token": value, "token_type": "bearer"})


async def debug_token(simulation: Simulation, request: Request) -> Answer:
    """GET /debug_token?input_token=: what a token may, and whether it lives."""
    caller = token_value(request)
    if _app_token(simulation, caller) is None:
        access_token(simulation.book, caller)
    token = simulation.book.tokens.get(request.query.get("input_token", ""))
    if token is None:
        data: dict[str, Any] = {
            "error": {"code": 190, "message": "The access token could not be decrypted"},
            "is_valid": False,
            "scopes": [],
        }
        return json_response({"data": data})
    app = simulation.book.apps.get(token.app_id)
    targets = token.waba_ids or list(simulation.book.wabas)
    data = {
        "app_id": token.app_id,
        "type": "SYSTEM_USER",
        "application": app.name if app else "",
        "expires_at": 0,
        "data_access_expires_at": 0,
        "issued_at": 1760000000,
        "is_valid": token.alive,
        "user_id": "100000000000001",
        "scopes": token.scopes,
        "granular_scopes": [{"scope": scope, "target_ids": targets} for scope in token.scopes],
    }
    if not token.alive:
        data["error"] = {"code": 190, "subcode": token.subcode, "message": "Session has expired"}
    return json_response({"data": data})
