"""Customers' addresses: dialled numbers, the wa_id WhatsApp makes of them, and user ids.

A customer nobody configured still exists, so every rule here is a pure function of the number.
"""

from functools import lru_cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

_NOISE = str.maketrans("", "", "+ -().\u00a0")
# A reversible disguise, so that an implicit customer can be found from the user id alone.
_DISGUISE = 0x2F6E2B1A5C93
_REGIONS = {str(code): regions[0] for code, regions in COUNTRY_CODE_TO_REGION_CODE.items()}


def digits_of(dialled: str) -> str:
    """The bare digits of a number as people type it; empty when it is no phone number."""
    digits = dialled.translate(_NOISE)
    return digits if digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 15 else ""


def wa_id_of(digits: str) -> str:
    """The id WhatsApp answers with: Brazil loses the ninth digit, Mexico and Argentina gain one."""
    if digits.startswith("55") and len(digits) == 13 and digits[4] == "9":
        return digits[:4] + digits[5:]
    if digits.startswith("52") and len(digits) == 12:
        return "521" + digits[2:]
    if digits.startswith("54") and len(digits) == 12:
        return "549" + digits[2:]
    return digits


@lru_cache(maxsize=4096)
def _region_of_prefix(prefix: str) -> str:
    for length in (1, 2, 3):
        region = _REGIONS.get(prefix[:length])
        if region is not None:
            return region if region.isalpha() else "US"
    return "US"


def region_of(wa_id: str) -> str:
    """The two-letter country of a wa_id, by its dialling code."""
    return _region_of_prefix(wa_id[:3])


def user_id_of(wa_id: str) -> str:
    """The business-scoped user id of a customer without an explicit one, e.g. KE.2541..."""
    return f"{region_of(wa_id)}.{int(wa_id) ^ _DISGUISE}"


def wa_id_of_user(user_id: str) -> str:
    """The number behind an implicit customer's user id; empty when the id is malformed."""
    _, dot, disguised = user_id.partition(".")
    if not dot or not disguised.isascii() or not disguised.isdigit() or len(disguised) > 18:
        return ""
    return digits_of(str(int(disguised) ^ _DISGUISE))
