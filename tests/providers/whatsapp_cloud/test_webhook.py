"""Webhooks: who sent them, and what each element says; a bad one never costs its neighbours."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.providers.samples import sample, sample_bytes, webhook_names
from tidings.domain.delivery import DeliveryStatus
from tidings.domain.inbound import (
    AccountAlert,
    AccountChange,
    AccountState,
    CapabilityChange,
    Ignored,
    InboundEvent,
    InboundMessage,
    MediaRef,
    MessageKind,
    NumberChange,
    NumberError,
    PreferenceChange,
    StatusUpdate,
    TemplateCategoryChange,
    TemplateChange,
    TemplateContentChange,
    TemplateQualityChange,
    Unparsed,
)
from tidings.domain.outcomes import Fault
from tidings.providers.whatsapp_cloud.webhook import (
    parse,
    verify_signature,
    waba_ids,
)

SECRET, BODY = b"app secret", b'{"entry":[]}'

Event = TypeVar("Event")


def sign(secret: bytes, body: bytes) -> str:
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


def the_only(body: bytes, kind: type[Event]) -> Event:
    """What a body with a single element says, which is of this kind."""
    (event,) = parse(body)
    assert isinstance(event, kind)
    return event


def the_one(name: str, kind: type[Event]) -> Event:
    """What a sample with a single element says, which is of this kind."""
    return the_only(sample_bytes(name), kind)


def message(name: str) -> InboundMessage:
    return the_one(name, InboundMessage)


def media(name: str) -> MediaRef:
    found = message(name).media
    assert found is not None
    return found


def status(name: str) -> StatusUpdate:
    return the_one(name, StatusUpdate)


def test_a_signature_over_the_raw_bytes_is_accepted() -> None:
    assert verify_signature(SECRET, BODY, sign(SECRET, BODY))


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        sign(b"other secret", BODY),
        sign(SECRET, BODY + b" "),
        sign(SECRET, BODY).upper(),
        sign(SECRET, BODY).replace("sha256", "sha1"),
        sign(SECRET, BODY) + "00",
        "sha256=\u00e4\ud800",
    ],
)
def test_any_other_signature_is_refused(header: str | None) -> None:
    assert not verify_signature(SECRET, BODY, header)


def test_the_accounts_of_a_body_are_known_before_its_signature() -> None:
    assert waba_ids(sample_bytes("batch_with_broken_elements")) == ["330011", "330012", "330013"]
    hidden = {"entry": [{"changes": [{"value": {"text": '"id":"666"'}}], "id": 42}]}
    assert waba_ids(json.dumps(hidden).encode()) == ["42"]
    for nothing in (b"", b"[]", b"null", b'{"entry":7}', b"\xff"):
        assert waba_ids(nothing) == []


@pytest.mark.parametrize("name", webhook_names())
def test_every_sample_gives_events(name: str) -> None:
    events = parse(sample_bytes(name))
    assert events
    if name != "batch_with_broken_elements":
        assert not any(isinstance(event, Unparsed) for event in events)


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("message_text", "text", "Where is my order? ä📦"),
        ("message_image", "image", "the box"),
        ("message_video", "video", ""),
        ("message_audio", "audio", ""),
        ("message_document", "document", "my receipt"),
        ("message_sticker", "sticker", ""),
        ("message_location", "location", "Sarit Centre, Karuna Road"),
        ("message_contacts", "contacts", "Bram de Wit"),
        ("message_reaction", "reaction", "👍"),
        ("message_button", "button", "Confirm"),
        ("message_interactive", "interactive", "Billing"),
        ("message_flow_reply", "interactive", "Sent"),
        ("message_order", "order", "two please"),
        ("message_edit", "edit", "Where is my parcel?"),
        ("message_revoke", "revoke", ""),
        ("message_request_welcome", "request_welcome", ""),
        ("message_unsupported", "unsupported", ""),
        ("message_of_a_new_type", "unknown", ""),
    ],
)
def test_what_a_person_reads_of_each_kind_of_message(name: str, kind: str, text: str) -> None:
    told = message(name)
    assert (told.kind, told.text) == (MessageKind(kind), text)
    assert (told.account_id, told.number_id) == ("330011", "440022")
    assert (told.from_phone, told.from_user_id) == ("254711000042", "KE.88120044")
    assert (told.from_name, told.from_username) == ("Amina Otieno", "amina.k")
    assert told.sent_at == datetime(2025, 11, 21, 4, 40, 1, tzinfo=UTC)


def test_media_is_named_and_not_fetched() -> None:
    assert media("message_document") == MediaRef(
        "990014", "application/pdf", "c2hhMjU2", filename="receipt.pdf"
    )
    assert media("message_audio").voice
    assert media("message_sticker").animated
    assert media("message_image").url == "https://lookaside.example.org/990011"
    assert message("message_text").media is None


def test_what_a_message_refers_to() -> None:
    assert message("message_button").reply_to == "wamid.OUT9"
    assert message("message_revoke").content["original_message_id"] == "wamid.TEXT1"
    referral = message("message_from_ad").referral
    assert referral is not None
    assert referral["ctwa_clid"] == "ARx"
    assert message("message_forwarded").forwarded
    assert message("message_of_a_new_type").content == {"hologram": {"id": "h1", "depth": 3}}
    assert message("message_unsupported").content["errors"][0]["code"] == 131051


@pytest.mark.parametrize("name", ["message_without_a_phone", "message_with_user_id_as_phone"])
def test_a_customer_without_a_phone_number_is_known_by_user_id(name: str) -> None:
    told = message(name)
    assert (told.from_phone, told.from_user_id) == (None, "KE.88120044")
    assert told.from_name == "Amina"


def test_a_changed_number_tells_old_and_new() -> None:
    told = message("message_number_changed")
    assert told.kind is MessageKind.SYSTEM
    assert not told.kind.opens_window
    assert told.from_phone == "254711000042"
    assert told.content["new_phone"] == "254711000099"
    assert told.content["new_user_id"] == "KE.99"


def test_a_name_is_never_taken_from_another_customer() -> None:
    body = sample("message_text")
    body["entry"][0]["changes"][0]["value"]["contacts"] = [
        {"profile": {"name": "Somebody else"}, "wa_id": "4522123456"}
    ]
    assert the_only(json.dumps(body).encode(), InboundMessage).from_name is None


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("status_sent", "sent"),
        ("status_delivered", "delivered"),
        ("status_read", "read"),
        ("status_played", "read"),
        ("status_failed", "failed"),
        ("status_milliseconds", "delivered"),
        ("status_group", "delivered"),
    ],
)
def test_every_status_names_message_and_our_own_id(name: str, step: str) -> None:
    update = status(name)
    assert update.status is DeliveryStatus(step)
    assert (update.provider_message_id, update.callback_data) == ("wamid.OUT9", "out:01JD8Z5T")
    assert update.at.replace(microsecond=0) == datetime(2025, 11, 21, 4, 40, 5, tzinfo=UTC)


def test_a_failed_status_says_whose_fault() -> None:
    error = status("status_failed").error
    assert error is not None
    assert (error.code, error.fault) == ("meta.131047", Fault.WINDOW)
    assert error.detail == "More than 24 hours have passed."


def test_what_a_status_says_of_price_and_recipient() -> None:
    abroad, billed = status("status_sent").pricing, status("status_delivered").pricing
    assert abroad is not None
    assert abroad.category == "authentication_international"
    assert billed is not None
    assert billed.billable is True
    assert status("status_read").pricing is None
    assert status("status_group").recipient_id == "254711000043"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("template_approved", (TemplateChange, {"status": "APPROVED", "reason": None})),
        ("template_rejected", (TemplateChange, {"status": "REJECTED", "reason": "INVALID_FORMAT"})),
        ("template_paused", (TemplateChange, {"status": "PAUSED", "reason": "FIRST_PAUSE"})),
        ("template_quality", (TemplateQualityChange, {"quality": "YELLOW"})),
        ("template_content", (TemplateContentChange, {"template_id": "550199"})),
        ("template_category_done",
         (TemplateCategoryChange, {"new_category": "MARKETING", "effective_at": None})),
        ("template_category_announced",
         (TemplateCategoryChange, {"new_category": "MARKETING", "previous_category": "UTILITY"})),
        ("number_throughput", (NumberChange, {"what": "throughput_upgrade"})),
        ("number_name", (NumberChange, {"decision": "REJECTED", "display_phone": "15550100200"})),
        ("number_security", (NumberChange, {"what": "pin_reset_request"})),
        ("account_alert", (AccountAlert, {"severity": "warning", "active": True})),
        ("capability_tier", (CapabilityChange, {"limit_tier": "2000", "max_numbers": 20})),
        ("preference_stop", (PreferenceChange, {"wants_marketing": False})),
        ("preference_resume", (PreferenceChange, {"wants_marketing": True})),
        ("field_we_ignore", (Ignored, {"field": "flows"})),
        ("status_deleted", (Ignored, {"field": "messages.statuses.deleted"})),
    ],
)  # fmt: skip
def test_what_changes_at_the_provider(
    name: str, expected: tuple[type[InboundEvent], dict[str, object]]
) -> None:
    shape, fields = expected
    event = the_one(name, shape)
    assert {field: getattr(event, field) for field in fields} == fields


def test_template_languages_are_spelled_as_everywhere_else() -> None:
    assert the_one("template_approved", TemplateChange).language == "en_US"


@pytest.mark.parametrize(
    ("name", "state", "stops"),
    [
        ("account_banned", "banned", True),
        ("account_reinstated", "reinstated", False),
        ("account_violation", "violation", True),
        ("account_restricted", "restricted", True),
        ("account_restricted_adding", "restricted", False),
        ("account_deleted", "deleted", True),
        ("account_partner_removed", "partner_removed", True),
        ("account_review_rejected", "review_rejected", True),
    ],
)
def test_what_happens_to_the_account_and_whether_sending_stops(
    name: str, state: str, stops: bool
) -> None:
    change = the_one(name, AccountChange)
    assert (change.state, change.stops_sending) == (AccountState(state), stops)
    assert change.account_id == "330011"


def test_broken_elements_come_out_between_their_neighbours() -> None:
    events = parse(sample_bytes("batch_with_broken_elements"))
    statuses = [one.provider_message_id for one in events if isinstance(one, StatusUpdate)]
    messages = [one.provider_message_id for one in events if isinstance(one, InboundMessage)]
    assert statuses == ["wamid.A", "wamid.C", "wamid.D"]
    assert messages == ["wamid.TEXT1", "wamid.TEXT2"]
    assert [one.error.code for one in events if isinstance(one, NumberError)] == ["meta.131000"]
    assert isinstance(events[-1], AccountChange)
    unparsed = [one for one in events if isinstance(one, Unparsed)]
    assert len(unparsed) == 9
    assert all(one.reason and one.fragment for one in unparsed)


def test_each_change_is_routed_by_its_own_number() -> None:
    events = parse(sample_bytes("batch_with_broken_elements"))
    numbers = {
        one.provider_message_id: one.number_id for one in events if isinstance(one, StatusUpdate)
    }
    assert numbers == {"wamid.A": "440022", "wamid.C": "440022", "wamid.D": "440023"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"entry":5}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"entry":[null,7]}',
    ],
)
def test_what_is_no_webhook_is_quarantined(body: bytes) -> None:
    events = parse(body)
    assert events
    assert all(isinstance(event, Unparsed) for event in events)


@pytest.mark.parametrize("bad", [r"\u0000", r"\ud83d"])
def test_characters_the_database_cannot_hold_are_replaced(bad: str) -> None:
    body = sample_bytes("message_text").replace(b"Where is", bad.encode())
    text = the_only(body, InboundMessage).text
    text.encode()
    assert "\x00" not in text
    assert text.endswith("my order? ä📦")


@given(st.data())
def test_no_damage_to_a_body_makes_the_parser_raise(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(webhook_names()))
    body = bytearray(sample_bytes(name))
    for _ in range(data.draw(st.integers(1, 5))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    parse(bytes(body))


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.data())
def test_no_value_in_any_place_makes_the_parser_raise(data: st.DataObject) -> None:
    body = sample(data.draw(st.sampled_from(webhook_names())))
    places = list(every_place(body))
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(places))
        holder[key] = data.draw(junk)
    parse(json.dumps(body).encode())


def every_place(part: dict[str, Any] | list[Any]) -> Iterator[tuple[Any, str | int]]:
    """Each object or list within, with each of its keys or positions."""
    inner: Iterable[tuple[str | int, Any]] = (
        part.items() if isinstance(part, dict) else enumerate(part)
    )
    for key, value in list(inner):
        yield part, key
        if isinstance(value, dict | list):
            yield from every_place(value)
