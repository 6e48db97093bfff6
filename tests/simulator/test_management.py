"""Templates, numbers, media, subscriptions and tokens, as Graph manages them."""

from typing import Any
from urllib.parse import quote

from .conftest import AMINA, NUMBER, OTHER_NUMBER, WABA, Meta, Receiver, template

TEMPLATES = f"/v24.0/{WABA}/message_templates"
APP = "900100200300"
APP_TOKEN = f"{APP}|simulated-app-secret"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
NEW = {
    "name": "order_ready",
    "language": "en_US",
    "category": "UTILITY",
    "components": [
        {
            "type": "body",
            "text": "Hello {{1}}, your order is ready to be collected.",
            "example": {"body_text": [["Amina"]]},
        }
    ],
}


def form(fields: dict[str, str], file: bytes, kind: str) -> tuple[bytes, str]:
    parts = [
        f'--edge\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = 'content-disposition: form-data; name="file"; filename="a.png"'
    parts.append(f"--edge\r\n{head}\r\ncontent-type: {kind}\r\n\r\n".encode() + file + b"\r\n")
    return b"".join(parts) + b"--edge--\r\n", "multipart/form-data; boundary=edge"


async def upload(meta: Meta, file: bytes, kind: str) -> Any:
    body, content_type = form({"messaging_product": "whatsapp", "type": kind}, file, kind)
    request = meta._client.post(f"{meta.simulation.address}/v24.0/{NUMBER}/media")
    request = request.bearer_auth(meta.token).header("content-type", content_type)
    return await (await request.body_bytes(body).build().send()).json()


async def test_uploaded_media_can_be_sent_resolved_downloaded_and_deleted(meta: Meta) -> None:
    await meta.control("POST", "clock", {"offset_seconds": -301})
    media_id = (await upload(meta, PNG, "image/png"))["id"]
    await meta.writes()

    sent = await meta.send({"type": "image", "image": {"id": media_id}})
    resolved = (await meta.call("GET", f"/v24.0/{media_id}")).json
    content = await meta.call("GET", resolved["url"])
    meta.token = ""
    stranger = await meta.call("GET", resolved["url"])
    meta.token = "simulated-access-token"
    await meta.control("POST", "clock", {"advance_seconds": 301})
    late = await meta.call("GET", resolved["url"])
    deleted = await meta.call("DELETE", f"/v24.0/{media_id}")
    gone = await meta.call("GET", f"/v24.0/{media_id}")

    assert sent.status == 200
    assert (resolved["mime_type"], resolved["file_size"]) == ("image/png", len(PNG))
    assert content.raw == PNG
    assert stranger.status == 401
    assert late.status == 404
    assert deleted.json == {"success": True}
    assert (gone.error["code"], gone.error["error_subcode"]) == (100, 33)


async def test_a_file_of_a_foreign_type_is_refused(meta: Meta) -> None:
    assert (await upload(meta, b"MZ", "application/x-msdownload"))["error"]["code"] == 100


async def test_templates_are_listed_by_page_field_and_filter(meta: Meta) -> None:
    page = (await meta.call("GET", f"{TEMPLATES}?limit=4&fields=name,status")).json
    names = [row["name"] for row in page["data"]]
    while "next" in page["paging"]:
        page = (await meta.call("GET", page["paging"]["next"])).json
        names += [row["name"] for row in page["data"]]
    paused = (await meta.call("GET", f"{TEMPLATES}?status=PAUSED")).json["data"]
    german = (await meta.call("GET", f"{TEMPLATES}?language=de&fields=name,quality_score")).json

    assert len(names) == len(set(names)) == 10
    assert [row["name"] for row in paused] == ["old_campaign"]
    assert "components" in paused[0]
    assert "quality_score" not in paused[0]
    assert german["data"][0]["quality_score"]["score"] == "GREEN"


async def test_a_new_template_is_reviewed_and_announced(meta: Meta, subscribed: Receiver) -> None:
    created = (await meta.call("POST", TEMPLATES, NEW)).json
    await subscribed.until(lambda: subscribed.field("message_template_status_update"))

    assert created["status"] == "PENDING"
    update = subscribed.field("message_template_status_update")[0]
    assert update["event"] == "APPROVED"
    assert update["message_template_id"] == int(created["id"])
    assert update["message_template_language"] == "en_US"
    assert "time" in subscribed.webhooks[0].json["entry"][0]
    shown = (await meta.call("GET", f"/v24.0/{created['id']}?fields=status,components")).json
    assert shown["status"] == "APPROVED"
    assert shown["components"][0]["type"] == "BODY"
    assert (await meta.send(template("order_ready", body=("Amina",)))).status == 200


async def test_templates_that_break_the_rules_are_refused(meta: Meta) -> None:
    def with_body(text: str) -> dict[str, Any]:
        body = {"type": "BODY", "text": text, "example": {"body_text": [["x"]]}}
        return {**NEW, "components": [body]}

    wrong = {
        "a variable at the end": with_body("Your code for the shop is {{1}}"),
        "a gap in the numbers": with_body("Hello {{2}}, welcome to the shop."),
        "too many variables": with_body("Hi {{1}}, {{2}}, {{3}} there."),
        "no example": {**NEW, "components": [{"type": "BODY", "text": "Hello {{1}}, hello."}]},
        "a bad name": {**NEW, "name": "Order Ready"},
        "no body": {**NEW, "components": [{"type": "FOOTER", "text": "x"}]},
        "the same again": {**NEW, "name": "service_outage"},
    }
    for case, body in wrong.items():
        answer = await meta.call("POST", TEMPLATES, body)
        assert (answer.status, answer.error["code"]) == (400, 100), case


async def test_editing_reviews_again_and_deleting_removes(meta: Meta, subscribed: Receiver) -> None:
    found = (await meta.call("GET", f"{TEMPLATES}?name=service_outage")).json["data"][0]
    edited = await meta.call("POST", f"/v24.0/{found['id']}", {"components": NEW["components"]})
    await subscribed.until(lambda: subscribed.field("message_template_status_update"))
    sent = await meta.send(template(body=("Amina",)))
    deleted = await meta.call("DELETE", f"{TEMPLATES}?name=service_outage")

    assert edited.json["success"] is True
    assert sent.status == 200
    assert deleted.json == {"success": True}
    assert (await meta.send(template())).error["code"] == 132001


async def test_a_paused_template_can_be_unpaused(meta: Meta, subscribed: Receiver) -> None:
    paused = (await meta.call("GET", f"{TEMPLATES}?status=PAUSED")).json["data"][0]
    answer = await meta.call("POST", f"/v24.0/{paused['id']}/unpause")
    await subscribed.until(lambda: subscribed.webhooks)

    assert answer.json["success"] is True
    update = subscribed.field("message_template_status_update")[0]
    assert (update["event"], update["other_info"]["title"]) == ("APPROVED", "UNPAUSE")


async def test_numbers_tell_the_fields_asked_for(meta: Meta) -> None:
    fields = "id,status,quality_rating,throughput{level},whatsapp_business_manager_messaging_limit"
    listed = (await meta.call("GET", f"/v24.0/{WABA}/phone_numbers?fields={fields}")).json["data"]
    usual = (await meta.call("GET", f"/v24.0/{NUMBER}")).json

    assert [row["id"] for row in listed] == [NUMBER, OTHER_NUMBER]
    assert listed[0]["throughput"] == {"level": "STANDARD"}
    assert listed[0]["whatsapp_business_manager_messaging_limit"] == "TIER_UNLIMITED"
    assert "verified_name" not in listed[0]
    assert usual["verified_name"] == "Harbour Outfitters"
    assert "status" not in usual


async def test_a_number_is_verified_registered_and_deregistered(meta: Meta) -> None:
    world = await meta.control("GET", "world")
    world["numbers"][1] |= {"status": "UNVERIFIED", "code_verification_status": "NOT_VERIFIED"}
    await meta.control("PUT", "world", {"numbers": world["numbers"]})
    path = f"/v24.0/{OTHER_NUMBER}"
    register = {"messaging_product": "whatsapp", "pin": "482913"}

    early = await meta.call("POST", f"{path}/register", register)
    code = await meta.call("POST", f"{path}/request_code?code_method=SMS&language=en_US")
    wrong = await meta.call("POST", f"{path}/verify_code?code=000000")
    right = await meta.call("POST", f"{path}/verify_code", {"code": "123456"})
    done = await meta.call("POST", f"{path}/register", register)
    other = await meta.call("POST", f"{path}/register", {**register, "pin": "111111"})

    assert early.error["code"] == 133006
    assert code.json == right.json == done.json == {"success": True}
    assert wrong.status == 400
    assert other.error["code"] == 133005
    shown = (await meta.call("GET", f"{path}?fields=status,is_pin_enabled")).json
    assert (shown["status"], shown["is_pin_enabled"]) == ("CONNECTED", True)


async def test_the_profile_is_read_and_written(meta: Meta) -> None:
    path = f"/v24.0/{NUMBER}/whatsapp_business_profile"
    body = {"messaging_product": "whatsapp", "about": "Open all day", "vertical": "RETAIL"}
    await meta.call("POST", path, body)

    row = (await meta.call("GET", f"{path}?fields=about,vertical")).json["data"][0]
    assert row == {"about": "Open all day", "vertical": "RETAIL", "messaging_product": "whatsapp"}


async def test_only_people_who_wrote_can_be_blocked(meta: Meta) -> None:
    path = f"/v24.0/{NUMBER}/block_users"
    body = {"messaging_product": "whatsapp", "block_users": [{"user": f"+{AMINA}"}]}
    early = await meta.call("POST", path, body)
    await meta.writes()
    done = await meta.call("POST", path, body)
    refused = await meta.send(template())
    await meta.call("DELETE", path, body)

    assert early.error["code"] == 131047
    assert done.json["block_users"]["added_users"][0]["wa_id"] == AMINA
    assert refused.error["code"] == 130403
    assert (await meta.send(template())).status == 200


async def test_an_override_callback_must_return_the_challenge(
    meta: Meta, receiver: Receiver
) -> None:
    path = f"/v24.0/{WABA}/subscribed_apps"
    wrong = {"override_callback_uri": receiver.url, "verify_token": "wrong"}
    refused = await meta.call("POST", path, wrong)
    right = await meta.call("POST", path, {**wrong, "verify_token": "verify-me"})
    await meta.writes()
    await receiver.until(lambda: receiver.messages)
    listed = (await meta.call("GET", path)).json["data"]
    await meta.call("DELETE", path)

    assert (refused.status, refused.error["code"]) == (400, 2200)
    assert right.json == {"success": True}
    assert listed[0]["whatsapp_business_api_data"]["id"] == APP
    assert listed[0]["override_callback_uri"] == receiver.url
    assert (await meta.call("GET", path)).json == {"data": []}


async def test_the_app_sets_callback_and_fields_with_its_own_token(
    meta: Meta, receiver: Receiver
) -> None:
    query = f"object=whatsapp_business_account&callback_url={quote(receiver.url, safe='')}"
    path = f"/v24.0/{APP}/subscriptions?{query}&verify_token=verify-me&fields=messages"
    stranger = await meta.call("POST", path)
    await meta.call("POST", f"/v24.0/{WABA}/subscribed_apps")
    meta.token = APP_TOKEN
    done = await meta.call("POST", path)
    await meta.control("POST", "templates/service_outage/pause")
    await meta.writes()
    await receiver.until(lambda: receiver.messages)

    assert stranger.error["code"] == 190
    assert receiver.field("message_template_status_update") == []
    assert done.json == {"success": True}


async def test_debug_token_tells_scopes_and_life(meta: Meta) -> None:
    value = meta.token
    meta.token = APP_TOKEN
    alive = (await meta.call("GET", f"/v24.0/debug_token?input_token={value}")).json["data"]
    await meta.control("POST", f"tokens/{value}/kill")
    dead = (await meta.call("GET", f"/v24.0/debug_token?input_token={value}")).json["data"]

    assert alive["is_valid"] is True
    assert "whatsapp_business_messaging" in alive["scopes"]
    assert alive["granular_scopes"][0]["target_ids"] == [WABA]
    assert dead["is_valid"] is False


async def test_the_account_describes_itself(meta: Meta) -> None:
    row = (await meta.call("GET", f"/v24.0/{WABA}?fields=name,currency")).json

    assert row == {"name": "Harbour Outfitters", "currency": "EUR", "id": WABA}


async def test_unknown_ids_and_paths_are_refused_as_graph_does(meta: Meta) -> None:
    unknown = await meta.call("GET", "/v24.0/12345")
    path = await meta.call("GET", f"/v24.0/{NUMBER}/no_such_edge")

    assert (unknown.error["code"], unknown.error["error_subcode"]) == (100, 33)
    assert path.error["code"] == 2500
