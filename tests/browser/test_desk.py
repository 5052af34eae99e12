"""The translators' desk, from the source to the update, in Arabic and French."""

from __future__ import annotations

import re
from urllib.parse import unquote
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from demo.accounts import ACCOUNTS
from tests.browser.test_accessibility import RULES, barriers, overflowing
from tests.browser.test_search import DESK, PHONE

pytestmark = [pytest.mark.browser]

NAMES = {"ar": "Arabic", "fr": "French"}
# Milliseconds: for what takes several requests, on a machine that does much else.
SLOW = 15_000
TITLE = "Quorindal: the {language} ledger"
FIRST = "The quorindal ledger is signed at every change of the watch."
ALIKE = "The quorindal ledger is signed at each change of the watch."
REWORDED = f"{FIRST} It is stamped, too."
TEXTS = {
    "ar": {
        "title": "كوريندال: دفتر المناوبة",
        "slug": "كوريندال-دفتر",
        FIRST: "يُوقَّع دفتر كوريندال عند كل تبديل للمناوبة.",
        ALIKE: "يُوقَّع دفتر كوريندال عند كل تبديل من المناوبة.",
        REWORDED: "يُوقَّع دفتر كوريندال عند كل تبديل للمناوبة. ويُختم أيضاً.",
    },
    "fr": {
        "title": "Quorindal : le registre français",
        "slug": "quorindal-registre-francais",
        FIRST: "Le registre de quorindal est signé à chaque relève de la garde.",
        ALIKE: "Le registre de quorindal est signé à chacune des relèves de la garde.",
        REWORDED: "Le registre de quorindal est signé à chaque relève de la garde. Il est aussi tamponné.",
    },
}


def write_article(editor: Page, moderator: Page, language: str) -> str:
    """An editor writes an article, which a moderator approves; returns its address in the admin."""
    title = TITLE.format(language=NAMES[language])
    editor.goto("/admin/pages/")
    editor.get_by_role("link", name="Explore child pages of 'Global Knowledge Hub'").click()
    editor.get_by_role("link", name="Explore child pages of 'Best practices'").click()
    editor.get_by_role("link", name="Add child page").first.click()
    editor.locator("main").get_by_role("link", name="Best practice", exact=True).click()
    editor.locator("#id_title").fill(title)
    write_body(editor, FIRST, ALIKE)
    editor.get_by_role("tab", name="Readers and publishing").click()
    editor.locator("#id_marking").get_by_label(re.compile("TLP:CLEAR")).check()
    address = hand_in(editor)
    approve(moderator, address)
    return address


def write_body(editor: Page, *paragraphs: str) -> None:
    part = editor.locator("#panel-child-content-body-content")
    part.get_by_role("button", name="Insert a block").first.click()
    editor.get_by_role("option", name="Text", exact=True).click()
    part.locator("[contenteditable=true]").last.click()
    for number, text in enumerate(paragraphs):
        if number:
            editor.keyboard.press("Enter")
        editor.keyboard.type(text)
    wait_for_body(editor, paragraphs[-1])


def wait_for_body(editor: Page, text: str) -> None:
    """The editor of rich text hands what was typed to the form a moment later."""
    field = editor.locator("#panel-child-content-body-content input[name$='-value']").last
    expect(field).to_have_value(re.compile(re.escape(text)))


def hand_in(editor: Page) -> str:
    """The editor submits the page for moderation; returns its address in the admin."""
    editor.locator("footer").get_by_role("button", name="More actions").click()
    editor.get_by_role("button", name=re.compile("Submit to")).click()
    expect(editor.locator(".messages")).to_contain_text("submitted for moderation")
    link = editor.locator(".messages").get_by_role("link", name="Edit").get_attribute("href")
    return re.search(r"/admin/pages/\d+/edit/", link)[0]


def approve(moderator: Page, address: str) -> None:
    moderator.goto(address)
    moderator.locator("footer").get_by_role("button", name="More actions").click()
    moderator.get_by_role("button", name=re.compile("^Approve and Publish", re.IGNORECASE)).click()
    checklist = moderator.get_by_role("dialog")
    expect(checklist.get_by_role("checkbox")).to_have_count(4)
    for statement in checklist.get_by_role("checkbox").all():
        statement.check()
    checklist.get_by_role("button", name="Approve").click()
    expect(moderator.locator(".messages")).to_be_visible()


def submit(editor: Page, address: str, language: str) -> None:
    editor.goto(address)
    editor.locator("header").get_by_role("button", name="Actions").first.click()
    editor.get_by_role("link", name="Translate this page").click()
    editor.get_by_label(NAMES[language]).check()
    editor.locator("main").get_by_role("button", name="Submit").click()
    expect(editor.locator(".messages")).to_contain_text("successfully submitted")


