"""Countries, their calling codes and how they write numbers at home, looked up quickly."""

from functools import lru_cache
from typing import Final

import msgspec
import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

_REGIONS: Final = {str(code): regions for code, regions in COUNTRY_CODE_TO_REGION_CODE.items()}
_NON_GEOGRAPHIC: Final = "001"

# How many digits decide the country where several share a calling code. In North America the
# area code does; elsewhere libphonenumber's patterns look no further than six national digits.
_DECIDING_DIGITS: Final = {"1": 4}
_DECIDING_DIGITS_ELSEWHERE: Final = 9


def calling_code_of(phone_id: str) -> str | None:
    """Give the calling code a phone ID begins with; codes are prefix-free, so the first fits."""
    for length in (1, 2, 3):
        if phone_id[:length] in _REGIONS:
            return phone_id[:length]
    return None


def region_of(phone_id: str) -> str | None:
    """Give the country of a phone ID, or None when it begins with no known calling code.

    A number that no country of a shared code lays claim to counts for the code's main country.
    """
    code = calling_code_of(phone_id)
    if code is None:
        return None
    regions = _REGIONS[code]
    if len(regions) == 1:
        return None if regions[0] == _NON_GEOGRAPHIC else regions[0]
    deciding = phone_id[: _DECIDING_DIGITS.get(code, _DECIDING_DIGITS_ELSEWHERE)]
    return _remembered.get(deciding) or _region_by_pattern(phone_id, deciding, main=regions[0])


_remembered: Final[dict[str, str]] = {}
_REMEMBERED_AT_MOST: Final = 100_000


@lru_cache(maxsize=65_536)
def _region_by_pattern(phone_id: str, deciding: str, *, main: str) -> str:
    """Ask libphonenumber (about 50 us). Only what a valid number says is remembered for others."""
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse("+" + phone_id))
    except phonenumbers.NumberParseException:
        region = None
    if region is None or region == _NON_GEOGRAPHIC:
        return main
    if len(_remembered) < _REMEMBERED_AT_MOST:
        _remembered[deciding] = region
    return str(region)


class NumberingPlan(msgspec.Struct, frozen=True):
    """How one country writes its numbers at home. `simple`: a trunk prefix and nothing cleverer."""

    region: str
    calling_code: str
    trunk_prefix: str
    mobile_lengths: frozenset[int]
    lengths: frozenset[int]
    simple: bool


@lru_cache(maxsize=512)
def numbering_plan(region: str) -> NumberingPlan | None:
    """Look up a country's plan; None for a region nobody knows."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region.upper())
    if metadata is None or metadata.general_desc is None:
        return None
    mobile = metadata.mobile.possible_length if metadata.mobile else ()
    prefix = metadata.national_prefix
    parsing = metadata.national_prefix_for_parsing
    return NumberingPlan(
        region=region.upper(),
        calling_code=str(metadata.country_code),
        trunk_prefix=prefix or "",
        mobile_lengths=frozenset(n for n in mobile if n > 0),
        lengths=frozenset(n for n in metadata.general_desc.possible_length if n > 0),
        simple=metadata.national_prefix_transform_rule is None and parsing in (None, prefix),
    )


def national_to_international(digits: str, plan: NumberingPlan) -> str | None:
    """Turn digits without an international mark into a phone ID; None when they are no number.

    Three readings, in this order: trunk prefix and national number; a number that carries its
    country code though nobody marked it; a bare national number. Where a country's rules are not
    that simple, or two readings fit, libphonenumber decides by the number's own pattern.
    """
    if plan.simple:
        prefix, code = plan.trunk_prefix, plan.calling_code
        if prefix and prefix != code and digits.startswith(prefix):
            national = digits[len(prefix) :]
            return code + national if len(national) in plan.lengths else None
        with_code = digits.startswith(code) and len(digits) - len(code) in plan.mobile_lengths
        bare = len(digits) in plan.mobile_lengths
        if with_code and not bare:
            return digits
        if bare and not with_code and plan.region in _REGIONS[code]:
            return code + digits
    return _by_pattern(digits, plan)


def _by_pattern(digits: str, plan: NumberingPlan) -> str | None:
    for text, region in ((digits, plan.region), ("+" + digits, None)):
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
    return None
