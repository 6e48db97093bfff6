"""What a phone shows of a message: templates filled in, buttons, media as addresses."""

import re
from typing import TYPE_CHECKING, Any

from tidings.simulator.template_checks import VARIABLE
from tidings.simulator.world import Number, Template

if TYPE_CHECKING:
    from tidings.simulator.simulation import Simulation

MEDIA = ("image", "video", "audio", "document", "sticker")
Shown = dict[str, Any]


def bubble_of(simulation: "Simulation", number: Number, message: dict[str, Any]) -> Shown:
    """The parts of a bubble: header, text, footer, buttons, list, medium, place, quote."""
    kind = str(message.get("type", "text"))
    shown: Shown = {"type": kind}
    if kind == "template":
        shown |= _template(simulation, number, message["template"])
    elif kind == "interactive":
        shown |= _interactive(message["interactive"])
    elif kind in MEDIA:
        shown["medium"] = medium_of(kind, message[kind])
        shown["text"] = message[kind].get("caption", "")
    elif kind == "text":
        shown["text"] = message["text"].get("body", "")
    elif kind == "button":
        shown["text"] = message["button"].get("text", "")
    else:
        shown |= _other(kind, message)
    quoted = message.get("context") or {}
    if quoted.get("id") or quoted.get("message_id"):
        shown["quote"] = quoted.get("id") or quoted["message_id"]
    return shown


def medium_of(kind: str, payload: dict[str, Any]) -> Shown:
    """A medium as the page can load it."""
    url = payload.get("link") or f"/_simulator/phone/media/{payload.get('id', '')}"
    return {"kind": kind, "url": url, "filename": payload.get("filename", "")}


def _other(kind: str, message: dict[str, Any]) -> Shown:
    payload = message.get(kind)
    if kind == "location" and isinstance(payload, dict):
        return {"location": payload, "text": ""}
    if kind == "contacts" and isinstance(payload, list):
        names = [card.get("name", {}).get("formatted_name", "") for card in payload]
        return {"contacts": names, "text": ""}
    if kind == "reaction" and isinstance(payload, dict):
        return {"reaction": payload, "text": payload.get("emoji", "")}
    return {"text": f"[{kind}]"}


def _interactive(interactive: dict[str, Any]) -> Shown:
    kind = interactive.get("type")
    if kind in ("button_reply", "list_reply"):
        return {"text": interactive[kind].get("title", "")}
    if kind == "nfm_reply":
        return {"text": "Form sent"}
    action = interactive.get("action", {})
    shown: Shown = {
        "text": interactive.get("body", {}).get("text", ""),
        "footer": (interactive.get("footer") or {}).get("text", ""),
    }
    header = interactive.get("header") or {}
    if header.get("type") == "text":
        shown["header"] = header["text"]
    elif header:
        shown["medium"] = medium_of(header["type"], header[header["type"]])
    if kind == "button":
        replies = [button["reply"] for button in action["buttons"]]
        shown["buttons"] = [{"kind": "reply", **reply} for reply in replies]
    elif kind == "list":
        shown["list"] = {"button": action["button"], "sections": action["sections"]}
    elif kind == "cta_url":
        parameters = action["parameters"]
        link = {"kind": "url", "title": parameters["display_text"], "url": parameters["url"]}
        shown["buttons"] = [link]
    elif kind == "location_request_message":
        shown["buttons"] = [{"kind": "location", "title": "Send location"}]
    elif kind == "flow":
        shown["buttons"] = [{"kind": "flow", "title": action["parameters"]["flow_cta"]}]
    return shown


def _template(simulation: "Simulation", number: Number, given: dict[str, Any]) -> Shown:
    """The template with its values; only its name if it is gone meanwhile."""
    key = (number.waba_id, given.get("name", ""), given.get("language", {}).get("code", ""))
    template = simulation.book.named_templates.get(key)
    if template is None:
        return {"text": f"[template {given.get('name')}]", "template": given.get("name")}
    values = {
        str(component.get("type", "")).lower(): component.get("parameters") or []
        for component in given.get("components") or []
        if str(component.get("type", "")).lower() != "button"
    }
    shown: Shown = {"template": template.name, "category": template.category}
    for component in template.components:
        shown |= _component(component, values)
    shown["buttons"] = _template_buttons(template, given)
    return shown


def _component(component: dict[str, Any], values: dict[str, list[Any]]) -> Shown:
    kind = str(component.get("type", "")).upper()
    words = str(component.get("text", ""))
    if kind == "BODY":
        return {"text": fill(words, values.get("body", []))}
    if kind == "FOOTER":
        return {"footer": words}
    if kind != "HEADER":
        return {}
    given = values.get("header", [])
    form = str(component.get("format", "TEXT")).lower()
    if form == "text":
        return {"header": fill(words, given)}
    payload = given[0].get(form, {}) if given else {}
    return {"location": payload} if form == "location" else {"medium": medium_of(form, payload)}


def fill(words: str, parameters: list[dict[str, Any]]) -> str:
    """The text with its variables replaced, by name or by position."""
    named = {str(item.get("parameter_name")): item for item in parameters}

    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        parameter = named.get(name)
        if parameter is None and name.isdigit() and int(name) <= len(parameters):
            parameter = parameters[int(name) - 1]
        return _words_of(parameter) if parameter else found.group(0)

    return VARIABLE.sub(value, words)


def _words_of(parameter: dict[str, Any]) -> str:
    kind = str(parameter.get("type", "text"))
    payload = parameter.get(kind, "")
    return str(payload.get("fallback_value", "") if isinstance(payload, dict) else payload)


def _template_buttons(template: Template, given: dict[str, Any]) -> list[Shown]:
    """The buttons with the values sent for them."""
    sent = {
        int(component["index"]): (component.get("parameters") or [{}])[0]
        for component in given.get("components") or []
        if str(component.get("type", "")).lower() == "button"
    }
    shown = []
    for component in template.components:
        if str(component.get("type", "")).upper() == "BUTTONS":
            for index, button in enumerate(component.get("buttons", [])):
                shown.append(_template_button(button, sent.get(index, {})))
    return shown


def _template_button(button: dict[str, Any], value: dict[str, Any]) -> Shown:
    kind = str(button.get("type", "")).upper()
    title = button.get("text", "")
    if kind == "QUICK_REPLY":
        return {"kind": "quick_reply", "title": title, "payload": value.get("payload", title)}
    if kind == "COPY_CODE":
        return {"kind": "code", "title": "Copy code", "code": value.get("coupon_code", "")}
    if kind == "OTP" or "otp_type=" in str(button.get("url", "")):
        return {"kind": "code", "title": title or "Copy code", "code": value.get("text", "")}
    if kind == "URL":
        url = VARIABLE.sub(lambda _: str(value.get("text", "")), str(button.get("url", "")))
        return {"kind": "url", "title": title, "url": url}
    if kind == "PHONE_NUMBER":
        return {"kind": "call", "title": title, "number": button.get("phone_number", "")}
    return {"kind": kind.lower(), "title": title}
