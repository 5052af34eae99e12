"""The journey the hub is for: publish, restrict, localise, find, in a real browser, through Wagtail's own screens."""

from __future__ import annotations

import io
import re
from urllib.parse import quote, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser]

LANGUAGES = ["en", "ar", "es", "fr"]

TITLE = "The quillmere lighthouse: one ledger for four watches"
SLUG = "the-quillmere-lighthouse-one-ledger-for-four-watches"
SUMMARY = "Four watches kept four lists. One ledger, signed at every change of watch, ended the arguments."
ALTERNATIVE_TEXT = "A lighthouse on a quay at dusk."
CONTEXT = "Quillmere has one lighthouse and four watches, and the storehouse behind it had four keys."
RESULT = "Nobody has argued about a pramling since the ledger was signed at every change of watch."
# In the body and nowhere else in the demonstration, so that a hit can only be this page.
WORD = "pramling"
NOTE = "The ledger's columns, ready to print."
TOPIC = "Inventory control"

# The text of each segment in Arabic; the keys are what the editor wrote.
ARABIC_TITLE = "منارة كويلمير: دفتر واحد لأربع مناوبات"
ARABIC = {
    TITLE: ARABIC_TITLE,
    SUMMARY: "كانت لأربع مناوبات أربع قوائم، ثم أنهى دفتر واحد كل خلاف.",
    ALTERNATIVE_TEXT: "منارة على رصيف عند الغروب.",
    CONTEXT: "في كويلمير منارة واحدة وأربع مناوبات، وكان للمخزن خلفها أربعة مفاتيح.",
    RESULT: "لم يختلف الفنارجيون على شيء منذ أن وُقّع الدفتر عند كل تبديل.",
    SLUG: "منارة-كويلمير",
    NOTE: "أعمدة الدفتر جاهزة للطباعة.",
}
# The Arabic text has it with an article and as a sound plural; a reader types the bare singular.
INFLECTED = "فنارجي"


def picture() -> dict:
    """An image file as a browser would upload it."""
    content = io.BytesIO()
    Image.new("RGB", (1200, 750), (20, 90, 110)).save(content, "PNG")
    return {"name": "quillmere-quay.png", "mimeType": "image/png", "buffer": content.getvalue()}


def ledger() -> dict:
    """A document as a browser would upload it."""
    return {"name": "quillmere-ledger.csv", "mimeType": "text/csv", "buffer": b"watch,key,signed\nfirst,2,yes\n"}


def path_of(page: Page) -> str:
    return urlsplit(page.url).path


def titles(page: Page) -> Locator:
    """Links of hits and cards; a list shows nothing else by its title."""
    return page.locator(".hit__title a, .card__title a")


def direction(part: Locator) -> str:
    return part.evaluate("element => getComputedStyle(element).direction")


def search_box(page: Page) -> Locator:
    return page.locator("input[data-completions]").first


def search_for(page: Page, text: str, language: str = "en") -> None:
    page.goto(f"/{language}/")
    box = search_box(page)
    box.fill(text)
    box.press("Enter")
    page.wait_for_url(lambda url: "/search/" in url)


def upload(page: Page, field: str, file: dict) -> None:
    """Upload a file in the chooser that is open on the editor's screen."""
    dialog = page.locator(".modal-dialog")
    dialog.get_by_role("tab", name="Upload").click()
    dialog.locator("input[type=file]").set_input_files(file)
    # Wagtail writes the file's name there, a moment later.
    expect(dialog.locator("[name$=-title]")).not_to_have_value("")
    dialog.get_by_role("button", name="Upload").click()
    expect(page.locator(f"#{field}")).not_to_have_value("")


def write_part(page: Page, name: str, text: str) -> None:
    """Add a text block to one of the six parts of a case study."""
    part = page.locator(f"#panel-child-content-{name}-content")
    part.get_by_role("button", name="Insert a block").first.click()
    page.get_by_role("option", name="Text", exact=True).click()
    part.locator("[contenteditable=true]").click()
    page.keyboard.type(text)


# --- The journey, in the order of the people in it --------------------------------------------------


