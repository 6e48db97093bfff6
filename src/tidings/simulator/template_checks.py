"""Whether a template send fits its template: status, header, parameters, buttons."""

import re
from typing import Any, NamedTuple

from tidings.simulator.errors import GraphError
from tidings.simulator.media import MediaStore
from tidings.simulator.message_values import check_medium, mapping, text
from tidings.simulator.world import Template

VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
TEXTUAL = ("text", "currency", "date_time")
MEDIA = ("IMAGE", "VIDEO", "DOCUMENT")


class ButtonNeed(NamedTuple):
    """What one button of a template takes at sending; `required` when it must be given."""

    sub_type: str
    parameter: str
    required: bool


class Shape(NamedTuple):
    """What a template expects of every message sent with it."""

    header: str
    header_variables: list[str]
    body_variables: list[str]
    buttons: list[ButtonNeed]
    named: bool


def shape_of(template: Template) -> Shape:
    """Read the expectations off a template's components."""
    header, header_variables, body_variables = "", [], []
    buttons: list[ButtonNeed] = []
    for component in template.components:
        kind = str(component.get("type", "")).upper()
        words = str(component.get("text", ""))
        if kind == "HEADER":
            header = str(component.get("format", "TEXT")).upper()
            header_variables = list(dict.fromkeys(VARIABLE.findall(words)))
        elif kind == "BODY":
            body_variables = list(dict.fromkeys(VARIABLE.findall(words)))
            if component.get("add_security_recommendation") is not None and not body_variables:
                body_variables = ["1"]
        elif kind == "BUTTONS":
            buttons = [_need_of(button) for button in component.get("buttons", [])]
    named = template.parameter_format.upper() == "NAMED"
    return Shape(header, header_variables, body_variables, buttons, named)


def _need_of(button: dict[str, Any]) -> ButtonNeed:
    kind = str(button.get("type", "")).upper()
    if kind == "URL":
        return ButtonNeed("url", "text", "{{" in str(button.get("url", "")))
    if kind == "OTP":
        return ButtonNeed("url", "text", required=True)
    if kind == "COPY_CODE":
        return ButtonNeed("copy_code", "coupon_code", required=True)
    if kind == "QUICK_REPLY":
        return ButtonNeed("quick_reply", "payload", required=False)
    if kind == "FLOW":
        return ButtonNeed("flow", "action", required=False)
    return ButtonNeed(kind.lower(), "", required=False)


def check_usable(template: Template | None, name: str, language: str) -> Template:
    """The template, if messages may be sent with it now."""
    if template is None or template.status not in ("APPROVED", "PAUSED", "DISABLED"):
        raise GraphError(132001, f"template name ({name}) does not exist in {language}")
    if template.status == "PAUSED":
        raise GraphError(132015, f"template ({name}) is paused due to low quality")
    if template.status == "DISABLED":
        raise GraphError(132016, f"template ({name}) was paused too often and is disabled")
    return template


def check_parameters(shape: Shape, given: dict[str, Any], media: MediaStore) -> int:
    """Compare the components given with the shape; returns 131053 for an unreachable medium."""
    header: list[Any] = []
    body: list[Any] = []
    buttons: dict[int, tuple[str, list[Any]]] = {}
    for component in given.get("components") or []:
        if not isinstance(component, dict):
            raise GraphError(131009, "template.components: a component must be an object")
        kind = str(component.get("type", "")).lower()
        parameters = component.get("parameters") or []
        if kind == "header":
            header = parameters
        elif kind == "body":
            body = parameters
        elif kind == "button":
            sub_type = str(component.get("sub_type", "")).lower()
            buttons[_index_of(component)] = (sub_type, parameters)
        else:
            raise GraphError(131009, f"template.components: type {kind!r} is not valid")
    late = _check_header(shape, header, media)
    _check_texts("body", body, shape.body_variables, named=shape.named)
    _check_buttons(shape, buttons)
    return late


def _index_of(component: dict[str, Any]) -> int:
    index = str(component.get("index", ""))
    if not index.isdigit():
        raise GraphError(131008, "template.components: button index is required")
    return int(index)


def _check_header(shape: Shape, given: list[Any], media: MediaStore) -> int:
    if shape.header in MEDIA or shape.header == "LOCATION":
        return _check_header_medium(shape.header, given, media)
    _check_texts("header", given, shape.header_variables, named=shape.named)
    return 0


def _check_header_medium(expected: str, given: list[Any], media: MediaStore) -> int:
    first = given[0] if given and isinstance(given[0], dict) else {}
    received = str(first.get("type", "UNKNOWN")).upper()
    if received != expected:
        raise GraphError(
            132012, f"header: Format mismatch, expected {expected}, received {received}"
        )
    payload = mapping(first, received.lower())
    if expected == "LOCATION":
        for name in ("latitude", "longitude"):
            if payload.get(name) is None:
                raise GraphError(131008, f"header: location.{name} is required")
        return 0
    return check_medium(payload, received.lower(), media)


def _check_texts(place: str, given: list[Any], expected: list[str], *, named: bool) -> None:
    if len(given) != len(expected):
        raise GraphError(
            132000,
            f"{place}: number of localizable_params ({len(given)}) does not match the expected "
            f"number of params ({len(expected)})",
        )
    for parameter in given:
        if not isinstance(parameter, dict) or parameter.get("type", "text") not in TEXTUAL:
            raise GraphError(132012, f"{place}: parameter is not of type text")
        if parameter.get("type", "text") == "text":
            _check_words(place, text(parameter, "text", f"{place}.text", limit=32768))
    if named:
        names = {str(parameter.get("parameter_name", "")) for parameter in given}
        if names != set(expected):
            missing = ", ".join(sorted(set(expected) - names))
            raise GraphError(132012, f"{place}: parameter_name is missing or wrong for {missing}")


def _check_words(place: str, words: str) -> None:
    if "\n" in words or "\t" in words or "     " in words:
        raise GraphError(
            132012,
            f"{place}: Param text cannot have new-line/tab characters or more than 4 "
            "consecutive spaces",
        )


def _check_buttons(shape: Shape, given: dict[int, tuple[str, list[Any]]]) -> None:
    for index, (sub_type, parameters) in given.items():
        if index >= len(shape.buttons):
            raise GraphError(132000, f"button: the template has no button at index {index}")
        need = shape.buttons[index]
        if sub_type != need.sub_type:
            raise GraphError(
                132012, f"button: index {index} is {need.sub_type}, received {sub_type}"
            )
        first = parameters[0] if parameters and isinstance(parameters[0], dict) else {}
        if need.required and not first.get(need.parameter):
            raise GraphError(132012, f"button: index {index} needs a {need.parameter} parameter")
    for index, need in enumerate(shape.buttons):
        if need.required and index not in given:
            raise GraphError(
                131008,
                f"buttons: Button at index {index} of type {need.sub_type} needs a parameter",
            )
