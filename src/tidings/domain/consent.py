"""Who may be messaged about what: opt-ins, opt-outs, and the words customers say them with (A6)."""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec


class ConsentCategory(StrEnum):
    """What a consent is for. ALL covers both of the others."""

    UTILITY = "utility"
    MARKETING = "marketing"
    ALL = "all"


class ConsentState(StrEnum):
    """Whether the customer said yes or no."""

    GRANTED = "granted"
    WITHDRAWN = "withdrawn"


class MessageCategory(StrEnum):
    """What a message is, as providers bill it. SERVICE is a free-form reply."""

    UTILITY = "utility"
    MARKETING = "marketing"
    AUTHENTICATION = "authentication"
    SERVICE = "service"


IMPORT_SOURCE: Final = "import"


class Consent(msgspec.Struct, frozen=True):
    """One thing a customer said (or somebody recorded for them). `source` is an open set."""

    category: ConsentCategory
    state: ConsentState
    at: datetime
    source: str = ""
    expires_at: datetime | None = None


class Allowed(msgspec.Struct, frozen=True):
    """The customer may be messaged; `consent` is what allows it, None where none is needed."""

    consent: Consent | None = None


class Denied(msgspec.Struct, frozen=True):
    """The customer must not be messaged: consent.required or consent.withdrawn, since when."""

    code: str
    since: datetime | None = None
    source: str | None = None


def decide(
    consents: Iterable[Consent], category: MessageCategory, *, now: datetime
) -> Allowed | Denied:
    """Decide whether a message of a category may go to the customer who gave these consents.

    Authentication counts as utility. A reply to someone who wrote (SERVICE) needs no consent.
    An opt-out wins over every opt-in of the same time or before, and over imported ones of any
    time: a list somebody uploads is no change of the customer's mind. Marketing consent covers
    marketing alone; ALL covers everything.
    """
    if category is MessageCategory.SERVICE:
        return Allowed()
    wanted = _COVERED[category]
    relevant = [one for one in consents if one.category in wanted and one.at <= now]
    withdrawals = [one for one in relevant if one.state is ConsentState.WITHDRAWN]
    withdrawn = max(withdrawals, key=_when, default=None)
    grants = [one for one in relevant if one.state is ConsentState.GRANTED and _valid(one, now)]
    if withdrawn is not None:
        grants = [one for one in grants if one.at > withdrawn.at and one.source != IMPORT_SOURCE]
    granted = max(grants, key=_when, default=None)
    if granted is not None:
        return Allowed(granted)
    if withdrawn is not None:
        return Denied("consent.withdrawn", withdrawn.at, withdrawn.source)
    return Denied("consent.required")


_COVERED: Final = {
    MessageCategory.UTILITY: frozenset({ConsentCategory.UTILITY, ConsentCategory.ALL}),
    MessageCategory.AUTHENTICATION: frozenset({ConsentCategory.UTILITY, ConsentCategory.ALL}),
    MessageCategory.MARKETING: frozenset({ConsentCategory.MARKETING, ConsentCategory.ALL}),
}


def _when(consent: Consent) -> datetime:
    return consent.at


def _valid(consent: Consent, now: datetime) -> bool:
    return consent.expires_at is None or now < consent.expires_at


class KeywordAction(msgspec.Struct, frozen=True):
    """What a customer's word asks for: to grant or withdraw a category."""

    state: ConsentState
    category: ConsentCategory


class KeywordRule(msgspec.Struct, frozen=True):
    """Words that mean the same; `language` is for people who edit the list."""

    state: ConsentState
    category: ConsentCategory
    words: tuple[str, ...]
    language: str = ""


Keywords = Mapping[str, KeywordAction]

_LONGEST_KEYWORD: Final = 60


def compile_keywords(rules: Iterable[KeywordRule]) -> Keywords:
    """Prepare rules for match_keyword. Where a word is in two rules, withdrawal wins."""
    actions: dict[str, KeywordAction] = {}
    for rule in rules:
        for word in rule.words:
            key = _normal(word)
            known = actions.get(key)
            if key and (known is None or rule.state is ConsentState.WITHDRAWN):
                actions[key] = KeywordAction(rule.state, rule.category)
    return actions


def match_keyword(text: str, keywords: Keywords) -> KeywordAction | None:
    """Find the action a message asks for: the whole message must be one keyword.

    Case, accents, punctuation and surrounding spaces do not matter. "Please stop by" is no
    keyword: a wrongly ended subscription is as bad as one that goes on.
    """
    if len(text) > _LONGEST_KEYWORD:
        return None
    return keywords.get(_normal(text))


def _normal(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    kept = (
        char if char.isalnum() else " " for char in decomposed if not unicodedata.combining(char)
    )
    return " ".join("".join(kept).split())


def _rule(state: ConsentState, language: str, *words: str) -> KeywordRule:
    return KeywordRule(state, ConsentCategory.ALL, words, language)


_STOP, _START = ConsentState.WITHDRAWN, ConsentState.GRANTED

DEFAULT_RULES: Final = (
    _rule(_STOP, "en", "STOP", "STOP ALL", "STOPALL", "UNSUBSCRIBE", "OPT OUT", "OPTOUT"),
    _rule(_STOP, "de", "STOPP", "ABMELDEN", "ABBESTELLEN", "AUSTRAGEN"),
    _rule(_STOP, "da", "AFMELD", "FRAMELD", "STOP ALT"),
    _rule(_STOP, "nl", "AFMELDEN", "UITSCHRIJVEN"),
    _rule(_STOP, "es", "BAJA", "PARAR", "CANCELAR SUSCRIPCIÓN", "DARME DE BAJA"),
    _rule(_STOP, "pt", "SAIR", "DESCADASTRAR", "CANCELAR INSCRIÇÃO"),
    _rule(_STOP, "fr", "ARRÊT", "ARRÊTER", "DÉSABONNER", "SE DÉSABONNER", "DÉSINSCRIRE"),
    _rule(_STOP, "it", "ANNULLA ISCRIZIONE", "DISISCRIVIMI", "CANCELLAMI"),
    _rule(_STOP, "sv", "AVREGISTRERA", "SLUTA"),
    _rule(_STOP, "nb", "AVMELD", "STANS"),
    _rule(_STOP, "pl", "WYPISZ", "REZYGNUJĘ"),
    _rule(_START, "en", "START", "UNSTOP", "SUBSCRIBE", "OPT IN", "OPTIN"),
    _rule(_START, "de", "ANMELDEN", "ABONNIEREN"),
    _rule(_START, "da", "TILMELD"),
    _rule(_START, "nl", "AANMELDEN", "INSCHRIJVEN"),
    _rule(_START, "es", "ALTA", "SUSCRIBIRME"),
    _rule(_START, "pt", "INSCREVER", "QUERO RECEBER"),
    _rule(_START, "fr", "ABONNER", "S'ABONNER"),
    KeywordRule(
        _STOP,
        ConsentCategory.MARKETING,
        ("STOP PROMO", "STOP MARKETING", "STOP ADS", "NO ADS"),
        "en",
    ),
    KeywordRule(_STOP, ConsentCategory.MARKETING, ("STOP WERBUNG", "KEINE WERBUNG"), "de"),
)
DEFAULT_KEYWORDS: Final = compile_keywords(DEFAULT_RULES)