def write_case_study(editor: Page) -> int:
    """The editor writes, previews and submits it; returns the page's number."""
    editor.goto("/admin/pages/")
    editor.get_by_role("link", name="Explore child pages of 'Global Knowledge Hub'").click()
    editor.get_by_role("link", name="Explore child pages of 'Case studies'").click()
    editor.get_by_role("link", name="Add child page").first.click()
    editor.locator("main").get_by_role("link", name="Case study", exact=True).click()

    editor.locator("#id_title").fill(TITLE)
    editor.locator("#id_summary").fill(SUMMARY)
    editor.locator("#id_lead_image-chooser").get_by_role("button", name="Choose an image").click()
    upload(editor, "id_lead_image", picture())
    editor.locator("#id_lead_image_alternative_text").fill(ALTERNATIVE_TEXT)
    write_part(editor, "context", CONTEXT)
    write_part(editor, "result", RESULT)

    editor.get_by_role("tab", name="About").click()
    editor.locator("#id_topics").select_option(label=TOPIC)
    editor.locator("#id_attachments-ADD").click()
    editor.get_by_role("button", name="Choose a document").click()
    upload(editor, "id_attachments-0-document", ledger())
    editor.locator("#id_attachments-0-note").fill(NOTE)

    editor.get_by_role("tab", name="Readers and publishing").click()
    editor.locator("#id_marking").get_by_label(re.compile("TLP:GREEN")).check()

    editor.get_by_role("button", name="Toggle preview").click()
    preview = editor.frame_locator("#w-preview-iframe, [data-preview-iframe], iframe.w-preview__iframe").first
    expect(preview.locator("h1")).to_have_text(TITLE)
    expect(preview.locator("body")).to_contain_text(RESULT)
    expect(preview.locator(".tlp").first).to_have_text("TLP:GREEN")

    editor.locator("footer").get_by_role("button", name="More actions").click()
    editor.get_by_role("button", name=re.compile("Submit to")).click()
    expect(editor.locator(".messages")).to_contain_text("submitted for moderation")
    edit = editor.locator(".messages").get_by_role("link", name="Edit")
    return int(re.search(r"/pages/(\d+)/edit/", edit.get_attribute("href"))[1])


def approve(moderator: Page, number: int) -> str:
    """The moderator answers the checklist and opens the page on the site; returns its address."""
    moderator.goto("/admin/")
    waiting = moderator.get_by_role("link", name=TITLE).first
    expect(waiting).to_be_visible()
    waiting.click()
    moderator.wait_for_url(f"**/admin/pages/{number}/edit/")
    moderator.locator("footer").get_by_role("button", name="More actions").click()
    moderator.get_by_role("button", name=re.compile("^Approve and Publish", re.IGNORECASE)).click()
    checklist = moderator.get_by_role("dialog")
    expect(checklist.get_by_role("checkbox")).to_have_count(4)
    for statement in checklist.get_by_role("checkbox").all():
        statement.check()
    checklist.get_by_role("button", name="Approve").click()
    expect(moderator.locator(".messages")).to_contain_text(TITLE)
    moderator.goto("/en/case-studies/")
    moderator.get_by_role("link", name=TITLE).click()
    expect(moderator.locator("h1")).to_have_text(TITLE)
    return path_of(moderator)


def files_of(reader: Page) -> list[str]:
    """The addresses of the image and attachment on the page that is open."""
    images = reader.locator(".reading__header img, .lead-image img")
    documents = reader.locator(".attachments a")
    expect(images).to_have_count(1)
    expect(documents).to_have_count(1)
    # An image in several sizes has several addresses.
    sizes = [part.split()[0] for part in (images.get_attribute("srcset") or "").split(",") if part]
    return [images.get_attribute("src"), *sizes, documents.get_attribute("href")]


def as_unknown(reader: Page, address: str) -> str:
    """The answer to an address, which must be 'not found', with what belongs to the address itself cut out."""
    answer = reader.request.get(address)
    assert answer.status == 404, address
    assert TITLE not in answer.text()
    text = answer.text()
    for spelling in {address, quote(address), quote(address, safe="")}:
        text = text.replace(spelling, "ADDRESS")
    kept = {name: value for name, value in answer.headers.items() if name not in {"date", "etag", "content-length"}}
    return f"{kept}\n{text}"


