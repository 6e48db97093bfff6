"""Which country a phone ID belongs to, quickly: most calling codes belong to one country alone."""

from functools import lru_cache
from typing import Final

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
