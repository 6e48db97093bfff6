"""Sends that do not fit their template, with the code Meta gives each misfit."""

from typing import Any

import pytest

from .conftest import Meta, template

DOCUMENT = {"type": "document", "document": {"link": "https://example.org/a.pdf"}}
IMAGE = {"type": "image", "image": {"link": "https://example.org/a.png"}}
HEADER = {"type": "header", "parameters": [DOCUMENT]}
TRACK = {
    "type": "button",
    "sub_type": "url",
    "index": "0",
    "parameters": [{"type": "text", "text": "A-77"}],
}


def named(**values: str) -> dict[str, Any]:
    parameters = [
        {"type": "text", "parameter_name": name, "text": value} for name, value in values.items()
    ]
    return {"type": "body", "parameters": parameters}


def delivery(*components: dict[str, Any]) -> dict[str, Any]:
    return template("delivery_notice", body=(), components=list(components))


FULL = named(order_id="A-77", first_name="Amina")


async def test_named_parameters_may_come_in_any_order(meta: Meta) -> None:
    assert (await meta.send(delivery(HEADER, FULL, TRACK))).status == 200


async def test_every_built_in_template_can_be_sent(meta: Meta) -> None:
    place = {"type": "location", "location": {"latitude": 1, "longitude": 2, "name": "Store"}}
    coupon = {"type": "button", "sub_type": "copy_code", "index": 0}
    coupon["parameters"] = [{"type": "coupon_code", "coupon_code": "SPRING20"}]
    offer = [
        {"type": "header", "parameters": [IMAGE]},
        named(first_name="Amina", discount="20 %"),
        coupon,
    ]
    header = {"type": "header", "parameters": [{"type": "text", "text": "Monday"}]}
    german = named(vorname="Jörg", datum="3. März", uhrzeit="9:15")
    sends = [
        template("appointment_reminder", body=("A", "B", "C"), components=[header]),
        template("spring_offer", body=(), components=offer),
        template("store_opening", components=[{"type": "header", "parameters": [place]}]),
        template("feedback_request", body=()),
        template("terminerinnerung", body=(), components=[german], language="de"),
    ]

    assert [(await meta.send(payload)).status for payload in sends] == [200] * 5


MISFITS: dict[str, tuple[dict[str, Any], int, int]] = {
    "a name that is none": (template("no_such"), 404, 132001),
    "a language it lacks": (template(language="fr"), 404, 132001),
    "too few parameters": (template(body=("A",)), 400, 132000),
    "too many parameters": (template(body=("A", "B", "C")), 400, 132000),
    "a newline in a value": (template(body=("A\nB", "C")), 400, 132012),
    "the wrong names": (delivery(HEADER, named(a="1", b="2"), TRACK), 400, 132012),
    "no header": (delivery(FULL, TRACK), 400, 132012),
    "another header": (
        delivery({"type": "header", "parameters": [IMAGE]}, FULL, TRACK),
        400,
        132012,
    ),
    "no button value": (delivery(HEADER, FULL), 400, 131008),
    "a button of another kind": (
        delivery(HEADER, FULL, {**TRACK, "sub_type": "quick_reply"}),
        400,
        132012,
    ),
    "a button too many": (delivery(HEADER, FULL, TRACK, {**TRACK, "index": "7"}), 400, 132000),
    "no language": ({"type": "template", "template": {"name": "service_outage"}}, 400, 131008),
}


@pytest.mark.parametrize(("payload", "status", "code"), MISFITS.values(), ids=MISFITS.keys())
async def test_a_misfit_is_refused(
    meta: Meta, payload: dict[str, Any], status: int, code: int
) -> None:
    answer = await meta.send(payload)

    assert (answer.status, answer.error["code"]) == (status, code)


async def test_paused_and_disabled_templates_are_refused(meta: Meta) -> None:
    await meta.control("POST", "templates/service_outage/pause")
    paused = await meta.send(template())
    await meta.control("POST", "templates/service_outage/disable")
    disabled = await meta.send(template())
    await meta.control("POST", "templates/service_outage/approve")

    assert paused.error["code"] == 132015
    assert disabled.error["code"] == 132016
    assert (await meta.send(template())).status == 200