def check_that_nobody_outside_finds_it(visitor: Page, address: str, files: list[str], number: int) -> None:
    """Every surface answers a visitor as if the case study were not there."""
    for path in ["/en/search/?q=", "/en/search/?type=casestudy", "/en/", "/en/case-studies/"]:
        visitor.goto(path)
        assert TITLE not in visitor.content(), path
    visitor.locator(".languages a[hreflang=fr]").click()
    expect(visitor.locator("html")).to_have_attribute("lang", "fr")
    assert TITLE not in visitor.content()
    search_for(visitor, WORD)
    expect(titles(visitor)).to_have_count(0)
    # The word itself is in the search box and nowhere else: no excerpt, no suggestion, no facet.
    assert visitor.locator("main").inner_text().count(WORD) == 0
    search_for(visitor, "quillmere")
    expect(titles(visitor)).to_have_count(0)

    request = visitor.request
    assert request.get("/en/search/completions/?q=The quillm").json() == {"completions": []}
    assert TITLE not in request.get("/en/feed/").text()
    assert address not in request.get("/sitemap.xml").text()
    assert f'"id": {number},' not in request.get("/api/v3/pages/?limit=100").text()
    assert TITLE not in request.get("/api/v3/pages/?limit=100&type=knowledge.CaseStudy").text()
    assert "quillmere" not in request.get("/api/v3/images/?limit=100").text()
    assert "quillmere" not in request.get("/api/v3/documents/?limit=100").text()

    unknown = as_unknown(visitor, "/en/case-studies/nothing-is-here/")
    assert as_unknown(visitor, address) == unknown
    assert as_unknown(visitor, f"/fr/original/{number}/") == as_unknown(visitor, "/fr/original/999999/")
    assert as_unknown(visitor, f"/api/v3/pages/{number}/") == as_unknown(visitor, "/api/v3/pages/999999/").replace(
        "999999", str(number)
    )
    for file in files:
        folder = file.rpartition("/")[0]
        assert as_unknown(visitor, file) == as_unknown(visitor, f"{folder}/nothing-is-here.png"), file
    visitor.goto(address)
    offer = visitor.locator("main").get_by_role("link", name="Sign in")
    expect(offer).to_be_visible()


def check_that_a_member_finds_it(member: Page, address: str, files: list[str]) -> None:
    """By browsing, by facet, by a word in the body, by typing the start of the title."""
    member.goto("/en/")
    member.locator(".menu").get_by_role("link", name="Case studies").click()
    expect(member.get_by_role("link", name=TITLE)).to_be_visible()

    member.goto("/en/search/?q=")
    member.locator(".facet__more summary").first.click()
    member.locator(".facets").get_by_label(re.compile(TOPIC)).check()
    member.wait_for_url("**topic=inventory-control**")
    member.locator(".facets [name=type][value=casestudy]").check()
    member.wait_for_url("**type=casestudy**")
    expect(member.get_by_role("link", name=TITLE, exact=True)).to_be_visible()

    search_for(member, WORD)
    expect(titles(member)).to_have_text([TITLE])
    expect(member.locator(".hit .tlp")).to_have_text("TLP:GREEN")
    expect(member.locator(".hit__excerpt mark").first).to_have_text(WORD)

    member.goto("/en/")
    search_box(member).press_sequentially("The quillm", delay=20)
    offered = member.get_by_role("option", name=TITLE)
    offered.click()
    member.wait_for_url(f"**{address}")
    expect(member.locator("h1")).to_have_text(TITLE)
    expect(member.locator("main")).to_contain_text(RESULT)
    for file in files:
        answer = member.request.get(file)
        assert answer.status == 200, file
        assert "private" in answer.headers["cache-control"], file


def submit_for_translation(editor: Page, number: int) -> None:
    """The editor asks for the Arabic version."""
    editor.goto(f"/admin/pages/{number}/edit/")
    editor.locator("header").get_by_role("button", name="Actions").first.click()
    editor.get_by_role("link", name="Translate this page").click()
    editor.get_by_label("Arabic").check()
    editor.locator("main").get_by_role("button", name="Submit").click()
    expect(editor.locator(".messages")).to_contain_text("successfully submitted for translation into Arabic")


