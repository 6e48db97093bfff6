"""What Graph refuses in interactive messages: buttons, lists, links, flows, location requests."""

from collections.abc import Callable
from typing import Any

from tidings.simulator.errors import GraphError
from tidings.simulator.media import MediaStore
from tidings.simulator.message_values import check_medium, mapping, optional_text, text

BODY = 1024
FOOTER = 60


def check_interactive(interactive: dict[str, Any], media: MediaStore) -> int:
    """Check the whole of it; returns 131053 when its header's link will not be fetched."""
    kind = interactive.get("type")
    check = ACTIONS.get(str(kind))
    if check is None:
        raise GraphError(131009, f"interactive.type must be one of {', '.join(ACTIONS)}")
    text(mapping(interactive, "body"), "text", "interactive.body.text", limit=BODY)
    if interactive.get("footer") is not None:
        text(mapping(interactive, "footer"), "text", "interactive.footer.text", limit=FOOTER)
    late = _check_header(interactive, str(kind), media)
    check(mapping(interactive, "action"))
    return late


def _check_header(interactive: dict[str, Any], kind: str, media: MediaStore) -> int:
    header = interactive.get("header")
    if header is None:
        return 0
    form = mapping(interactive, "header").get("type")
    if form == "text":
        text(header, "text", "interactive.header.text", limit=60)
        return 0
    if kind == "list" or form not in ("image", "video", "document"):
        raise GraphError(131009, f"interactive.header.type {form!r} is not allowed for {kind}")
    return check_medium(mapping(header, str(form)), str(form), media)


def _check_buttons(action: dict[str, Any]) -> None:
    buttons = action.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise GraphError(131009, "interactive.action.buttons: 1 to 3 buttons are required")
    ids, titles = set(), set()
    for index, button in enumerate(buttons):
        place = f"interactive.action.buttons[{index}]"
        if not isinstance(button, dict) or button.get("type") != "reply":
            raise GraphError(131009, f"{place}.type must be reply")
        reply = mapping(button, "reply")
        ids.add(text(reply, "id", f"{place}.reply.id", limit=256))
        titles.add(text(reply, "title", f"{place}.reply.title", limit=20))
    if len(ids) < len(buttons) or len(titles) < len(buttons):
        raise GraphError(131009, "interactive.action.buttons: ids and titles must be unique")


def _check_list(action: dict[str, Any]) -> None:
    text(action, "button", "interactive.action.button", limit=20)
    sections = action.get("sections")
    if not isinstance(sections, list) or not 1 <= len(sections) <= 10:
        raise GraphError(131009, "interactive.action.sections: 1 to 10 sections are required")
    rows: list[Any] = []
    for index, section in enumerate(sections):
        place = f"interactive.action.sections[{index}]"
        if not isinstance(section, dict) or not isinstance(section.get("rows"), list):
            raise GraphError(131008, f"{place}.rows is required")
        if len(sections) > 1:
            text(section, "title", f"{place}.title", limit=24)
        else:
            optional_text(section, "title", f"{place}.title", limit=24)
        rows += section["rows"]
    _check_rows(rows)


def _check_rows(rows: list[Any]) -> None:
    if not 1 <= len(rows) <= 10:
        raise GraphError(131009, "interactive.action.sections: 1 to 10 rows in total")
    ids = set()
    for row in rows:
        if not isinstance(row, dict):
            raise GraphError(131009, "interactive.action.sections: a row must be an object")
        ids.add(text(row, "id", "row.id", limit=200))
        text(row, "title", "row.title", limit=24)
        optional_text(row, "description", "row.description", limit=72)
    if len(ids) < len(rows):
        raise GraphError(131009, "interactive.action.sections: row ids must be unique")


def _check_link(action: dict[str, Any]) -> None:
    _check_name(action, "cta_url")
    parameters = mapping(action, "parameters")
    text(parameters, "display_text", "interactive.action.parameters.display_text", limit=20)
    url = text(parameters, "url", "interactive.action.parameters.url", limit=2000)
    if not url.startswith(("https://", "http://")):
        raise GraphError(131009, "interactive.action.parameters.url is not a valid URL")


def _check_location_request(action: dict[str, Any]) -> None:
    _check_name(action, "send_location")


def _check_flow(action: dict[str, Any]) -> None:
    _check_name(action, "flow")
    parameters = mapping(action, "parameters")
    text(parameters, "flow_cta", "interactive.action.parameters.flow_cta", limit=60)
    if str(parameters.get("flow_message_version")) != "3":
        raise GraphError(131009, "interactive.action.parameters.flow_message_version must be 3")
    if not parameters.get("flow_id") and not parameters.get("flow_name"):
        raise GraphError(131008, "interactive.action.parameters: flow_id or flow_name is required")


def _check_name(action: dict[str, Any], expected: str) -> None:
    if action.get("name") != expected:
        raise GraphError(131009, f"interactive.action.name must be {expected}")


ACTIONS: dict[str, Callable[[dict[str, Any]], None]] = {
    "button": _check_buttons,
    "list": _check_list,
    "cta_url": _check_link,
    "location_request_message": _check_location_request,
    "flow": _check_flow,
}
