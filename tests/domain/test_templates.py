"""Templates: every wrong value is named at its field; a right one is rendered as Meta wants it."""

from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.domain.templates import (
    Template,
    TemplateParameter,
    TemplateValues,
    check_sendable,
    check_values,
    compile_template,
    placeholders,
    preview,
    render_components,
    render_text,
)


def template(*components: Mapping[str, object], **fields: str) -> Template:
    given = {"name": "notice", "language": "en_US", "components": list(components)} | fields
    return msgspec.convert(given, Template)


def buttons(*given: Mapping[str, object]) -> dict[str, object]:
    return {"type": "BUTTONS", "buttons": list(given)}


BODY = {"type": "BODY", "text": "Hello {{first_name}}, order {{order_id}} is on its way."}
NOTICE = template(
    {"type": "header", "format": "DOCUMENT"},
    BODY,
    {"type": "FOOTER", "text": "Example Shop"},
    buttons(
        {"type": "QUICK_REPLY", "text": "Confirm"},
        {"type": "URL", "text": "Shop", "url": "https://shop.example.org"},
        {"type": "URL", "text": "Track", "url": "https://shop.example.org/{{1}}"},
        {"type": "COPY_CODE", "text": "Copy", "example": "SAVE20"},
    ),
    parameter_format="NAMED",
)
VALUES = TemplateValues(
    header={"1": "https://shop.example.org/i.pdf", "filename": "invoice.pdf"},
    body={"first_name": "Amina", "order_id": "A-77"},
    buttons={"1": "track/A-77", "2": "SAVE20", "payload0": "confirm:A-77"},
)
NUMBERED = template({"type": "BODY", "text": "{{2}} and {{1}} and {{2}}"})
CODE = template(
    {"type": "BODY", "add_security_recommendation": True},
    {"type": "FOOTER", "code_expiration_minutes": 10},
    buttons({"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy"}),
    category="AUTHENTICATION",
)


def test_every_placeholder_is_listed_in_order() -> None:
    assert [(one.api_field, one.required) for one in placeholders(NOTICE)] == [
        ("headerParameters.1", True),
        ("headerParameters.filename", False),
        ("bodyParameters.first_name", True),
        ("bodyParameters.order_id", True),
        ("buttonUrlParameters.payload0", False),
        ("buttonUrlParameters.1", True),
        ("buttonUrlParameters.2", True),
    ]


def test_a_full_template_is_rendered_as_graph_wants_it() -> None:
    compiled = compile_template(NOTICE)
    assert check_values(compiled, VALUES) == []
    assert render_text(compiled, VALUES) == "Hello Amina, order A-77 is on its way."
    link = {"link": "https://shop.example.org/i.pdf", "filename": "invoice.pdf"}
    assert render_components(compiled, VALUES) == [
        {"type": "header", "parameters": [{"type": "document", "document": link}]},
        {
            "type": "body",
            "parameters": [
                {"type": "text", "parameter_name": "first_name", "text": "Amina"},
                {"type": "text", "parameter_name": "order_id", "text": "A-77"},
            ],
        },
        button("quick_reply", "0", {"type": "payload", "payload": "confirm:A-77"}),
        button("url", "2", {"type": "text", "text": "track/A-77"}),
        button("copy_code", "3", {"type": "coupon_code", "coupon_code": "SAVE20"}),
    ]


def button(sub_type: str, index: str, parameter: Mapping[str, object]) -> dict[str, object]:
    return {"type": "button", "sub_type": sub_type, "index": index, "parameters": [parameter]}


def test_numbered_values_go_in_the_order_of_their_numbers_without_names() -> None:
    compiled = compile_template(NUMBERED)
    values = TemplateValues(body={"2": "two", "1": "one"})
    assert check_values(compiled, values) == []
    assert render_text(compiled, values) == "two and one and two"
    texts = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
    assert render_components(compiled, values) == [{"type": "body", "parameters": texts}]


def test_a_one_time_code_goes_into_body_and_button() -> None:
    compiled, values = compile_template(CODE), TemplateValues(body={"1": "482913"})
    assert check_values(compiled, values) == []
    code = {"type": "text", "text": "482913"}
    assert render_components(compiled, values) == [
        {"type": "body", "parameters": [code]},
        button("url", "0", code),
    ]


def test_a_flow_button_always_has_its_action() -> None:
    flow = template({"type": "BODY", "text": "x"}, buttons({"type": "FLOW", "text": "Go"}))
    components = render_components(compile_template(flow), TemplateValues())
    action = {"type": "action", "action": {"flow_token": "unused"}}
    assert components == [button("flow", "0", action)]