def check_that_a_draft_is_not_found(member: Page) -> None:
    """What is submitted appears nowhere in Arabic yet; members are offered the English text, framed in Arabic."""
    search_for(member, INFLECTED, "ar")
    expect(titles(member)).to_have_count(0)
    search_for(member, WORD, "ar")
    titles(member).click()
    assert re.fullmatch(r"/ar/original/\d+/", path_of(member))
    expect(member.locator("html")).to_have_attribute("dir", "rtl")
    expect(member.locator("article.reading")).to_have_attribute("dir", "ltr")
    expect(member.locator("article.reading")).to_have_attribute("lang", "en")
    expect(member.locator("h1")).to_have_text(TITLE)


def translate(translator: Page) -> None:
    """The translator finds it on the dashboard, translates every segment on the desk, and publishes."""
    translator.goto("/admin/")
    translator.get_by_role("link", name=TITLE).first.click()
    translator.wait_for_url("**/admin/desk/**")
    for _segment in ARABIC:
        row = translator.locator(".segment--open")
        text = row.locator("[data-source]").inner_text()
        field = row.locator("textarea[name=text]")
        assert direction(field) == "rtl"
        field.fill(ARABIC[text])
        row.get_by_role("button", name="Approve and next").click()
        expect(translator.locator(".segment--open [data-source]").get_by_text(text, exact=True)).to_have_count(0)
    translator.get_by_role("button", name="Publish in Arabic").click()
    expect(translator.locator(".messages")).to_contain_text("Published")


def check_that_the_languages_know_of_each_other(member: Page, address: str) -> None:
    """Found in Arabic by an inflected word; the English page offers the Arabic one, and the way back."""
    search_for(member, INFLECTED, "ar")
    expect(titles(member)).to_have_text([ARABIC_TITLE])
    titles(member).click()
    expect(member.locator("h1")).to_have_text(ARABIC_TITLE)
    assert direction(member.locator("h1")) == "rtl"
    assert path_of(member).startswith("/ar/")
    assert member.url.endswith(f"/{quote(ARABIC[SLUG])}/"), member.url
    expect(member.locator(".tlp").first).to_have_text("TLP:GREEN")
    expect(member.locator(".lead-image img")).to_have_attribute("alt", ARABIC[ALTERNATIVE_TEXT])

    member.goto(address)
    languages = member.locator(".languages")
    languages.get_by_role("link", name="العربية").click()
    expect(member.locator("h1")).to_have_text(ARABIC_TITLE)
    languages.get_by_role("link", name="English").click()
    expect(member.locator("h1")).to_have_text(TITLE)
    assert path_of(member) == address


def check_that_nobody_outside_finds_the_translation(visitor: Page, arabic_address: str) -> None:
    search_for(visitor, INFLECTED, "ar")
    expect(titles(visitor)).to_have_count(0)
    unknown = as_unknown(visitor, "/ar/case-studies/nothing-is-here/")
    assert as_unknown(visitor, arabic_address) == unknown


def test_the_journey(sign_in, visit):
    """Published by an editor and a moderator, hidden from visitors, found by members, translated, found again."""
    editor, moderator, translator = sign_in("editor"), sign_in("moderator"), sign_in("translator (Arabic)")
    member, visitor = sign_in("member"), visit()

    number = write_case_study(editor)
    address = approve(moderator, number)
    files = files_of(moderator)
    check_that_nobody_outside_finds_it(visitor, address, files, number)
    check_that_a_member_finds_it(member, address, files)
    submit_for_translation(editor, number)
    check_that_a_draft_is_not_found(member)
    translate(translator)
    check_that_the_languages_know_of_each_other(member, address)
    member.locator(".languages").get_by_role("link", name="العربية").click()
    expect(member.locator("h1")).to_have_text(ARABIC_TITLE)
    check_that_nobody_outside_finds_the_translation(visitor, path_of(member))


# --- Smaller journeys -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("browser_language", "language"),
    [("en-GB", "en"), ("ar-EG", "ar"), ("es-MX", "es"), ("fr-SN", "fr"), ("pt-BR", "en")],
)
def test_the_home_page_opens_in_the_language_of_the_browser(visit, browser_language, language):
    visitor = visit(browser_language)
    visitor.goto("/")
    assert path_of(visitor) == f"/{language}/"
    expect(visitor.locator("html")).to_have_attribute("lang", language)


