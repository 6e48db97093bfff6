"""What Graph refuses in the definition of a template."""

import re
from typing import Any

from tidings.simulator.errors import GraphError
from tidings.simulator.template_checks import VARIABLE

FORMATS = ("TEXT", "IMAGE", "VIDEO", "DOCUMENT", "GIF", "LOCATION")
BUTTONS = (
    "QUICK_REPLY",
    "URL",
    "PHONE_NUMBER",
    "COPY_CODE",
    "OTP",
    "FLOW",
    "CATALOG",
    "MPM",
    "VOICE_CALL",
)
NAMED = re.compile(r"[a-z][a-z0-9_]*")


def refusal(details: str, subcode: int | None = None) -> GraphError:
    """Template faults are all code 100, told apart by subcode and words."""
    return GraphError(100, details, subcode=subcode, message="(#100) Invalid parameter")


def check_components(given: Any, *, category: str, named: str) -> list[dict[str, Any]]:
    """The components with their types in capitals; raises GraphError for what is not allowed."""
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise refusal("components must be a list of objects")
    components = [{**item, "type": str(item.get("type", "")).upper()} for item in given]
    kinds = [item["type"] for item in components]
    if kinds.count("BODY") != 1:
        raise refusal("one BODY component is required")
    for component in components:
        check = CHECKS.get(component["type"])
        if check is None:
            raise refusal(f"component type {component['type']!r} is not known")
        check(component, category, named)
    return components


def _check_header(header: dict[str, Any], category: str, named: str) -> None:
    form = str(header.get("format", "")).upper()
    if form not in FORMATS:
        raise refusal(f"header format must be one of {', '.join(FORMATS)}", 2388047)
    if form == "TEXT":
        words = str(header.get("text", ""))
        if not words or len(words) > 60:
            raise refusal("header text must have 1 to 60 characters", 2388047)
        if len(VARIABLE.findall(words)) > 1:
            raise refusal("a header takes one variable at most", 2388047)
    elif form != "LOCATION" and not (header.get("example") or {}).get("header_handle"):
        raise refusal("a media header needs an example handle", 2388273)


def _check_body(body: dict[str, Any], category: str, named: str) -> None:
    words = str(body.get("text", ""))
    if not words:
        if category == "AUTHENTICATION":
            return
        raise refusal("body text is required", 2388072)
    if len(words) > 1024:
        raise refusal("body text is longer than 1024 characters", 2388040)
    names = list(dict.fromkeys(VARIABLE.findall(words)))
    if category != "AUTHENTICATION" and re.search(r"^\s*\{\{|\}\}\s*$", words):
        raise refusal("variables can not be at the start or end of the text", 2388299)
    if re.search(r"\}\}\s*\{\{", words):
        raise refusal("variables can not stand next to each other", 2388072)
    if names and len(re.findall(r"\w+", VARIABLE.sub(" ", words))) <= len(names):
        raise refusal("too many variables for the length of the text", 2388293)
    _check_names(names, named)
    example = body.get("example") or {}
    if names and not any(example.get(key) for key in ("body_text", "body_text_named_params")):
        raise refusal("an example is needed for every variable", 2388043)


def _check_names(names: list[str], named: str) -> None:
    if named == "NAMED":
        if not all(NAMED.fullmatch(name) for name in names):
            raise refusal("named variables are lower case letters, digits and _", 2388072)
    elif names != [str(index + 1) for index in range(len(names))]:
        raise refusal("variables must be numbered {{1}}, {{2}} ... without gaps", 2388072)


def _check_footer(footer: dict[str, Any], category: str, named: str) -> None:
    words = str(footer.get("text", ""))
    if len(words) > 60 or VARIABLE.search(words):
        raise refusal("a footer has at most 60 characters and no variables", 2388073)


def _check_buttons(component: dict[str, Any], category: str, named: str) -> None:
    buttons = component.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 10:
        raise refusal("1 to 10 buttons are allowed")
    kinds = []
    for button in buttons:
        kind = str(button.get("type", "")).upper() if isinstance(button, dict) else ""
        if kind not in BUTTONS:
            raise refusal(f"button type {kind!r} is not known")
        if len(str(button.get("text", ""))) > 25:
            raise refusal("button text is longer than 25 characters", 2388040)
        kinds.append(kind)
    if kinds.count("URL") > 2 or kinds.count("PHONE_NUMBER") > 1 or kinds.count("COPY_CODE") > 1:
        raise refusal("at most 2 URL buttons, 1 phone button and 1 code button")
    replies = "".join("q" if kind == "QUICK_REPLY" else "-" for kind in kinds)
    if "-" in replies.strip("-"):
        raise refusal("quick replies must stand together", 2388060)


def _check_nothing(component: dict[str, Any], category: str, named: str) -> None:
    """Components the simulator takes as they are."""


CHECKS = {
    "HEADER": _check_header,
    "BODY": _check_body,
    "FOOTER": _check_footer,
    "BUTTONS": _check_buttons,
    "CAROUSEL": _check_nothing,
    "LIMITED_TIME_OFFER": _check_nothing,
    "CALL_PERMISSION_REQUEST": _check_nothing,
}
