"""The language in which a customer is most likely spoken to, where nobody has said so."""

from typing import Final

from tidings.domain.addresses import country_of

# Countries in which nearly everybody is spoken to in one language. Those with several, such as
# Switzerland or Belgium, are left out on purpose: the workstream's own language does for them.
_SPOKEN: Final = {
    "ar": ("AE", "BH", "DZ", "EG", "IQ", "JO", "KW", "LB", "LY", "MA", "OM", "QA", "SA", "SY",
           "TN", "YE"),
    "bg": ("BG",), "cs": ("CZ",), "da": ("DK",), "de": ("AT", "DE", "LI"), "el": ("GR",),
    "en": ("AU", "GB", "IE", "NZ", "US"),
    "es": ("AR", "BO", "CL", "CO", "CR", "DO", "EC", "ES", "GT", "HN", "MX", "NI", "PA", "PE",
           "PY", "SV", "UY", "VE"),
    "et": ("EE",), "fi": ("FI",), "fr": ("FR", "MC"), "he": ("IL",), "hr": ("HR",), "hu": ("HU",),
    "id": ("ID",), "is": ("IS",), "it": ("IT", "SM"), "ja": ("JP",), "ko": ("KR",), "lt": ("LT",),
    "lv": ("LV",), "nl": ("NL",), "no": ("NO",), "pl": ("PL",), "pt": ("AO", "BR", "MZ", "PT"),
    "ro": ("MD", "RO"), "ru": ("RU",), "sk": ("SK",), "sl": ("SI",), "sr": ("RS",), "sv": ("SE",),
    "th": ("TH",), "tr": ("TR",), "uk": ("UA",), "vi": ("VN",),
}  # fmt: skip
_LANGUAGES: Final = {country: spoken for spoken, those in _SPOKEN.items() for country in those}


def language_of_phone(phone_id: str) -> str | None:
    """The language of the country of a phone ID; None where that is not one, or not known."""
    country = country_of(phone_id) if phone_id.isdecimal() else None
    return None if country is None else _LANGUAGES.get(country)