@pytest.mark.parametrize(
    "address",
    ["/en/", "/en/case-studies/", "/en/search/?q=&type=article", "/en/accounts/login/", "/en/about/"],
)
def test_every_language_is_one_click_away_and_stays_on_the_page(visit, address):
    visitor = visit()
    visitor.goto(address)
    heading = visitor.locator("h1").inner_text()
    for language in [*LANGUAGES[1:], "en"]:
        visitor.locator(f".languages a[hreflang={language}]").click()
        expect(visitor.locator("html")).to_have_attribute("lang", language)
        assert path_of(visitor).startswith(f"/{language}/"), visitor.url
        assert direction(visitor.locator("body")) == ("rtl" if language == "ar" else "ltr")
    # Four clicks round lead back to where one was, with what one had asked for.
    assert visitor.url.endswith(address), visitor.url
    assert visitor.locator("h1").inner_text() == heading


def test_a_page_without_a_translation_is_offered_as_it_was_written(visit):
    visitor = visit("fr")
    visitor.goto("/en/best-practices/advisory-groups-that-work/")
    visitor.locator(".languages a[hreflang=fr]").click()
    assert re.fullmatch(r"/fr/original/\d+/", path_of(visitor)), visitor.url
    expect(visitor.locator("html")).to_have_attribute("lang", "fr")
    expect(visitor.locator("article.reading")).to_have_attribute("lang", "en")
    expect(visitor.locator(".notice")).to_be_visible()


def test_arabic_is_laid_out_from_right_to_left(visit):
    visitor = visit("ar")
    visitor.goto("/ar/")
    width = visitor.viewport_size["width"]
    name = visitor.locator(".site-name").bounding_box()
    account = visitor.locator(".account-link").bounding_box()
    assert name["x"] > width / 2 > account["x"]
    visitor.goto("/en/")
    assert visitor.locator(".site-name").bounding_box()["x"] < width / 2


def test_what_a_member_reads_is_gone_after_signing_out(sign_in):
    member = sign_in("member")
    member.goto("/en/case-studies/the-ninth-key/")
    expect(member.locator("h1")).to_contain_text("The ninth key")
    member.goto("/en/account/")
    member.get_by_role("link", name="Sign out").click()
    member.get_by_role("button", name="Sign out").click()
    expect(member.locator(".account-link")).to_have_text("Sign in")
    answer = member.goto("/en/case-studies/the-ninth-key/")
    assert answer.status == 404
    expect(member.locator("body")).not_to_contain_text("The ninth key")


def test_a_wrong_password_is_explained_and_tells_nothing_of_the_account(visit, accounts):
    answers = []
    for email in [accounts["member"][0], "nobody@example.org"]:
        visitor = visit()
        visitor.goto("/en/accounts/login/")
        visitor.locator("#id_login").fill(email)
        visitor.locator("#id_password").fill("not-the-password")
        visitor.locator("main button[type=submit]").click()
        expect(visitor.locator("main .errorlist, main .errors").first).to_be_visible()
        answers.append(visitor.locator("main").inner_text())
    assert answers[0] == answers[1]


def test_a_publication_with_gaps_is_stopped_with_a_word_at_each_field(sign_in):
    editor = sign_in("editor")
    editor.goto("/admin/pages/")
    editor.get_by_role("link", name="Explore child pages of 'Global Knowledge Hub'").click()
    editor.get_by_role("link", name="Explore child pages of 'Best practices'").click()
    editor.get_by_role("link", name="Add child page").first.click()
    editor.locator("main").get_by_role("link", name="Best practice", exact=True).click()
    editor.locator("#id_title").fill("Nothing is marked here")
    editor.locator("footer").get_by_role("button", name="More actions").click()
    editor.get_by_role("button", name=re.compile("Submit to")).click()
    editor.get_by_role("tab", name="Readers and publishing").click()
    expect(editor.locator("[id$=child-marking-errors]")).to_contain_text("No marking is chosen")
