"""A template is filled from a contact's columns and from constants, and never half."""

from typing import Any

import pytest

from tidings.domain.parameter_mapping import (
    ParameterMapping,
    check_mappings,
    map_parameters,
    read_mappings,
)
from tidings.domain.templates import (
    Button,
    Component,
    Template,
    TemplateValues,
    compile_template,
)

COLUMNS = ("Phone", "1", "Order", "Photo")
TEMPLATE = compile_template(
    Template(
        name="order",
        language="en",
        components=[
            Component(type="HEADER", format="IMAGE"),
            Component(type="BODY", text="Hello {{1}}, your order {{2}}."),
            Component(
                type="BUTTONS",
                buttons=[Button(type="URL", text="Track", url="https://shop.example/{{1}}")],
            ),
        ],
    )
)
FULL: list[dict[str, Any]] = [
    {"component": "header", "id": "header.1", "column": "Photo"},
    {"component": "body", "id": "2", "column": "Order"},
    {"component": "button", "id": "1", "constant": "track"},
]
CONTACT = ("4915112345678", "Amina", "A-17", "https://shop.example/a.jpg")


def fields(*mappings: ParameterMapping, defaults: TemplateValues | None = None) -> list[str]:
    found = check_mappings(TEMPLATE, mappings, COLUMNS, defaults=defaults or TemplateValues())
    return [each.field for each in found]


def test_columns_constants_and_columns_of_the_same_name_fill_the_template() -> None:
    sources = map_parameters(TEMPLATE, read_mappings(FULL), COLUMNS)

    assert sources.values_of(CONTACT) == TemplateValues(
        header={"1": "https://shop.example/a.jpg"},
        body={"1": "Amina", "2": "A-17"},
        buttons={"1": "track"},
    )


def test_what_a_contact_lacks_is_left_out() -> None:
    sources = map_parameters(TEMPLATE, read_mappings(FULL), COLUMNS)

    assert sources.values_of(("4915112345678", None, "")).body == {}


def test_everything_is_filled_or_named() -> None:
    assert fields(*read_mappings(FULL)) == []
    assert len(fields()) == 3  # the body's 1 is a column of that name
    with_defaults = TemplateValues(header={"1": "x"}, body={"2": "x"}, buttons={"1": "x"})
    assert fields(defaults=with_defaults) == []


@pytest.mark.parametrize(
    ("mapping", "field"),
    [
        (ParameterMapping("body", "9", column="Order"), "parameterMappings[3].id"),
        (ParameterMapping("footer", "1", column="Order"), "parameterMappings[3].id"),
        (ParameterMapping("body", "1", column="Name"), "parameterMappings[3].column"),
        (ParameterMapping("body", "1"), "parameterMappings[3]"),
        (ParameterMapping("body", "1", column="1", constant="x"), "parameterMappings[3]"),
        (ParameterMapping("body", "1", constant=" "), "parameterMappings[3].constant"),
    ],
)
def test_a_mapping_that_does_not_fit_is_named(mapping: ParameterMapping, field: str) -> None:
    assert fields(*read_mappings(FULL), mapping) == [field]
