"""What people see: the demo in a real browser, from the log-in to the exported file."""

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browser import Visit
from tests.e2e.demo import Demo
from tests.media import PDF, picture

pytestmark = pytest.mark.timeout(900)
# Customers of the demo: one who agreed to reminders, one who was never asked, one who writes.
SOREN, PRIYA, AMINA = "+45 28 11 22 33", "+91 98765 00021", "254711000042"
CLINIC_NUMBER_ID = "440011223302"
VALUES = {"Header: 1": "Friday", "Text: 1": "Søren", "Text: 2": "Dr. Vogt", "Text: 3": "10:30"}


@pytest.fixture
def ada(demo: Demo, browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Ada, the administrator, signs in and goes to a page."""
    visits = []

    def signed_in(to: str, *, width: int = 1280, height: int = 800) -> Visit:
        visit = Visit(browser, demo.console, width=width, height=height)
        visits.append(visit)
        visit.sign_in("ada@demo.example", demo.password, to=to)
        return visit

    yield signed_in
    for visit in visits:
        visit.close()


def test_a_notification_is_sent_read_found_and_exported(
    ada: Callable[..., Visit], tmp_path: Path
) -> None:
    visit = ada("/interactions/send")
    page = visit.page

    visit.write_reminder(SOREN, VALUES)
    expect(page.get_by_label("Message preview")).to_contain_text("Dr. Vogt at 10:30")
    visit.send()
    expect(page.locator("[aria-live=polite]").get_by_text("Read")).to_be_visible()
    opens = page.get_by_role("link", name="Open interaction").get_attribute("href")
    assert opens is not None
    conversation = opens.rpartition("/")[2]

    page.get_by_role("main").get_by_role("link", name="Interactions").click()
    visit.filter("WhatsApp number", SOREN)
    expect(page).to_have_url(re.compile(r"/interactions\?address="))
    page.reload()
    expect(visit.row(conversation)).to_contain_text("Read")
    expect(page.get_by_role("row", name="Amina")).to_have_count(0)

    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    file = tmp_path / "interactions.csv"
    download.value.save_as(file)
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = {row["conversation id"]: row for row in csv.DictReader(lines)}
    assert {row["customer"] for row in rows.values()} == {"Søren Kjær"}
    assert rows[conversation]["delivery status"] == "read"
    assert rows[conversation]["template"] == "appointment_reminder"

    visit.row(conversation).get_by_role("link").click()
    page.get_by_role("button", name="Details").last.click()
    panel = page.get_by_role("dialog")
    for step in ("Queued", "Sent", "Delivered", "Read"):
        expect(panel.get_by_role("tabpanel").get_by_text(step, exact=True)).to_be_visible()
    panel.get_by_role("tab", name="Exchange log").click()
    expect(panel.get_by_text(re.compile(r"POST http://\S+/messages"))).to_be_visible()
    answers = panel.get_by_role("tabpanel").get_by_role("figure", name="Response")
    expect(answers.filter(has_text='"id": "wamid.')).to_have_count(1)

    assert visit.troubles == []


def test_a_picture_from_a_customers_phone_is_seen_in_the_conversation(
    ada: Callable[..., Visit], demo: Demo, browser: Browser, tmp_path: Path
) -> None:
    beach, fake = tmp_path / "beach.jpg", tmp_path / "fake.png"
    beach.write_bytes(picture("JPEG"))
    fake.write_bytes(PDF)
    context = browser.new_context(base_url=str(demo.simulator.base_url.join("/")))
    phone = context.new_page()
    phone.goto(f"/#{AMINA}")
    expect(phone.locator("#composer")).to_be_visible()
    for file in (beach, fake):
        phone.set_input_files("#file", file)
        expect(phone.locator(".bubble.mine img")).to_have_count(1 + (file is fake))
    context.close()

    visit = ada("/interactions")
    page = visit.page
    page.get_by_role("link", name="Amina Otieno").first.click()

    seen = page.get_by_role("img", name="Picture")
    expect(seen).to_have_js_property("naturalWidth", 480)
    href = page.get_by_role("link", name="Picture").get_attribute("href")
    whole = page.request.get(href or "")
    assert (whole.status, whole.body()) == (200, beach.read_bytes())
    expect(page.get_by_text("it is application/pdf")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_a_refusal_is_explained_and_mended_where_it_is_read(ada: Callable[..., Visit]) -> None:
    visit = ada("/interactions/send")
    page = visit.page

    visit.write_reminder(PRIYA, VALUES | {"Text: 1": "Priya"})
    refusal = page.get_by_role("alert").filter(has_text="no opt-in")
    refusal.get_by_role("button", name="Record consent").click()
    sheet = page.get_by_role("dialog", name="Record consent")
    expect(sheet.get_by_label("WhatsApp number")).to_have_value(PRIYA)
    sheet.get_by_label("Evidence").fill("Admission form, signed today")
    sheet.get_by_role("button", name="Record", exact=True).click()
    expect(refusal).to_have_count(0)
    visit.send()
    expect(page.locator("[aria-live=polite]").get_by_text("Read")).to_be_visible()

    assert visit.troubles == []


def test_a_phone_shows_the_list_without_scrolling_sideways(ada: Callable[..., Visit]) -> None:
    visit = ada("/interactions", width=360, height=740)
    page = visit.page

    expect(page.get_by_role("row", name="Amina")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    bar = page.get_by_role("navigation", name="Areas").bounding_box()
    assert bar is not None
    assert (bar["x"], bar["width"], bar["y"] + bar["height"]) == (0, 360, 740)
    assert bar["height"] < 80
    assert visit.troubles == []


def test_the_list_goes_on_by_itself_after_the_web_process_was_killed(
    ada: Callable[..., Visit], demo: Demo
) -> None:
    page = ada("/interactions").page
    expect(page.get_by_role("row", name="Amina")).to_be_visible()
    page.evaluate("window.never = 'reloaded'")

    text = "Is anybody there?"
    with demo.killed_web():
        said = {"from": AMINA, "to": CLINIC_NUMBER_ID, "type": "text", "text": {"body": text}}
        demo.simulator.post("inbound", json=said).raise_for_status()
        with page.expect_event("requestfailed"):
            pass
        expect(page.get_by_text("No connection")).to_be_visible()
        expect(page.get_by_role("row", name="Amina")).to_be_visible()
        expect(page.get_by_role("row").filter(has_text=text)).to_have_count(0)

    expect(page.get_by_role("row").filter(has_text=text)).to_have_count(1)
    expect(page.get_by_text("No connection")).to_have_count(0)
    assert page.evaluate("window.never") == "reloaded"
