"""Campaigns in a browser: from the uploaded file to the report, and stopped and started again."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import Visit
from tests.e2e.demo import Demo

pytestmark = pytest.mark.timeout(900)
# A customer of the demo, and somebody who was never asked whether she may be messaged.
AMINA, PRIYA = "254711000042", "919876500088"
PEOPLE = [
    (AMINA, "Amina", "Dr. Vogt", "10:30"),
    ("4915112345678", "Jörg", "Dr. Okafor", "11:00"),
    ("4528112233", "Søren", "", "11:30"),
    (PRIYA, "Priya", "Dr. Vogt", "12:00"),
]
READY = "Check-up reminders"
CONTACTS = 220


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "Tuesday patients.csv"
    lines = ["Phone;Name;Doctor;Time", *(";".join(each) for each in PEOPLE)]
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8-sig")
    return path


def parts(page: Page) -> dict[str, int]:
    """The parts of the progress bar, as the words under it say them."""
    entries = page.get_by_role("region", name="Progress").get_by_role("listitem")
    texts = [text.strip() for text in entries.all_inner_texts()]
    found = [re.match(r"(\D+?)\s*(\d+)", text) for text in texts]
    return {each[1]: int(each[2]) for each in found if each is not None}


def expect_status(page: Page, words: str) -> None:
    expect(page.locator("main span[data-status]").first).to_contain_text(words)


def test_a_campaign_goes_from_the_uploaded_file_to_the_report(
    visit: Visit, demo: Demo, people: Path
) -> None:
    visit.sign_in("ada@demo.example", demo.password, to="/campaigns/new")
    page = visit.page
    form = page.get_by_role("main")
    form.get_by_label("Name", exact=True).fill("Tuesday reminders")
    form.get_by_label("Messages per minute").fill("240")

    page.get_by_role("button", name="New list").click()
    sheet = page.get_by_role("dialog")
    sheet.locator("input[type=file]").set_input_files(people)
    sheet.get_by_role("button", name="Create").click()
    expect(sheet).to_have_count(0)

    expect(form.get_by_label("Name", exact=True)).to_have_value("Tuesday reminders")
    expect(form.get_by_label("Messages per minute")).to_have_value("240")
    expect(page.get_by_role("combobox", name="Contact list", exact=True)).to_have_value(
        "Tuesday patients"
    )
    expect(page.get_by_role("combobox", name="WhatsApp column")).to_have_value("Phone")
    expect(page.get_by_text("4 contacts").first).to_be_visible()

    visit.choose("Number", "Lakeside Clinic")
    visit.choose("Template", "appointment_reminder · en_US")
    visit.choose("Header: 1", "Always the same text")
    page.get_by_role("textbox", name="Text for Header: 1").fill("Tuesday")
    for value, column in (("Text: 1", "Name"), ("Text: 2", "Doctor"), ("Text: 3", "Time")):
        visit.choose(value, column)
    expect(page.get_by_label("Message preview")).to_contain_text("Appointment on Tuesday")
    expect(page.get_by_label("Message preview")).to_contain_text("Hello Amina")
    page.get_by_role("button", name="Make the campaign").click()

    page.wait_for_url(re.compile(r"/campaigns/[0-9a-f-]{36}$"))
    expect(page.get_by_text("2 of 4 contacts get the message")).to_be_visible()
    expect(page.get_by_text("Nothing keeps the campaign from starting.")).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).click()
    expect_status(page, "Complete")
    expect(page.get_by_role("region", name="Progress")).to_contain_text(re.compile(r"Read\s*2"))
    assert parts(page) | {"Read": 2, "Excluded": 2, "Left": 0} == parts(page)

    page.get_by_role("button", name=re.compile("No opt-in is recorded")).click()
    table = page.get_by_role("table", name="Contacts")
    expect(table.get_by_role("row").filter(has_text=PRIYA)).to_contain_text("No opt-in")
    expect(table.get_by_role("row").filter(has_text=AMINA)).to_have_count(0)
    page.get_by_role("button", name=re.compile("No opt-in is recorded")).click()
    row = table.get_by_role("row").filter(has_text=AMINA)
    expect(row).to_contain_text("Read")
    row.get_by_role("link", name="Open").click()
    page.wait_for_url("**/interactions/**")
    expect(page.get_by_text("Dr. Vogt at 10:30").first).to_be_visible()

    assert visit.troubles == []


def test_a_campaign_that_was_stopped_and_started_again_tells_the_truth(
    visit: Visit, demo: Demo
) -> None:
    visit.sign_in("ada@demo.example", demo.password, to="/campaigns")
    page = visit.page
    page.get_by_role("link", name=READY).click()
    page.get_by_role("button", name="Start", exact=True).click()
    expect_status(page, "Running")
    progress = page.get_by_role("region", name="Progress")
    expect(progress).to_contain_text(re.compile(r"Read\s*[1-9]"))

    page.get_by_role("button", name="Stop", exact=True).click()
    expect_status(page, "Off")
    expect(progress).to_contain_text("Not running")
    page.reload()
    expect(progress).to_contain_text(f"{CONTACTS} contacts")
    stopped = parts(page)
    assert sum(stopped.values()) == CONTACTS
    assert stopped["Left"] > 0

    page.get_by_role("button", name="Start", exact=True).click()
    expect_status(page, "Running")
    more = stopped["Read"] + stopped["Delivered"] + stopped["Sent"] + 1
    page.wait_for_function(
        """([name, count]) => {
          const items = [...document.querySelectorAll(`section[aria-label="${name}"] li`)];
          const of = (part) => Number(items.find((each) => each.innerText.startsWith(part))
            ?.innerText.match(/\\d+/)?.[0] ?? 0);
          return of("Read") + of("Delivered") + of("Sent") >= count;
        }""",
        arg=["Progress", more],
    )
    assert sum(parts(page).values()) == CONTACTS
    page.get_by_role("tab", name="Over time").click()
    for words in ("was started by Ada", "was stopped by Ada"):
        expect(page.get_by_text(re.compile(words)).first).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect_status(page, "Off")

    assert visit.troubles == []
