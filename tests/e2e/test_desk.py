"""The desk in a browser: offers, answers, notes, transfers, wrap-up; keys alone; a dead server."""

import gzip
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Response, expect

from tests.e2e.browser import PATIENCE_MS, Visit
from tests.e2e.demo import Demo
from tests.e2e.test_pages import AXE, judged

pytestmark = pytest.mark.timeout(900)
CLINIC_NUMBER_ID = "440011223302"
AMINA, SOREN, AOI = "254711000042", "4528112233", "819012345678"
CHLOE, GRACE, DIEGO = "33612345678", "14155550133", "5215512345678"
PRIYA, LUCIA = "919876500021", "5491123456789"
A_DAY_AND_AN_HOUR = -90_000
FIRST_VIEW_BYTES = 250_000
REMINDER = {"Header: 1": "Friday", "Text: 1": "Chloé", "Text: 2": "Dr. Vogt", "Text: 3": "10:30"}


@pytest.fixture(scope="module", autouse=True)
def the_scene_is_over(demo: Demo, browser: Browser) -> None:
    """All of the demo's own customers have written, and offers do not end while a test is slow."""
    visit = Visit(browser, demo.console, width=1280, height=800)
    visit.sign_in("ada@demo.example", demo.password, to="/interactions?state=open")
    expect(visit.page.get_by_role("row", name="Obrigada!")).to_be_visible()
    visit.close()
    with demo.at_work("ada") as ada:
        queues = ada.get("routing/queues").raise_for_status().json()["entities"]
        [clinic] = [each for each in queues if each["name"] == "Clinic"]
        patient = {"name": "Clinic", "mediaSettings": {"message": {"alertingTimeoutSeconds": 600}}}
        ada.put(f"routing/queues/{clinic['id']}", json=patient).raise_for_status()


@pytest.fixture(autouse=True)
def nobody_waits(demo: Demo, the_scene_is_over: None) -> Iterator[None]:
    """Nobody waits, has anything or is on queue, whatever became of the test before."""
    clear(demo)
    yield
    clear(demo)


def clear(demo: Demo) -> None:
    """All conversations end, and everybody goes off queue."""
    available = {"presenceDefinition": {"systemPresence": "Available"}}
    with demo.at_work("ada") as ada:
        for each in ada.get("users").raise_for_status().json()["entities"]:
            if each["name"] in ("Nora Berg", "Sven Holm"):
                path = f"users/{each['id']}/presences/purecloud"
                ada.patch(path, json=available).raise_for_status()
        for state in ("open", "connected"):
            found = ada.get("interactions", params={"state": state}).raise_for_status().json()
            for each in found["entities"]:
                path = f"conversations/{each['conversationId']}/disconnect"
                ada.post(path).raise_for_status()