def assign(editor: Page, language: str) -> None:
    """The editor asks the language's translator."""
    [translator] = [account for account in ACCOUNTS if account.role == f"translator ({NAMES[language]})"]
    editor.goto(f"/admin/desk/?language={language}")
    editor.locator("tr", has_text=TITLE.format(language=NAMES[language])).locator("[name=translation]").check()
    name = f"{translator.first_name} {translator.last_name}"
    editor.locator("select[name=person]").select_option(label=name)
    editor.get_by_role("button", name="Assign").click()
    expect(editor.locator(".messages")).to_contain_text("1 translation is assigned")
    expect(editor.locator("tr", has_text=TITLE.format(language=NAMES[language]))).to_contain_text(name)


def read(page: Page, language: str) -> None:
    """From the English text to the one in another language."""
    page.goto(f"/en/best-practices/quorindal-the-{NAMES[language].lower()}-ledger/")
    page.locator(f".languages a[hreflang={language}]").click()
    page.wait_for_url(f"**/{language}/**")


def opened(page: Page):
    return page.locator(".segment--open")


def source(page: Page) -> str:
    return opened(page).locator("[data-source]").inner_text()


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_from_the_source_to_the_update(sign_in, language):
    editor, moderator = sign_in("editor"), sign_in("moderator")
    translator = sign_in(f"translator ({NAMES[language]})")
    texts = TEXTS[language]
    title = TITLE.format(language=NAMES[language])
    address = write_article(editor, moderator, language)
    submit(editor, address, language)
    assign(editor, language)

    translator.goto("/admin/desk/?who=mine")
    assert [*barriers(translator, RULES)] == []
    translator.get_by_role("link", name=title).click()
    desk = translator.url
    for name in ("title", "slug"):
        opened(translator).locator("textarea[name=text]").fill(texts[name])
        before = source(translator)
        translator.keyboard.press("Control+Enter")
        expect(opened(translator).locator("[data-source]")).not_to_have_text(before)
    assert source(translator) == FIRST
    assert [*barriers(translator, RULES), *overflowing(translator)] == []
    field = opened(translator).locator("textarea[name=text]")

    # A check stands in the way, and says why.
    field.fill(f"{texts[FIRST]} 25")
    translator.keyboard.press("Control+Enter")
    expect(opened(translator)).to_contain_text("Here, and not in the source: 25")
    opened(translator).locator("textarea[name=text]").fill(texts[FIRST])
    translator.keyboard.press("Control+Enter")
    expect(opened(translator).locator("[data-source]")).to_have_text(ALIKE)

    # What is typed outlives the tab; the memory knows the sentence that is nearly the same once it is published.
    opened(translator).locator("textarea[name=text]").fill("…")
    expect(translator.locator("[data-status]")).to_have_text("What you typed is kept")
    translator.goto(desk)
    expect(opened(translator).locator("textarea[name=text]")).to_have_value("…")
    expect(opened(translator).locator(".segment__matches")).to_contain_text(texts[FIRST])
    translator.keyboard.press("Alt+1")
    expect(opened(translator).locator("textarea[name=text]")).to_have_value(texts[FIRST])
    opened(translator).locator("textarea[name=text]").fill(texts[ALIKE])
    translator.keyboard.press("Control+Enter")
    translator.get_by_role("button", name=f"Publish in {NAMES[language]}").click()
    expect(translator.locator(".messages")).to_contain_text("Published")
    read(translator, language)
    expect(translator.locator("h1")).to_have_text(texts["title"])
    assert unquote(translator.url).endswith(f"/{texts['slug']}/")

    # The source changes: exactly that sentence is open, and readers are told.
    editor.goto(address)
    paragraph = editor.locator("#panel-child-content-body-content [contenteditable=true]").last
    paragraph.get_by_text(FIRST).click()
    editor.keyboard.press("End")
    editor.keyboard.type(REWORDED.removeprefix(FIRST))
    wait_for_body(editor, REWORDED)
    approve(moderator, hand_in(editor))
    translator.reload()
    expect(translator.locator(".notice")).to_be_visible()
    expect(translator.locator("article")).to_contain_text(texts[FIRST])
    translator.goto(desk)
    assert source(translator) == REWORDED
    expect(opened(translator).locator("ins").first).to_contain_text("stamped")
    expect(opened(translator).locator("textarea[name=text]")).to_have_value(texts[FIRST])
    expect(translator.locator(".segment--outdated, .segment--missing")).to_have_count(1)
    opened(translator).locator("textarea[name=text]").fill(texts[REWORDED])
    translator.keyboard.press("Control+Enter")
    translator.get_by_role("button", name=f"Publish in {NAMES[language]}").click()
    read(translator, language)
    expect(translator.locator("article")).to_contain_text(texts[REWORDED])
    expect(translator.locator(".notice")).to_have_count(0)


