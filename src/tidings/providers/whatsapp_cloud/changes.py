"""Turns webhook changes that concern accounts, numbers and templates into events."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import msgspec

from tidings.domain.inbound import (
    AccountAlert,
    AccountChange,
    AccountState,
    CapabilityChange,
    Ignored,
    InboundEvent,
    NumberChange,
    PreferenceChange,
    TemplateCategoryChange,
    TemplateChange,
    TemplateContentChange,
    TemplateQualityChange,
    Unparsed,
)
from tidings.providers.whatsapp_cloud.identity import aware_time, phone_digits, user_id_of
from tidings.providers.whatsapp_cloud.wire import Timestamp

Value = dict[str, Any]
Reader = Callable[[str, datetime | None, Value], list[InboundEvent]]

_DECODER: Final = msgspec.json.Decoder(dict[str, Any])


def parse_change(
    account_id: str, field: str, *, at: Timestamp | None, value: msgspec.Raw
) -> list[InboundEvent]:
    """Read one change of any field but `messages`. Raises for a value that lacks what matters."""
    reader = _READERS.get(field)
    if reader is None:
        return [Ignored(field)]
    return reader(account_id, None if at is None else aware_time(at), _DECODER.decode(value))


def _template_names(account_id: str, at: datetime | None, value: Value) -> dict[str, Any]:
    """Give what all template changes share. Languages come as en-US here and as en_US in REST."""
    return {
        "account_id": account_id,
        "template_id": str(value["message_template_id"]),
        "name": str(value["message_template_name"]),
        "language": str(value["message_template_language"]).replace("-", "_"),
        "at": at,
    }


def _template_status(account_id: str, at: datetime | None, value: Value) -> list[InboundEvent]:
    more = value.get("rejection_info") or {}
    other = value.get("other_info") or {}
    reason = value.get("reason") or more.get("reason") or other.get("title")
    detail = more.get("recommendation") or other.get("description")
    return [
        TemplateChange(
            **_template_names(account_id, at, value),
            status=str(value["event"]).upper(),
            category=value.get("message_template_category"),
            reason=None if reason == "NONE" else reason,
            detail=detail,
        )
    ]


def _template_quality(account_id: str, at: datetime | None, value: Value) -> list[InboundEvent]:
    return [
        TemplateQualityChange(
            **_template_names(account_id, at, value),
            quality=str(value["new_quality_score"]).upper(),
            previous_quality=value.get("previous_quality_score"),
        )
    ]


def _template_content(account_id: str, at: datetime | None, value: Value) -> list[InboundEvent]:
    return [TemplateContentChange(**_template_names(account_id, at, value))]


def _template_category(account_id: str, at: datetime | None, value: Value) -> list[InboundEvent]:
    """An announced change names the present category `new_category`, the future `correct_`."""
    announced = value.get("correct_category")
    when = value.get("category_update_timestamp")
    return [
        TemplateCategoryChange(
            **_template_names(account_id, at, value),
            new_category=announced or value["new_category"],
            previous_category=value["new_category"] if announced else value["previous_category"],
            effective_at=aware_time(when) if announced and when else None,
        )
    ]


def _number_quality(account_id: str, at: datetime | None, value: Value) -> list[InboundEvent]:
    tier = value.get("max_daily_conversations_per_business") or value.get("current_limit")
    return [
        NumberChange(
            account_id,
            _number(value),
            what=str(value["event"]).lower(),
            at=at,
            limit_tier=None if tier is None else str(tier),
        )
    ]


def _number_name(account_id: str, at: datetime | None, value: Value) -> list[InboundEvent]:
    return [
        NumberChange(
            account_id,
            _number(value),
            what="name",
            at=at,
            decision=str(value["decision"]).upper(),
            requested_name=value.get("requested_verified_name"),
            reason=value.get("rejection_reason"),
        )
    ]


def _number_security(account_id: str, at: datetime | None, value: Value) -> list[InboundEvent]:
    what = str(value["event"]).lower()
    return [NumberChange(account_id, _number(value), what=what, at=at)]


def _number(value: Value) -> str:
    return phone_digits(value["display_phone_number"]) or str(value["display_phone_number"])


# What each event means, and whether sending must stop.
_ACCOUNT_EVENTS: Final = {
    "ACCOUNT_VIOLATION": (AccountState.VIOLATION, True),
    "ACCOUNT_DELETED": (AccountState.DELETED, True),
    "ACCOUNT_OFFBOARDED": (AccountState.OFFBOARDED, True),
    "ACCOUNT_RECONNECTED": (AccountState.RECONNECTED, False),
    "PARTNER_ADDED": (AccountState.PARTNER_ADDED, False),
    "PARTNER_REMOVED": (AccountState.PARTNER_REMOVED, True),
    "PARTNER_APP_INSTALLED": (AccountState.APP_INSTALLED, False),
    "PARTNER_APP_UNINSTALLED": (AccountState.APP_REMOVED, True),
}
_BANS: Final = {
    "DISABLE": (AccountState.BANNED, True),
    "REINSTATE": (AccountState.REINSTATED, False),
    "SCHEDULE_FOR_DISABLE": (AccountState.BAN_SCHEDULED, False),
}
_REVIEWS: Final = {
    "APPROVED": (AccountState.REVIEW_APPROVED, False),
    "REJECTED": (AccountState.REVIEW_REJECTED, True),
}
# Restrictions that leave ordinary sending alone.
_HARMLESS_RESTRICTIONS: Final = ("ADD_PHONE_NUMBER", "CALLING")


def _account_update(account_id: str, at: datetime | None, value: Value) -> list[InboundEvent]:
    """Read account_update. Partner events come under our own business id: the WABA is inside."""
    event = str(value["event"]).upper()
    waba = (value.get("waba_info") or {}).get("waba_id")
    account_id = str(waba) if waba else account_id
    if event == "ACCOUNT_RESTRICTION":
        return [_restriction(account_id, at, value)]
    if event == "DISABLED_UPDATE":
        ban = value.get("ban_info") or {}
        # A ban state nobody knows yet is treated as a ban: wrongly parked can be undone.
        state, stops = _BANS.get(str(ban.get("waba_ban_state")), _BANS["DISABLE"])
        detail = str(ban.get("waba_ban_date") or "")
    else:
        state, stops = _ACCOUNT_EVENTS.get(event, (AccountState.INFORMED, False))
        violation = (value.get("violation_info") or {}).get("violation_type")
        reason = (value.get("disconnection_info") or {}).get("reason")
        detail = str(violation or reason or "")
    return [AccountChange(account_id, state, stops, event, at, detail)]


def _restriction(account_id: str, at: datetime | None, value: Value) -> AccountChange:
    restrictions = value.get("restriction_info") or []
    kinds = [str(one.get("restriction_type")) for one in restrictions]
    ends = [aware_time(one["expiration"]) for one in restrictions if one.get("expiration")]
    stops = not kinds or not all(
        any(harmless in kind for harmless in _HARMLESS_RESTRICTIONS) for kind in kinds
    )
    return AccountChange(
        account_id,
        AccountState.RESTRICTED,
        stops_sending=stops,
        provider_event="ACCOUNT_RESTRICTION",
        at=at,
        detail=", ".join(kinds),
        until=max(ends) if ends and len(ends) == len(restrictions) else None,
    )


def _account_review(account_id: str, at: datetime | None, value: Value) -> list[InboundEvent]:
    decision = str(value["decision"]).upper()
    state, stops = _REVIEWS.get(decision, (AccountState.REVIEW_PENDING, False))
    return [AccountChange(account_id, state, stops, f"REVIEW_{decision}", at)]


def _alert(account_id: str, at: datetime | None, value: Value) -> list[InboundEvent]:
    info = value.get("alert_info") or value
    entity = value.get("entity_id")
    return [
        AccountAlert(
            account_id,
            alert_type=str(info["alert_type"]),
            severity=str(info.get("alert_severity", "informational")).lower(),
            active=str(info.get("alert_status", "ACTIVE")).upper() == "ACTIVE",
            at=at,
            entity_type=value.get("entity_type"),
            entity_id=None if entity is None else str(entity),
            detail=str(info.get("alert_description") or ""),
        )
    ]


def _capability(account_id: str, at: datetime | None, value: Value) -> list[InboundEvent]:
    per_business = value.get("max_daily_conversations_per_business")
    limit = per_business or value.get("max_daily_conversation_per_phone")
    numbers = value.get("max_phone_numbers_per_business") or value.get("max_phone_numbers_per_waba")
    tier = "TIER_UNLIMITED" if limit == -1 else limit
    return [
        CapabilityChange(
            account_id,
            at=at,
            limit_tier=None if tier is None else str(tier),
            max_numbers=None if numbers is None else int(numbers),
        )
    ]


def _preferences(account_id: str, _at: datetime | None, value: Value) -> list[InboundEvent]:
    number_id = str(value["metadata"]["phone_number_id"])
    return [_preference(account_id, number_id, one) for one in value["user_preferences"]]


def _preference(account_id: str, number_id: str, one: Any) -> InboundEvent:
    try:
        if one.get("category") != "marketing_messages":
            return Ignored("user_preferences." + str(one.get("category")))
        phone, user_id = phone_digits(one.get("wa_id")), user_id_of(one.get("user_id"))
        if phone is None and user_id is None:
            raise ValueError("the preference names no customer")
        return PreferenceChange(
            account_id,
            number_id,
            wants_marketing=one["value"] != "stop",
            at=aware_time(one["timestamp"]),
            from_phone=phone,
            from_user_id=user_id,
            detail=str(one.get("detail") or ""),
        )
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        return Unparsed(f"{type(error).__name__}: {error}", {"user_preference": one})


_READERS: Final[dict[str, Reader]] = {
    "message_template_status_update": _template_status,
    "message_template_quality_update": _template_quality,
    "message_template_components_update": _template_content,
    "template_category_update": _template_category,
    "phone_number_quality_update": _number_quality,
    "phone_number_name_update": _number_name,
    "security": _number_security,
    "account_update": _account_update,
    "account_review_update": _account_review,
    "account_alerts": _alert,
    "business_capability_update": _capability,
    "user_preferences": _preferences,
}