@pytest.mark.parametrize(
    ("shape", "values", "problems"),
    [
        (NUMBERED, {}, [("missing", "bodyParameters.1"), ("missing", "bodyParameters.2")]),
        (NUMBERED, {"body": {"1": "a", "2": " "}}, [("missing", "bodyParameters.2")]),
        (NUMBERED, {"body": {"1": "a", "2": "b", "3": "c"}}, [("surplus", "bodyParameters.3")]),
        (NUMBERED, {"body": {"1": "a\nb", "2": "c\td"}},
         [("invalid", "bodyParameters.1"), ("invalid", "bodyParameters.2")]),
        (NUMBERED, {"body": {"1": "a     b", "2": "c"}}, [("invalid", "bodyParameters.1")]),
        (NUMBERED, {"body": {"1": "a", "2": "x" * 1025}}, [("too_long", "bodyParameters.2")]),
        (NUMBERED, {"body": {"1": "a", "2": "b"}, "header": {"1": "h"}},
         [("surplus", "headerParameters.1")]),
        (CODE, {"body": {"1": "1234567890123456"}}, [("too_long", "bodyParameters.1")]),
        (CODE, {"body": {"1": "1234"}, "buttons": {"1": "1" * 16}},
         [("too_long", "buttonUrlParameters.1")]),
        (template({"type": "HEADER", "format": "IMAGE"}), {"header": {"1": "picture.png"}},
         [("invalid", "headerParameters.1")]),
        (template({"type": "HEADER", "format": "IMAGE"}), {"header": {"1": "8100221"}}, []),
        (template({"type": "HEADER", "format": "LOCATION"}), {"header": {"1": "91,0"}},
         [("invalid", "headerParameters.1")]),
        (template({"type": "HEADER", "format": "LOCATION"}), {"header": {"1": "52.5,13.4;Alex"}},
         []),
        (template(BODY, {"type": "FOOTER", "text": "x"}),
         {"body": {"first_name": "x" * 600, "order_id": "y" * 600}},
         [("too_long", "bodyParameters")]),
    ],
)  # fmt: skip
def test_what_is_missing_surplus_or_wrong_is_named(
    shape: Template, values: dict[str, dict[str, str]], problems: list[tuple[str, str]]
) -> None:
    found = check_values(compile_template(shape), TemplateValues(**values))
    assert [(one.code, one.field) for one in found] == [
        (f"template.parameter.{code}", field) for code, field in problems
    ]


def test_old_and_new_parameter_lists_meet_in_the_body() -> None:
    values = TemplateValues.of(
        parameters=[TemplateParameter("1", "old"), TemplateParameter("2", "kept")],
        body_parameters=[TemplateParameter("1", "new")],
        button_url_parameters=[TemplateParameter("1", "path")],
    )
    assert values == TemplateValues(body={"1": "new", "2": "kept"}, buttons={"1": "path"})


@pytest.mark.parametrize("status", ["PENDING", "REJECTED", "PAUSED", "DISABLED", "NEW_ONE"])
def test_a_template_that_is_not_approved_is_not_sent(status: str) -> None:
    problem = check_sendable(compile_template(template(BODY, status=status)))
    assert problem is not None
    assert problem.code == f"template.{status.lower()}"
    assert "notice" in problem.message


def test_what_cannot_be_filled_is_not_sent() -> None:
    carousel = template(BODY, {"type": "CAROUSEL", "cards": [{"components": []}]})
    problem = check_sendable(compile_template(carousel))
    assert problem is not None
    assert problem.code == "template.unsupported"
    assert check_sendable(compile_template(NOTICE)) is None


def test_a_preview_marks_what_is_not_filled() -> None:
    shown = preview(NOTICE, TemplateValues(body={"first_name": "Amina"}))
    assert shown.body == "Hello Amina, order {{order_id}} is on its way."
    assert (shown.header_kind, shown.header, shown.footer) == ("document", None, "Example Shop")
    assert [one.target for one in shown.buttons] == [
        None,
        "https://shop.example.org",
        "https://shop.example.org/{{1}}",
        None,
    ]
    assert shown.unfilled == [
        "headerParameters.1",
        "bodyParameters.order_id",
        "buttonUrlParameters.1",
        "buttonUrlParameters.2",
    ]


def test_a_full_preview_has_nothing_left_to_fill() -> None:
    shown = preview(NOTICE, VALUES)
    assert shown.unfilled == []
    assert shown.buttons[2].target == "https://shop.example.org/track/A-77"


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_values_that_pass_are_in_the_text_as_they_are(one: str, two: str) -> None:
    compiled, values = compile_template(NUMBERED), TemplateValues(body={"1": one, "2": two})
    if check_values(compiled, values) == []:
        assert render_text(compiled, values) == f"{two} and {one} and {two}"
