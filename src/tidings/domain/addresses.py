"""Phone numbers and phone IDs: one canonical form, and which forms may be the same customer.

A phone ID is WhatsApp's address of a person: the digits of the international number, without
"+" (requirement A4). Nothing here talks to anyone; whether a number exists is not known here.
"""

import unicodedata
from functools import lru_cache
from typing import Final

import phonenumbers

from tidings.domain.calling_codes import national_to_international, numbering_plan, region_of

SHORTEST: Final = 7
LONGEST: Final = 15

# What people and spreadsheets put between digits, and what copying leaves invisibly around them.
_SEPARATORS: Final = dict.fromkeys(
    map(
        ord,
        " -().[]\t\u00a0\u2010\u2011\u2012\u2013\u2014\u2212\u202f\u2009"
        "\u200b\u200e\u200f\u202a\u202c\u2066\u2069\ufeff",
    )
)


class InvalidAddress(Exception):
    """A text that cannot be a phone ID. `message` tells a person what is wrong with it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def parse_phone_id(text: str) -> str:
    """Give the canonical phone ID (7 to 15 digits) of a number in international form.

    "+", spaces, dashes, brackets and dots are dropped. Raises InvalidAddress; its codes are
    address.empty, .characters, .leading_zero, .too_short and .too_long.
    """
    digits = text
    if not (text.isascii() and text.isdigit()):
        digits = text.translate(_SEPARATORS).removeprefix("+")
        digits = digits if digits.isascii() else _plain_digits(digits)
    if not digits:
        raise InvalidAddress("address.empty", "The phone number is empty.")
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidAddress(
            "address.characters",
            "A phone number has only digits, with an optional + in front, "
            "and spaces, dashes, brackets or dots between them.",
        )
    if digits[0] == "0":
        raise InvalidAddress(
            "address.leading_zero",
            "The phone number must begin with its country code, not with 0, such as 4915112345678.",
        )
    if len(digits) < SHORTEST:
        message = f"The phone number is too short: it has {len(digits)} digits, {SHORTEST} or more"
        raise InvalidAddress("address.too_short", f"{message} are needed, country code included.")
    if len(digits) > LONGEST:
        message = f"The phone number is too long: it has {len(digits)} digits, at most {LONGEST}"
        raise InvalidAddress("address.too_long", f"{message} are possible.")
    return digits


def _plain_digits(text: str) -> str:
    """Turn digits of other scripts into 0 to 9; anything that is no digit stays."""
    return "".join(str(unicodedata.decimal(char, char)) for char in text)


def match_keys(phone_id: str) -> tuple[str, ...]:
    """Give every phone ID that may be the same WhatsApp user, the given one first.

    Brazil: WhatsApp often drops the mobile ninth digit. Mexico: 52 and 521. Argentina: 54 and
    549. Use it to find a customer, never to rewrite an address (Meta, "Phone numbers").
    """
    rewrite = _QUIRKS.get(phone_id[:2])
    other = rewrite(phone_id) if rewrite else None
    return (phone_id,) if other is None else (phone_id, other)


def _brazilian(phone_id: str) -> str | None:
    if len(phone_id) == 13 and phone_id[4] == "9":
        return phone_id[:4] + phone_id[5:]
    if len(phone_id) == 12 and phone_id[4] in "6789":  # landlines never had a ninth digit
        return phone_id[:4] + "9" + phone_id[4:]
    return None


def _mexican(phone_id: str) -> str | None:
    if len(phone_id) == 13 and phone_id[2] == "1":
        return "52" + phone_id[3:]
    return "521" + phone_id[2:] if len(phone_id) == 12 else None


def _argentinian(phone_id: str) -> str | None:
    if len(phone_id) == 13 and phone_id[2] == "9":
        return "54" + phone_id[3:]
    return "549" + phone_id[2:] if len(phone_id) == 12 else None


def address_key(address: str) -> str:
    """Give the one key that all phone IDs of a WhatsApp user share; see match_keys().

    The shortest of them: Brazil's ninth digit, Mexico's 1 and Argentina's 9 are dropped. The
    database's address_key() says the same.
    """
    if len(address) != 13:
        return address
    if address.startswith("55") and address[4] == "9":
        return address[:4] + address[5:]
    if address.startswith(("521", "549")):
        return address[:2] + address[3:]
    return address


_QUIRKS: Final = {"55": _brazilian, "52": _mexican, "54": _argentinian}


def country_of(phone_id: str) -> str | None:
    """Give the country (ISO 3166, two letters) of a phone ID; None when no code fits.

    Fast enough for every message: see calling_codes.
    """
    return region_of(phone_id)


@lru_cache(maxsize=8192)
def display(phone_id: str) -> str:
    """Format a phone ID for people: +49 1511 2345678."""
    try:
        number = phonenumbers.parse("+" + phone_id)
    except phonenumbers.NumberParseException:
        return "+" + phone_id
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def parse_any_phone(text: str, default_region: str | None = None) -> str | None:
    """Read a phone number from a file, formatted in any way, as a phone ID; None if it is none.

    With a region (ISO 3166) national numbers are understood too: `317-153-4777` in US. Fast for
    ordinary numbers (a few microseconds); a doubtful one is put to libphonenumber.
    """
    digits, international = _bare_digits(text)
    if digits is None:
        return None
    if international:
        return _checked(digits)
    if default_region is None:
        return _checked(digits)
    plan = numbering_plan(default_region)
    return _checked(digits) if plan is None else _checked(national_to_international(digits, plan))


def _bare_digits(text: str) -> tuple[str | None, bool]:
    """Strip a cell down to its digits, and say whether they were marked as international."""
    stripped = text.strip().translate(_IN_FILES)
    if stripped.endswith(".0"):  # a number column that a spreadsheet wrote as a decimal
        stripped = stripped[:-2]
    stripped = stripped.translate(_SEPARATORS)
    marked = stripped.startswith("+")
    stripped = stripped.removeprefix("+")
    if marked:  # +49 (0)1511 ..., a trunk zero that people put in brackets
        stripped = _without_bracketed_zero(text, stripped)
    elif stripped.startswith("00"):
        marked, stripped = True, stripped[2:]
    stripped = stripped if stripped.isascii() else _plain_digits(stripped)
    return (stripped, marked) if stripped.isascii() and stripped.isdigit() else (None, False)


def _without_bracketed_zero(text: str, stripped: str) -> str:
    before, bracket, after = text.partition("(0)")
    if not bracket:
        return stripped
    return (before + after).translate(_IN_FILES).translate(_SEPARATORS).removeprefix("+")


_IN_FILES: Final = dict.fromkeys(map(ord, "/'\"_:;,\r\n"))


def _checked(digits: str | None) -> str | None:
    if digits is None:
        return None
    fits = SHORTEST <= len(digits) <= LONGEST and digits[0] != "0"
    return digits if fits else None
