"""Routing in a browser: queues, hours and workstreams are set up, and a supervisor steps in."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Visit
from tests.e2e.demo import Demo

pytestmark = pytest.mark.timeout(900)
SHOP_NUMBER_ID = "440011223301"
CUSTOMER = "4915112300017"
ASKS = "Where is my order 4711?"


@pytest.fixture
def sven(demo: Demo) -> Iterator[None]:
    """Sven of the shop is on queue; the router asks him nothing, since he has no room."""
    none = {"utilization": {"message": {"maximumCapacity": 0}}}
    there, gone = ({"presenceDefinition": {"systemPresence": p}} for p in ("On Queue", "Offline"))
    with demo.at_work("ada") as ada, demo.at_work("sven") as sven:
        me = sven.get("users/me").raise_for_status().json()["id"]
        ada.put(f"routing/users/{me}/utilization", json=none).raise_for_status()
        sven.patch(f"users/{me}/presences/purecloud", json=there).raise_for_status()
        yield
        sven.patch(f"users/{me}/presences/purecloud", json=gone).raise_for_status()
        ada.delete(f"routing/users/{me}/utilization").raise_for_status()


def save(visit: Visit) -> None:
    """Press the button of the bar that sticks, and see that it worked."""
    visit.page.get_by_role("button", name="Save", exact=True).click()
    visit.is_told("Saved.")


def test_a_queue_is_made_filled_with_people_and_set_up(visit: Visit, demo: Demo) -> None:
    visit.sign_in("ada@demo.example", demo.password, to="/administration/queues")
    page = visit.page

    page.get_by_role("button", name="New queue").click()
    sheet = page.get_by_role("dialog", name="New queue")
    sheet.get_by_label("Name", exact=True).fill("Complaints")
    sheet.get_by_role("button", name="Create").click()
    page.wait_for_url(re.compile(r"/administration/queues/[0-9a-f-]{36}$"))

    page.get_by_role("button", name="Add members").click()
    people = page.get_by_role("dialog", name="Add members")
    people.get_by_role("combobox", name="People").fill("sve")
    page.get_by_role("option", name="Sven Holm").click()
    people.get_by_role("button", name="Add 1 person").click()
    member = page.get_by_role("row").filter(has_text="Sven Holm")
    expect(member).to_be_visible()
    visit.choose("Ring of Sven Holm", "2")
    member.get_by_role("switch").locator("xpath=..").click()
    expect(member.get_by_role("switch")).not_to_be_checked()

    page.get_by_role("tab", name="Wrap-up codes").click()
    page.get_by_role("combobox", name="Wrap-up codes").click()
    page.get_by_role("option", name="Solved").click()
    page.get_by_role("button", name="Offer", exact=True).click()
    expect(page.get_by_role("button", name="Offer Solved no longer")).to_be_visible()

    page.get_by_role("tab", name="Settings").click()
    page.get_by_role("button", name="Add a ring").click()
    visit.choose("Who waits too long", "goes to another queue")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Fill in this field.")).to_be_visible()
    visit.choose("To the queue", "Shop")
    save(visit)

    page.reload()
    expect(page.get_by_role("combobox", name="To the queue")).to_have_value("Shop")
    expect(page.get_by_role("textbox", name="Ring 1 alone for")).to_have_value("30 s")
    page.get_by_role("tab", name="Members").click()
    expect(page.get_by_role("combobox", name="Ring of Sven Holm")).to_have_value("2")
    expect(member.get_by_role("switch")).not_to_be_checked()
    assert visit.troubles == []


def test_somebody_gets_a_skill_a_language_and_more_capacity(visit: Visit, demo: Demo) -> None:
    visit.sign_in("ada@demo.example", demo.password, to="/administration/skills?tab=languages")
    page = visit.page

    page.get_by_role("button", name="Add a language").click()
    sheet = page.get_by_role("dialog", name="Add a language")
    sheet.get_by_label("Name", exact=True).fill("Frisian")
    sheet.get_by_role("button", name="Create").click()
    expect(page.get_by_role("row").filter(has_text="Frisian")).to_be_visible()

    page.goto("/administration/people")
    page.get_by_role("link", name="Nora Berg").click()
    page.get_by_role("tab", name="Routing").click()
    visit.choose("Add a language", "Frisian")
    page.get_by_role("button", name="Give").click()
    expect(page.get_by_role("button", name="Take Frisian away")).to_be_visible()
    capacity = page.get_by_role("textbox", name="Units at once")
    expect(capacity).to_have_value("4")
    capacity.fill("7")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("This person's own number.")).to_be_visible()

    page.reload()
    expect(capacity).to_have_value("7")
    page.get_by_role("button", name="Use the default").click()
    expect(page.get_by_text("The organization's number.")).to_be_visible()
    assert visit.troubles == []


def test_a_workstream_is_left_in_the_middle_resumed_tried_and_deleted(
    visit: Visit, demo: Demo
) -> None:
    visit.sign_in("ada@demo.example", demo.password, to="/channels/workstreams")
    page = visit.page
    go_on = page.get_by_role("button", name="Save and continue")

    page.get_by_role("button", name="New workstream").click()
    sheet = page.get_by_role("dialog", name="New workstream")
    sheet.get_by_label("Name", exact=True).fill("Orders")
    sheet.get_by_role("button", name="Begin").click()
    page.wait_for_url(re.compile(r"/channels/workstreams/[0-9a-f-]{36}$"))

    visit.choose("Numbers", "Harbour Outfitters")
    page.keyboard.press("Escape")
    go_on.click()
    expect(page.get_by_text("attached to the workstream Shop")).to_be_visible()
    page.get_by_role("combobox", name="Numbers").press("Backspace")
    go_on.click()
    expect(page.get_by_role("tab", name="2. Rules")).to_have_attribute("aria-selected", "true")

    page.get_by_role("button", name="Add a rule").click()
    page.get_by_label("Name of the rule").fill("Orders")
    page.get_by_role("combobox", name="Values").fill("order")
    page.keyboard.press("Enter")
    visit.choose("Goes to the queue", "Shop")
    visit.choose("Queue for everything else", "Clinic")
    go_on.click()
    expect(page.get_by_role("tab", name="3. Distribution")).to_have_attribute(
        "aria-selected", "true"
    )

    page.goto("/channels/workstreams")
    expect(page.get_by_role("row").filter(has_text="Orders")).to_contain_text("Draft")
    page.get_by_role("link", name="Orders").click()
    page.get_by_role("tab", name="2. Rules").click()
    page.get_by_label("What the customer writes").fill(ASKS)
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_text("It goes to Shop.")).to_be_visible()
    page.get_by_label("What the customer writes").fill("Hello")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_text("It goes to Clinic.")).to_be_visible()
    why = "Not so: What the customer wrote contains any of “order”"
    expect(page.get_by_text(why)).to_be_visible()

    page.get_by_role("tab", name="7. Summary").click()
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("tab", name="Rules", exact=True)).to_be_visible()
    expect(page.get_by_text("Draft", exact=True)).to_have_count(0)

    page.goto("/channels/workstreams")
    page.get_by_role("link", name="Shop", exact=True).click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Messages of Harbour Outfitters will be given")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    refused = [each for each in visit.troubles if "409" not in each]
    assert refused == []


def test_hours_are_set_for_a_week_and_its_holidays(visit: Visit, demo: Demo) -> None:
    visit.sign_in("ada@demo.example", demo.password, to="/administration/hours/new")
    page = visit.page

    page.get_by_label("Name", exact=True).fill("Never")
    page.get_by_role("button", name="Add a time on Monday").click()
    page.get_by_role("button", name="All days like Monday").click()
    page.get_by_role("button", name="Add a holiday").click()
    page.get_by_label("Date", exact=True).fill("2026-12-25")
    save(visit)
    page.wait_for_url(re.compile(r"/administration/hours/[0-9a-f-]{36}$"))

    page.reload()
    expect(page.get_by_label("Sunday: From")).to_have_value("09:00")
    expect(page.get_by_label("Date", exact=True)).to_have_value("2026-12-25")
    expect(page.get_by_text(re.compile(r"^until "))).to_be_visible()
    assert visit.troubles == []


@pytest.mark.usefixtures("sven")
def test_a_supervisor_sees_why_somebody_waits_changes_it_gives_it_out_and_takes_it_over(
    visit: Visit, demo: Demo
) -> None:
    visit.sign_in("ada@demo.example", demo.password, to="/reports/now")
    page = visit.page
    text = {"type": "text", "text": {"body": ASKS}}

    demo.simulator.post(
        "inbound", json={"from": CUSTOMER, "to": SHOP_NUMBER_ID, **text}
    ).raise_for_status()
    page.get_by_role("table", name="Queues").get_by_role("button", name="Shop").click()
    waiting = page.get_by_role("row").filter(has_text=CUSTOMER)
    expect(waiting).to_be_visible()
    expect(waiting).to_contain_text("at capacity")
    page.get_by_role("button", name=f"Edit what {CUSTOMER} asks for").click()
    asks = page.get_by_role("dialog", name=f"What {CUSTOMER} asks for")
    asks.get_by_label("Priority").fill("5")
    asks.get_by_label("Priority").press("Enter")
    visit.is_told("Changed. The router decides anew.")
    expect(asks).to_have_count(0)
    page.get_by_role("button", name=f"Assign {CUSTOMER}").click()
    page.get_by_role("dialog").get_by_role("button", name="Sven Holm").click()
    expect(waiting).to_have_count(0)

    page.get_by_role("table", name="People").get_by_role("button", name="Sven Holm").click()
    held = page.get_by_role("dialog", name="Sven Holm")
    expect(held.get_by_role("link", name="In conversation")).to_be_visible()
    held.get_by_role("button", name="Take over").first.click()
    page.get_by_text("Take this conversation over from Sven Holm?").locator("..").get_by_role(
        "button", name="Take over"
    ).click()
    visit.is_told("The conversation is yours.")
    assert visit.troubles == []