@pytest.fixture
def agent(demo: Demo, browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Somebody signs in at the desk and goes on queue."""
    visits = []

    def signed_in(
        who: str, *, width: int = 1280, height: int = 800, with_policy: bool = True
    ) -> Visit:
        visit = Visit(browser, demo.console, width=width, height=height, with_policy=with_policy)
        visits.append(visit)
        visit.sign_in(f"{who}@demo.example", demo.password, to="/desk")
        on_queue(visit.page).click(force=True)
        expect(on_queue(visit.page)).to_be_checked()
        return visit

    yield signed_in
    for visit in visits:
        visit.close()


def on_queue(page: Page) -> Locator:
    return page.get_by_role("switch", name="On queue")


def offer(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name="Offer").filter(has_text=name)


def accept(page: Page, name: str) -> None:
    """Take somebody's offer; others may lie there as well."""
    offer(page, name).get_by_role("button", name="Accept").click()
    expect(page.get_by_role("region", name=name)).to_be_visible()
    expect(field(page)).to_be_focused()


def field(page: Page) -> Locator:
    return page.get_by_label("Message to the customer")


def end(page: Page) -> None:
    """End the open conversation, and say what it came to."""
    page.get_by_role("button", name="End", exact=True).click()
    wrapup = page.get_by_role("region", name="Wrap-up")
    wrapup.get_by_role("combobox").click()
    page.get_by_role("option", name="Solved").click()
    wrapup.get_by_role("button", name="Done").click()
    expect(wrapup).to_have_count(0)


def line(page: Page, text: str) -> Locator:
    return page.get_by_role("list", name="What was written").get_by_role("listitem").filter(
        has_text=text
    )  # fmt: skip


def write(demo: Demo, sender: str, text: str) -> None:
    """A customer writes to the clinic."""
    said = {"from": sender, "to": CLINIC_NUMBER_ID, "type": "text", "text": {"body": text}}
    demo.simulator.post("inbound", json=said).raise_for_status()


def picture() -> bytes:
    """A small picture."""
    file = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(file, "PNG")
    return file.getvalue()


def received(demo: Demo, text: str, *, by: str) -> int:
    """How many messages with this text the provider took from us for a customer."""
    messages = demo.simulator.get("ledger/messages", params={"limit": 1000}).json()["messages"]
    return sum(text in (told := str(message)) and by in told for message in messages)


def until(visit: Visit, happened: Callable[[], bool]) -> None:
    """Wait for something that is not of one page, as long as pages are waited for."""
    for _ in range(PATIENCE_MS // 100):
        if happened():
            return
        visit.page.wait_for_timeout(100)
    raise AssertionError("It did not happen.")


def test_a_customer_is_answered_passed_on_and_wrapped_up(
    agent: Callable[..., Visit], demo: Demo
) -> None:
    nora = agent("nora")
    page = nora.page
    write(demo, AMINA, "May I come on Monday?")
    expect(offer(page, "Amina")).to_contain_text("May I come on Monday?")
    accept(page, "Amina")

    field(page).fill("Of course, at ten?")
    field(page).press("Enter")
    expect(field(page)).to_have_value("")
    expect(line(page, "Of course, at ten?").get_by_title("Read")).to_be_visible()
    page.locator("input[type=file]").set_input_files(
        {"name": "way.png", "mimeType": "image/png", "buffer": picture()}
    )
    expect(page.get_by_role("button", name="Remove way.png")).to_be_visible()
    field(page).fill("This is the way")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(line(page, "This is the way").get_by_role("img", name="way.png")).to_be_visible()
    write(demo, AMINA, "Ten is fine")
    expect(line(page, "Ten is fine")).to_be_visible()
    page.get_by_role("button", name="Write a note").click()
    page.get_by_label("Note for colleagues").fill("Prefers mornings")
    page.get_by_role("button", name="Save the note").click()
    expect(line(page, "Prefers mornings")).to_contain_text("Note by Nora Berg")

    sven = agent("sven")
    page.get_by_role("button", name="Transfer").click()
    sheet = page.get_by_role("dialog", name="Transfer the conversation")
    nora.choose("Queue", "Clinic")
    nora.choose("Person", "Sven Holm")
    sheet.get_by_role("button", name="Transfer").click()
    expect(sheet).to_have_count(0)

    other = sven.page
    accept(other, "Amina")
    expect(line(other, "Prefers mornings")).to_be_visible()
    expect(line(other, "Nora Berg passed the conversation on")).to_be_visible()
    end(other)
    on_queue(other).click(force=True)
    expect(other.get_by_role("button", name="Where you are")).to_contain_text("Available")

    assert nora.troubles == []
    assert sven.troubles == []


def test_a_colleague_is_consulted_and_handed_the_conversation(
    agent: Callable[..., Visit], demo: Demo
) -> None:
    nora = agent("nora")
    page = nora.page
    write(demo, LUCIA, "Which plan fits me?")
    accept(page, "Lucía")
    sven = agent("sven")
    page.get_by_role("button", name="Consult").click()
    sheet = page.get_by_role("dialog", name="Ask a colleague")
    nora.choose("Queue", "Clinic")
    nora.choose("Person", "Sven Holm")
    sheet.get_by_label("What is it about?").fill("He compares two plans")
    sheet.get_by_role("button", name="Ask", exact=True).click()
    consult = page.get_by_role("region", name="Consult with Sven Holm")
    expect(consult).to_contain_text("was asked to read along")

    other = sven.page
    asked = other.get_by_role("region", name="Offer").filter(has_text="Nora Berg asks you")
    expect(asked).to_contain_text("He compares two plans")
    asked.get_by_role("button", name="Accept").click()
    expect(other.get_by_text("Nora Berg asks for your advice")).to_be_visible()
    expect(field(other)).to_have_count(0)
    other.get_by_role("button", name="Write a note").click()
    other.get_by_label("Note for colleagues").fill("The smaller one")
    other.get_by_role("button", name="Save the note").click()
    expect(line(page, "The smaller one")).to_be_visible()
    consult.get_by_role("button", name="Hand over to Sven Holm").click()
    expect(consult).to_have_count(0)

    field(other).fill("The smaller plan fits you best.")
    field(other).press("Enter")
    until(sven, lambda: received(demo, "The smaller plan fits you best.", by=LUCIA) == 1)
    expect(line(other, "Nora Berg passed the conversation on")).to_be_visible()
    end(other)
    assert nora.troubles == []
    assert sven.troubles == []


def test_an_agent_writes_first_and_describes_the_conversation(
    agent: Callable[..., Visit], demo: Demo
) -> None:
    visit = agent("nora")
    page = visit.page
    page.get_by_role("button", name="New conversation").click()
    sheet = page.get_by_role("dialog", name="New conversation")
    visit.choose("Queue", "Clinic")
    visit.choose("From", "Lakeside Clinic")
    sheet.get_by_label("To", exact=True).fill(CHLOE)
    visit.choose("Template", "appointment_reminder · en_US")
    for label, value in REMINDER.items():
        page.get_by_label(label, exact=True).fill(value)
    sheet.get_by_role("button", name="Start and send").click()
    expect(line(page, "Dr. Vogt at 10:30").get_by_title("Read")).to_be_visible()

    page.get_by_role("button", name="Change attributes").click()
    page.get_by_label("New attribute").fill("doctor")
    page.get_by_label("Its value").fill("Vogt")
    page.get_by_label("Elsewhere called").fill("case-7")
    page.get_by_role("button", name="Save", exact=True).click()
    facts = page.get_by_role("complementary", name="Customer and history")
    expect(facts.get_by_text("Vogt", exact=True)).to_be_visible()
    expect(facts.get_by_text("case-7", exact=True)).to_be_visible()
    language = facts.get_by_role("combobox", name="Language")
    expect(language).to_have_attribute("placeholder", "French, by the number")
    visit.choose("Language", "German")
    expect(language).to_have_value("German")
    end(page)

    assert visit.troubles == []


def test_who_is_declined_finds_another_before_a_supervisors_eyes_and_rates_it(
    agent: Callable[..., Visit], demo: Demo, browser: Browser
) -> None:
    nora, sven = agent("nora"), agent("sven")
    board = Visit(browser, demo.console, width=1280, height=800)
    board.sign_in("ada@demo.example", demo.password, to="/reports/now")
    write(demo, PRIYA, "Is my result there?")
    until(
        board, lambda: bool(offer(nora.page, "Priya").count() + offer(sven.page, "Priya").count())
    )
    asked, other = (nora, sven) if offer(nora.page, "Priya").count() else (sven, nora)

    offer(asked.page, "Priya").get_by_role("button", name="Decline").click()
    accept(other.page, "Priya")
    expect(offer(asked.page, "Priya")).to_have_count(0)
    name = "Sven Holm" if other is sven else "Nora Berg"
    people = board.page.get_by_role("table", name="People")
    people.get_by_role("button", name=name).click()
    held = board.page.get_by_role("dialog", name=name)
    expect(held.get_by_role("link", name="In conversation")).to_be_visible()

    end(other.page)
    until(board, lambda: received(demo, "How satisfied were you", by=PRIYA) > 0)
    write(demo, PRIYA, "5")
    until(board, lambda: received(demo, "Would you like to tell us why", by=PRIYA) > 0)
    write(demo, PRIYA, "Quick and kind")
    surveys = board.page.request
    until(board, lambda: "Quick and kind" in surveys.get("/api/v2/routing/surveys").text())
    board.page.goto("/reports/surveys")
    expect(board.page.get_by_text("Quick and kind")).to_be_visible()
    expect(offer(other.page, "Priya")).to_have_count(0)

    assert [each.troubles for each in (nora, sven, board)] == [[], [], []]
    board.close()


def test_the_desk_is_worked_by_keys_alone(agent: Callable[..., Visit], demo: Demo) -> None:
    visit = agent("nora")
    page = visit.page
    write(demo, SOREN, "Is it open today?")
    expect(offer(page, "Søren")).to_be_visible()
    page.get_by_role("region", name="Conversations").get_by_role("link", name="Søren").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Søren")).to_be_visible()
    page.keyboard.press("a")
    expect(field(page)).to_be_focused()
    page.keyboard.type("Until six :smi")
    expect(page.get_by_role("listbox", name="Suggestions")).to_contain_text("smile")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("See you")
    page.keyboard.press("Enter")
    expect(line(page, "Until six 😊")).to_contain_text("See you")

    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.get_by_label("Note for colleagues")).to_be_focused()
    page.keyboard.type("Asked for the hours")
    page.keyboard.press("Enter")
    expect(line(page, "Asked for the hours")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Accept the offer")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("t")
    expect(page.get_by_role("dialog", name="Transfer the conversation")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("e")
    expect(page.get_by_role("combobox", name="What did it come to?")).to_be_focused()
    page.keyboard.type("Solved")
    expect(page.get_by_role("option", name="Solved")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="What did it come to?")).to_have_value("Solved")
    page.get_by_role("button", name="Done").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Wrap-up")).to_have_count(0)

    assert visit.troubles == []


def test_a_closed_window_leaves_templates_until_the_customer_writes(
    agent: Callable[..., Visit], demo: Demo
) -> None:
    visit = agent("nora")
    page = visit.page
    with demo.customers_clock(offset_seconds=A_DAY_AND_AN_HOUR):
        write(demo, CHLOE, "Can you call me?")
        offer(page, "Chloé").get_by_role("button", name="Accept").click()
    expect(page.get_by_text("only a template reaches them")).to_be_visible()
    expect(field(page)).to_have_count(0)
    expect(line(page, "Not said by itself").first).to_contain_text("window was closed")
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)

    page.get_by_role("button", name="Choose a template").click()
    visit.choose("Template", "appointment_reminder · en_US")
    for label, value in REMINDER.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Send the template").click()
    expect(line(page, "Dr. Vogt at 10:30").get_by_title("Read")).to_be_visible()

    write(demo, CHLOE, "Thank you")
    expect(field(page)).to_be_visible()
    page.get_by_role("button", name="Try again").first.click()
    visit.is_told("It is on its way.")
    field(page).fill("You are welcome")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(line(page, "You are welcome").get_by_title("Read")).to_be_visible()
    end(page)

    assert visit.troubles == []


def test_the_desk_goes_on_after_the_web_process_was_killed_and_sends_once(
    agent: Callable[..., Visit], demo: Demo
) -> None:
    page = agent("nora").page
    write(demo, AOI, "Hello there")
    accept(page, "田中")
    page.evaluate("window.never = 'reloaded'")
    field(page).fill("A draft that stays")

    with demo.killed_web():
        field(page).fill("Written while nobody was there")
        field(page).press("Enter")
        waiting = line(page, "Written while nobody was there")
        expect(waiting.get_by_label("On its way")).to_be_visible()
        write(demo, AOI, "Still waiting")
        field(page).fill("The next draft")

    expect(line(page, "Written while nobody was there").get_by_title("Read")).to_be_visible()
    expect(line(page, "Still waiting")).to_be_visible()
    expect(line(page, "Written while nobody was there")).to_have_count(1)
    assert received(demo, "Written while nobody was there", by=AOI) == 1
    assert page.evaluate("window.never") == "reloaded"
    expect(field(page)).to_have_value("The next draft")
    page.reload()
    expect(field(page)).to_have_value("The next draft")
    field(page).fill("")
    end(page)


def test_a_phone_shows_one_pane_at_a_time(agent: Callable[..., Visit], demo: Demo) -> None:
    visit = agent("nora", width=360, height=740)
    page = visit.page
    expect(page.get_by_role("heading", name="Desk")).to_be_visible()
    write(demo, GRACE, "From the phone")
    accept(page, "Grace")
    expect(page.get_by_role("heading", name="Desk")).not_to_be_visible()
    page.get_by_role("button", name="Customer and history").click()
    expect(page.get_by_role("heading", name="Consent")).to_be_visible()
    page.go_back()
    expect(line(page, "From the phone")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.get_by_role("button", name="Back to the list").click()
    expect(page.get_by_role("heading", name="Desk")).to_be_visible()
    page.get_by_role("region", name="Conversations").get_by_role("link", name="Grace").click()
    end(page)
    expect(page.get_by_role("link", name="Grace")).to_have_count(0)

    assert visit.troubles == []


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed (make console)")
def test_an_offer_and_an_open_conversation_are_there_for_everybody(
    agent: Callable[..., Visit], demo: Demo
) -> None:
    visit = agent("nora", with_policy=False)
    page = visit.page
    write(demo, DIEGO, "Hola")
    expect(offer(page, "Diego")).to_be_visible()
    found = judged(visit, "an offer")
    accept(page, "Diego")
    field(page).fill("Buenas :wa")
    expect(page.get_by_role("listbox", name="Suggestions")).to_be_visible()
    found += judged(visit, "a conversation")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(line(page, "Buenas 👋").get_by_title("Read")).to_be_visible()
    page.get_by_role("button", name="Consult").click()
    sheet = page.get_by_role("dialog", name="Ask a colleague")
    sheet.get_by_label("What is it about?").click()
    found += judged(visit, "asking a colleague")
    sheet.get_by_role("button", name="Close").click()
    expect(sheet).to_have_count(0)
    end(page)

    assert found == []


def test_the_first_view_needs_less_than_250_kilobytes_of_scripts(
    demo: Demo, browser: Browser
) -> None:
    visit = Visit(browser, demo.console, width=1280, height=800)
    visit.sign_in("nora@demo.example", demo.password, to="/interactions")
    visit.settle()
    visit.page.mouse.move(0, 0)  # a link on which the pointer rests has its page fetched ahead
    fetched: list[Response] = []
    visit.page.on("response", lambda response: fetched.append(response))
    visit.page.reload()
    visit.settle()
    expect(on_queue(visit.page)).to_be_visible()
    scripts = {each.url: each for each in fetched if each.url.endswith(".js")}
    sizes = {url: len(gzip.compress(each.body())) for url, each in scripts.items()}

    assert 0 < sum(sizes.values()) < FIRST_VIEW_BYTES, sizes
    visit.close()