@pytest.mark.parametrize("with_script", [True, False])
def test_a_text_is_saved_on_a_phone_and_without_script(sign_in, with_script):
    # Without a script, Wagtail's own menu covers a phone.
    viewport = PHONE if with_script else DESK
    translator = sign_in("translator (Spanish)", viewport=viewport, java_script_enabled=with_script)
    translator.goto("/admin/desk/?language=es")
    link = translator.locator(".desk-table a").first
    link.click()
    translator.wait_for_url("**/admin/desk/*/")
    if with_script:
        assert [*barriers(translator, RULES), *overflowing(translator)] == []
    field = opened(translator).locator("textarea[name=text]")
    field.fill("Un borrador que nadie aprueba todavía.")
    opened(translator).get_by_role("button", name="Save as draft").click()
    expect(opened(translator)).to_contain_text("Draft, to approve")
    field = opened(translator).locator("textarea[name=text]")
    expect(field).to_have_value("Un borrador que nadie aprueba todavía.")
    field.fill("")
    opened(translator).get_by_role("button", name="Save as draft").click()
    expect(opened(translator)).not_to_contain_text("Draft, to approve")


def test_the_matrix_leads_to_the_desk(sign_in):
    translator = sign_in("translator (Arabic)", viewport=DESK)
    translator.goto("/admin/reports/languages/")
    assert [*barriers(translator, RULES)] == []
    translator.locator(".desk-cell a").first.click()
    translator.wait_for_url("**/admin/desk/*/")


OTHER_PAGES = [
    "/admin/desk/?order=wanted",
    "/admin/desk/words/?kind=definitions",
    "/admin/desk/words/?kind=letters",
    "/admin/desk/words/?kind=organisations",
    "/admin/desk/import/",
    "/admin/desk/terms/",
    "/admin/desk/terms/suggest/?language=en&source=Log",
    "/admin/desk/memory/",
]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_other_pages_of_the_desk_are_for_everybody(sign_in, language):
    translator = sign_in("translator (English)", viewport=PHONE)
    translator.goto("/admin/account/")
    translator.locator("[name$=preferred_language]").select_option(language)
    translator.locator("main form [type=submit]").last.click()
    expect(translator.locator("html")).to_have_attribute("lang", language)
    for address in OTHER_PAGES:
        translator.goto(address)
        assert translator.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        found = [*barriers(translator, RULES), *overflowing(translator)]
        assert found == [], address


def test_coordinators_see_who_waits_and_ask_by_themselves(sign_in):
    editor = sign_in("editor", viewport=DESK)
    for address in ("/admin/reports/throughput/", "/admin/standing-requests/"):
        editor.goto(address)
        assert barriers(editor, RULES) == [], address
    expect(editor.locator("main")).to_contain_text("Webinars")


def begin_to_type(sign_in) -> tuple[Page, Locator, str, list[Route]]:
    """Type something at a text that nobody translated; the first request that sends it is held up."""
    translator = sign_in("translator (Spanish)", viewport=DESK)
    translator.goto("/admin/desk/?language=es")
    translator.locator(".desk-table a").first.click()
    translator.wait_for_url("**/admin/desk/*/")
    field = opened(translator).locator("textarea[name=text]")
    held: list[Route] = []
    translator.route(re.compile(r"/segments/\d+/$"), lambda route: held.append(route), times=1)
    text = f"Un borrador {uuid4()}"
    field.fill(text)
    return translator, field, text, held


def is_saved_once_and_for_all(translator: Page, field: Locator, text: str) -> None:
    """See that a text is saved, and that nothing else is kept; then take it away again."""
    # The history has it once it is saved.
    history = opened(translator).locator("details", has_text="History")
    expect(history).to_contain_text(text, timeout=SLOW)
    expect(field).to_have_value(text)
    expect(translator.locator("body")).not_to_contain_text("Somebody else saved this text meanwhile")
    translator.reload()
    expect(field).to_have_value(text)
    expect(opened(translator)).not_to_contain_text("it is not saved yet")
    field.fill("")
    opened(translator).get_by_role("button", name="Save as draft").click()
    expect(opened(translator)).not_to_contain_text("Draft, to approve", timeout=SLOW)


def held_request(translator: Page, held: list[Route]) -> Route:
    """Wait for the request that is held up."""
    for _tenth in range(100):
        if held:
            break
        translator.wait_for_timeout(100)
    return held[0]


def test_who_types_on_while_it_saves_loses_nothing_and_is_nobody_else(sign_in):
    translator, field, text, held = begin_to_type(sign_in)
    translator.keyboard.press("Control+s")
    field.press_sequentially(" largo")
    translator.keyboard.press("Control+s")
    held_request(translator, held).continue_()
    is_saved_once_and_for_all(translator, field, f"{text} largo")


def test_a_draft_that_is_slow_to_arrive_does_not_come_after_the_save(sign_in):
    translator, field, text, held = begin_to_type(sign_in)
    # What is typed is kept by itself, after a moment.
    keeping = held_request(translator, held)
    assert b"keep" in (keeping.request.post_data_buffer or b"")
    translator.keyboard.press("Control+s")
    translator.wait_for_timeout(1_000)
    keeping.continue_()
    is_saved_once_and_for_all(translator, field, text)
