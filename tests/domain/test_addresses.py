"""Phone IDs: one canonical form, the same person under several, and numbers out of files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.domain.addresses import (
    InvalidAddress,
    country_of,
    display,
    match_keys,
    parse_any_phone,
    parse_phone_id,
)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("4915112345678", "4915112345678"),
        ("+49 1511 2345678", "4915112345678"),
        ("+1 (317) 153-4777", "13171534777"),
        ("+45.22.12.34.56", "4522123456"),
        ("\u202a+254\u00a0711\u2011000\u2011042\u202c", "254711000042"),
        (
            "\u0662\u0665\u0664\u0667\u0661\u0661\u0660\u0660\u0660\u0660\u0664\u0662",
            "254711000042",
        ),
        ("1234567", "1234567"),
        ("123456789012345", "123456789012345"),
    ],
)
def test_a_number_in_international_form_becomes_its_digits(text: str, canonical: str) -> None:
    assert parse_phone_id(text) == canonical


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "address.empty"),
        ("  + ", "address.empty"),
        ("49151CALLME", "address.characters"),
        ("49+15112345678", "address.characters"),
        ("amina@example.org", "address.characters"),
        ("123456", "address.too_short"),
        ("1234567890123456", "address.too_long"),
        ("015112345678", "address.leading_zero"),
        ("0049 1511 2345678", "address.leading_zero"),
    ],
)
def test_what_is_no_phone_id_is_refused_with_a_reason(text: str, code: str) -> None:
    with pytest.raises(InvalidAddress) as refused:
        parse_phone_id(text)
    assert refused.value.code == code
    assert refused.value.message.endswith(".")


@given(st.text(max_size=30))
def test_any_text_is_either_canonical_or_refused(text: str) -> None:
    try:
        phone_id = parse_phone_id(text)
    except InvalidAddress:
        return
    assert phone_id.isascii()
    assert phone_id.isdecimal()
    assert parse_phone_id("+" + phone_id) == phone_id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5511987650001", "551187650001"),
        ("5215512345678", "525512345678"),
        ("5491123456789", "541123456789"),
    ],
)
def test_two_forms_of_one_whatsapp_user_find_each_other(one: str, other: str) -> None:
    assert match_keys(one) == (one, other)
    assert match_keys(other) == (other, one)


@pytest.mark.parametrize("phone_id", ["4915112345678", "551133334444", "13172534777", "55119"])
def test_other_numbers_match_only_themselves(phone_id: str) -> None:
    assert match_keys(phone_id) == (phone_id,)


@pytest.mark.parametrize(
    ("phone_id", "country"),
    [
        ("4915112345678", "DE"),
        ("13172534777", "US"),
        ("14165550123", "CA"),
        ("18765551234", "JM"),
        ("79123456789", "RU"),
        ("77012345678", "KZ"),
        ("447400123456", "GB"),
        ("447781123456", "GG"),
        ("551187650001", "BR"),
        ("254711000042", "KE"),
        ("4412", "GB"),
        ("99912345", None),
        ("80012345678", None),
    ],
)
def test_the_country_of_a_phone_id(phone_id: str, country: str | None) -> None:
    assert country_of(phone_id) == country
    assert country_of(phone_id) == country  # the second time from memory


def test_numbers_are_shown_as_people_write_them() -> None:
    assert display("4915112345678") == "+49 1511 2345678"
    assert display("99") == "+99"


@pytest.mark.parametrize(
    ("text", "region", "phone_id"),
    [
        ("317-253-4777", "US", "13172534777"),
        ("1 (317) 253-4777", "US", "13172534777"),
        ("+45 22 12 34 56", "US", "4522123456"),
        ("0151 12345678", "DE", "4915112345678"),
        ("15112345678", "DE", "4915112345678"),
        ("4915112345678", "DE", "4915112345678"),
        ("4915112345678.0", "DE", "4915112345678"),
        ("+49 (0)1511 2345678", "DE", "4915112345678"),
        ("0049/1511/2345678", "DE", "4915112345678"),
        ("07400 123456", "GB", "447400123456"),
        ("(11) 98765-0001", "BR", "5511987650001"),
        ("011 15-2345-6789", "AR", "5491123456789"),
        ("8 912 345 67 89", "RU", "79123456789"),
        ("4915112345678", None, "4915112345678"),
        ("4.91511E+12", "DE", None),
        ("n/a", "DE", None),
        ("", "DE", None),
        ("12345", "US", None),
        ("0151 12345678", None, None),
    ],
)
def test_numbers_in_files_are_read_in_any_format(
    text: str, region: str | None, phone_id: str | None
) -> None:
    assert parse_any_phone(text, region) == phone_id
