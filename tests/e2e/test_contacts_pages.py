"""Contacts in a browser: a list from a file, its rejects, a filter with its count, an export."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Visit
from tests.e2e.demo import Demo

pytestmark = pytest.mark.timeout(900)
PEOPLE = [
    ("+49 1511 2300001", "Amina", "Berlin", "12.5"),
    ("+49 1511 2300002", "Søren", "København", "40"),
    ("no number at all", "Broken", "Berlin", "1"),
    ("+49 1511 2300003", "Priya", "Berlin", "90"),
]


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A file as a spreadsheet writes it here, with one line that is wrong."""
    path = tmp_path / "spring customers.csv"
    lines = ["Phone;Name;City;Spent", *(";".join(each) for each in PEOPLE)]
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8-sig")
    return path


def test_a_list_is_made_from_a_file_filtered_and_exported(
    visit: Visit, demo: Demo, people: Path, tmp_path: Path
) -> None:
    visit.sign_in("ada@demo.example", demo.password, to="/contacts/lists")
    page = visit.page

    page.get_by_role("button", name="New contact list").click()
    sheet = page.get_by_role("dialog", name="New contact list")
    sheet.locator("input[type=file]").set_input_files(people)
    expect(sheet.get_by_text("Recognised: UTF-8, separated by ;")).to_be_visible()
    expect(sheet.get_by_role("cell", name="København")).to_be_visible()
    expect(sheet.get_by_label("Name", exact=True)).to_have_value("spring customers")
    kind = sheet.get_by_role("combobox", name="What Phone holds")
    expect(kind).to_have_value("WhatsApp number")
    sheet.get_by_role("button", name="Create").click()

    page.wait_for_url(re.compile(r"/contacts/lists/[0-9a-f-]{36}\?tab=uploads"))
    expect(page.get_by_text("3 rows taken")).to_be_visible()
    page.reload()
    expect(page.get_by_text("1 not taken")).to_be_visible()
    page.get_by_role("button", name="Show").click()
    rejects = page.get_by_role("dialog", name="Rows not taken")
    expect(rejects.get_by_role("row").filter(has_text="no number at all")).to_contain_text("4")
    page.keyboard.press("Escape")

    page.get_by_role("tab", name="Filters").click()
    page.get_by_role("button", name="New filter").click()
    sheet = page.get_by_role("dialog", name="New filter")
    sheet.get_by_label("Name", exact=True).fill("Berlin")
    visit.choose("Column", "City")
    sheet.get_by_role("textbox", name="Value").fill("Berlin")
    expect(sheet.get_by_text("2 of 3 contacts")).to_be_visible()
    expect(sheet.get_by_role("cell", name="Priya")).to_be_visible()
    sheet.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Show the contacts").click()
    expect(page.get_by_role("row").filter(has_text="Amina")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Søren")).to_have_count(0)

    page.get_by_role("tab", name="Export").click()
    page.get_by_role("combobox", name="Which contacts").click()
    page.get_by_role("option", name="Berlin").click()
    page.get_by_role("button", name="Export as CSV").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    file = tmp_path / "exported.csv"
    download.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        assert {row["Name"] for row in csv.DictReader(lines)} == {"Amina", "Priya"}

    assert visit.troubles == []


def test_numbers_are_put_on_a_list_in_any_format_and_the_bad_one_is_named(
    visit: Visit, demo: Demo
) -> None:
    visit.sign_in("ada@demo.example", demo.password, to="/contacts/dnc")
    page = visit.page

    page.get_by_role("button", name="New do-not-contact list").click()
    sheet = page.get_by_role("dialog", name="New do-not-contact list")
    sheet.get_by_label("Name", exact=True).fill("Complaints")
    sheet.get_by_text("Pasted").click()
    sheet.get_by_label("Numbers", exact=True).fill("+1 317-153-4777\n+49 (0)1511 2300001")
    sheet.get_by_role("button", name="Create").click()

    page.wait_for_url(re.compile(r"/contacts/dnc/[0-9a-f-]{36}$"))
    expect(page.get_by_role("heading", name="Complaints")).to_be_visible()
    expect(page.get_by_text("Ready", exact=True)).to_have_count(1)
    numbers = page.get_by_label("Numbers", exact=True).and_(page.get_by_role("textbox"))
    numbers.fill("+45 28 11 22 33, nobody")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("nobody").last).to_be_visible()
    numbers.fill("+45 28 11 22 33")
    page.get_by_role("button", name="Add", exact=True).click()
    visit.is_told("1 number added.")
    expect(page.locator("dd").first).to_have_text("3")
