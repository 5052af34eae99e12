"""From the wish to belong to the end of belonging: apply, be vetted, sign in, read, be paused, read no more."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Hub, Letter
from tests.browser.person import Person
from tests.browser.test_accessibility import RULES, barriers, overflowing

pytestmark = [pytest.mark.browser]

GROUP = "Working group: transport"
PASSWORD = "three-oars-and-a-lantern-58"
# In the text of the two pages below, and nowhere else in the demonstration.
WORD = {"en": "quorlimane", "ar": "قرلماني"}
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
SCREENS = {"en": DESK, "ar": PHONE}
SPONSORS = {"en": "member", "ar": "translator (Arabic)"}
# A folder to put a picture of every step into, for whoever designs them.
PICTURES = os.environ.get("JOURNEY_PICTURES")

MAKE_PAGES = """
from django.contrib.auth.models import Group
from tests.factories import make_article
group = Group.objects.get(name={group!r})
for marking, names in (("GREEN", []), ("AMBER", [f"wagtail-group:{{group.pk}}"])):
    page = make_article(f"{{marking}} {word}", language={language!r}, marking=marking, body="<p>{word}</p>",
                        shared_with=names)
    print(marking, page.pk, page.url, sep="\\t")
"""
DELETE_PAGES = """
from wagtail.models import Page
for page in Page.objects.filter(title__endswith={word!r}):
    page.delete()
"""


@dataclass(frozen=True)
class Applicant:
    """What somebody writes into the form, in its order; a sector and a country are chosen by their values."""

    language: str
    first_name: str
    last_name: str
    email: str
    organisation_name: str
    country: str
    why: str
    sponsor: str
    question: str
    answer: str


APPLICANTS = {
    "en": Applicant(
        *("en", "Wanjiru", "Njeri", "wanjiru.njeri@example.net", "Rift Valley Laboratories", "KE"),
        why="I look after the chemical stores of nine schools and would like to learn how others lock theirs.",
        sponsor="member@example.org",
        question="Who in your organisation may we call?",
        answer="Please call Daniel Mwangi, who heads the laboratory.",
    ),
    "ar": Applicant(
        *("ar", "رنا", "الخطيب", "rana.khatib@example.net", "مختبرات وادي الأردن", "JO"),
        why="أشرف على مخازن المواد الكيميائية في تسع مدارس وأود أن أعرف كيف يؤمّنها الآخرون.",
        sponsor="translator.ar@example.org",
        question="من يمكننا الاتصال به في مؤسستكم؟",
        answer="يرجى الاتصال بالسيد سامر حداد، رئيس المختبر.",
    ),
}


# --- What every step is looked at for -----------------------------------------------------------------


def look_at(page: Page, name: str) -> None:
    """No barrier on the page of this step, nothing too wide; kept as a picture, if wanted."""
    found = [*barriers(page, RULES), *overflowing(page)]
    take_picture(page, name)
    assert found == [], name


def look_at_admin(page: Page, name: str) -> None:
    """No serious barrier on this screen of the admin; the rest is Wagtail's."""
    # Wagtail's messages fade in: until they have, they are too pale.
    parts = {"exclude": [[".messages"]]}
    violations = Axe().run(page, context=parts, options=RULES).response["violations"]
    found = [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in violations
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]
    take_picture(page, name)
    assert found == [], name


def take_picture(page: Page, name: str) -> None:
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def last_letter(hub: Hub, to: str, language: str) -> Letter:
    """Return the newest e-mail to somebody, who must be written to in their language."""
    letter = hub.letters(to)[-1]
    assert letter.language == language
    return letter


def press(page: Page, selector: str = "main form:not([role=search]) button[type=submit]") -> None:
    """Press a button and wait for the page that comes."""
    with page.expect_navigation():
        page.locator(selector).first.click()


# --- The people ---------------------------------------------------------------------------------------


@pytest.fixture
def secretariat(strict_hub, visit, accounts) -> Iterator[Person]:
    """Somebody of the secretariat, in the admin; the role needs a second factor, so they have a passkey."""
    person = Person(visit("en", viewport=DESK), strict_hub.url, "en", accounts["secretariat"])
    person.give_password()
    person.page.goto(f"{strict_hub.url}/admin/")
    expect(person.page).to_have_url(re.compile("/accounts/2fa/$"))
    person.add_passkey()
    yield person
    strict_hub.manage("reset_second_factor", person.email)


@dataclass(frozen=True)
class RestrictedPages:
    """Two pages in a language, for members and for a group: their numbers and paths by marking."""

    language: str
    numbers: dict[str, int]
    paths: dict[str, str]


@pytest.fixture
def pages(request, hub) -> Iterator[RestrictedPages]:
    """Two restricted pages in the language that the test names."""
    language = request.param
    made = hub.manage("shell", "-v", "0", "-c", MAKE_PAGES.format(group=GROUP, word=WORD[language], language=language))
    rows = [line.split("\t") for line in made.splitlines()]
    numbers = {marking: int(pk) for marking, pk, _url in rows}
    yield RestrictedPages(language, numbers, {marking: urlsplit(url).path for marking, _pk, url in rows})
    hub.manage("shell", "-v", "0", "-c", DELETE_PAGES.format(word=WORD[language]))


# --- The steps ----------------------------------------------------------------------------------------


def apply(page: Page, hub: Hub, who: Applicant) -> None:
    """Fill the form in by keyboard, from field to field, and send it."""
    page.goto(f"{hub.url}/{who.language}/")
    page.locator(f".site-footer a[href='/{who.language}/apply/']").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if who.language == "ar" else "ltr")
    page.locator("#id_first_name").focus()
    for name in ("first_name", "last_name", "email", "organisation_name", "sector", "country", "why"):
        field = page.locator(f"#id_{name}")
        expect(field).to_be_focused()
        if name == "sector":
            field.select_option(index=1)
        elif name == "country":
            field.select_option(who.country)
        else:
            page.keyboard.insert_text(getattr(who, name))
        page.keyboard.press("Tab")
    expect(page.locator("#id_sponsor_email")).to_be_focused()
    page.keyboard.insert_text(who.sponsor)
    page.keyboard.press("Tab")
    expect(page.locator("#id_consent")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("#id_consent")).to_be_checked()
    look_at(page, f"{who.language}-01-apply")
    press(page)
    page.wait_for_url("**/apply/sent/")
    look_at(page, f"{who.language}-02-sent")


def confirm_address(page: Page, hub: Hub, who: Applicant) -> str:
    """Open the link in the e-mail; return the address of the status page, which is in it too."""
    letter = last_letter(hub, who.email, who.language)
    page.goto(letter.link("apply/confirm/"))
    look_at(page, f"{who.language}-03-confirm")
    press(page)
    expect(page).to_have_url(letter.link("apply/status/"))
    look_at(page, f"{who.language}-04-status")
    return letter.link("apply/status/")


def vouch(page: Page, hub: Hub, account: tuple[str, str], language: str) -> None:
    """The sponsor, whom the applicant named, signs in and says that they know them; only once."""
    sponsor = Person(page, hub.url, language, account)
    link = last_letter(hub, sponsor.email, language).link("attest/")
    sponsor.give_password()
    page.goto(link)
    look_at(page, f"{language}-05-attest")
    page.locator("input[name=vouches][value=yes]").check()
    press(page)
    expect(page.locator(".messages")).to_be_visible()
    assert page.goto(link).status == 404


def begin_vetting(secretariat: Page, hub: Hub, who: Applicant) -> None:
    """The secretariat finds the application in its queue, assigns it and asks a question."""
    secretariat.goto(f"{hub.url}/admin/")
    secretariat.get_by_role("link", name="Applications", exact=True).click()
    secretariat.get_by_role("link", name=f"{who.first_name} {who.last_name}").click()
    secretariat.wait_for_url(re.compile(r"/admin/applications/\d+/$"))
    expect(secretariat.locator("#application-content")).to_contain_text(who.why)
    press(secretariat, "button[name=do][value=assign]")
    secretariat.locator("#id_ask-text").fill(who.question)
    press(secretariat, "button[name=do][value=ask]")
    look_at_admin(secretariat, f"{who.language}-06-vet")


def answer(page: Page, hub: Hub, who: Applicant, status: str) -> None:
    """The applicant answers on the status page, whose address is in the e-mail with the question."""
    letter = last_letter(hub, who.email, who.language)
    assert who.question in letter.body
    assert letter.link("apply/status/") == status
    page.goto(status)
    expect(page.locator("blockquote").last).to_contain_text(who.question)
    page.locator("#id_text").fill(who.answer)
    look_at(page, f"{who.language}-07-question")
    press(page, "button[name=answer]")
    expect(page.locator("blockquote").last).to_contain_text(who.answer)
    expect(page.locator("#id_text")).to_have_count(0)


def approve(secretariat: Page, who: Applicant) -> None:
    """The secretariat reads answer and attestation, and takes the applicant into a group and an organisation."""
    secretariat.reload()
    expect(secretariat.locator("#steps-content")).to_contain_text(who.answer)
    expect(secretariat.locator("#sponsors-content")).to_contain_text("Vouches")
    secretariat.get_by_label(GROUP).check()
    press(secretariat, "button[name=do][value=approve]")
    expect(secretariat.locator(".messages")).to_contain_text(f"{who.first_name} {who.last_name} is a member now")
    look_at_admin(secretariat, f"{who.language}-08-approved")


def choose_password(page: Page, link: str, name: str = "") -> None:
    """Open the link to a password, which works once."""
    page.goto(link)
    page.locator("#id_password1").fill(PASSWORD)
    page.locator("#id_password2").fill(PASSWORD)
    if name:
        look_at(page, f"{name}-password")
    press(page, "main form:has(#id_password1) button[type=submit]")
    if name:
        look_at(page, f"{name}-password-set")
    page.goto(link)
    expect(page.locator("#id_password1")).to_have_count(0)
    if name:
        look_at(page, f"{name}-password-link-used")


def set_up_passkey(member: Person, amber: str) -> None:
    """The new member is told what they lack, cannot read the stricter page before, and adds a passkey."""
    page = member.page
    member.give_password()
    assert page.goto(amber).status == 404
    page.goto(f"{member.origin}/{member.language}/")
    press(page, ".second-factor-notice a")
    look_at(page, f"{member.language}-12-second-factor")
    member.add_passkey()
    look_at(page, f"{member.language}-13-recovery-codes")
    member.sign_out()
    member.use_passkey()
    member.expect_signed_in()
    look_at(page, f"{member.language}-14-my-page")


def read(member: Person, addresses: dict[str, str], numbers: dict[str, int]) -> None:
    """The member reads both pages, finds them, and takes the stricter one along."""
    page = member.page
    for marking, address in addresses.items():
        assert page.goto(address).status == 200, marking
        expect(page.locator(".reading__header .tlp")).to_have_text(f"TLP:{marking}")
        look_at(page, f"{member.language}-15-{marking}")
    with page.expect_download() as download:
        page.locator(f"main a[href*='/pdf/{numbers['AMBER']}/']").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    assert set(found_by(member)) == set(addresses)


def found_by(member: Person) -> list[str]:
    """Return the markings of what a search for the pages' word finds."""
    member.go(f"search/?q={WORD[member.language]}")
    return [text.removeprefix("TLP:") for text in member.page.locator(".hit .tlp").all_inner_texts()]


def pause(secretariat: Page, hub: Hub, who: Applicant) -> None:
    """The secretariat pauses the membership on the account's screen."""
    secretariat.goto(f"{hub.url}/admin/users/?q={who.email}")
    secretariat.locator("main").get_by_role("link", name=re.compile(who.first_name)).first.click()
    secretariat.locator("#id_is_paused").check()
    take_picture(secretariat, f"{who.language}-16-pause")
    press(
        secretariat,
        "main form:has(#id_is_paused) footer button[type=submit], form:has(#id_is_paused) [name=action-save]",
    )


def check_that_nothing_is_left(member: Person, hub: Hub, addresses: dict[str, str], numbers: dict[str, int]) -> None:
    """From the next request on nothing restricted is there, and one page says why."""
    page = member.page
    for address in (*addresses.values(), f"{hub.url}/{member.language}/pdf/{numbers['AMBER']}/"):
        answered = page.request.get(address)
        assert answered.status == 404, address
        assert WORD[member.language] not in answered.text()
    page.goto(addresses["GREEN"])
    expect(page.locator(".tlp")).to_have_count(0)
    look_at(page, f"{member.language}-17-not-found")
    assert found_by(member) == []
    letter = last_letter(hub, member.email, member.language)
    member.go("account/")
    why = page.locator("main a[href$='/account/confirm/']")
    assert letter.link("account/confirm/").endswith(why.get_attribute("href"))
    why.click()
    # The reason, and no button that would lift it.
    expect(page.locator("main .notice")).to_be_visible()
    expect(page.locator("main form")).to_have_count(0)
    look_at(page, f"{member.language}-18-paused")


# --- The journeys -------------------------------------------------------------------------------------


@pytest.mark.parametrize("pages", ["en", "ar"], indirect=True)
def test_from_the_application_to_the_pause(strict_hub, visit, accounts, secretariat, pages):
    hub = strict_hub
    language = pages.language
    who = APPLICANTS[language]
    addresses = {marking: hub.url + path for marking, path in pages.paths.items()}
    applicant = Person(visit(language, viewport=SCREENS[language]), hub.url, language, (who.email, PASSWORD))
    page = applicant.page

    apply(page, hub, who)
    status = confirm_address(page, hub, who)
    vouch(visit(language, viewport=SCREENS[language]), hub, accounts[SPONSORS[language]], language)
    begin_vetting(secretariat.page, hub, who)
    answer(page, hub, who, status)
    approve(secretariat.page, who)
    page.goto(status)
    look_at(page, f"{language}-09-approved")
    choose_password(page, last_letter(hub, who.email, language).link("accounts/password/reset/key/"), f"{language}-10")
    set_up_passkey(applicant, addresses["AMBER"])
    read(applicant, addresses, pages.numbers)
    pause(secretariat.page, hub, who)
    check_that_nothing_is_left(applicant, hub, addresses, pages.numbers)


def test_one_can_apply_without_script(hub, visit):
    page = visit("en", java_script_enabled=False)
    who = replace(APPLICANTS["en"], email="no.script@example.net")
    page.goto(f"{hub.url}/en/apply/")
    for name in ("first_name", "last_name", "email", "organisation_name", "why"):
        page.locator(f"#id_{name}").fill(getattr(who, name))
    page.locator("#id_sector").select_option(index=1)
    page.locator("#id_country").select_option(who.country)
    page.locator("#id_consent").check()
    press(page)
    letter = last_letter(hub, who.email, "en")
    page.goto(letter.link("apply/confirm/"))
    press(page)
    expect(page).to_have_url(letter.link("apply/status/"))
    page.locator("button[name=withdraw]").click()
    expect(page.locator(".messages")).to_contain_text("withdrawn")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_invitation_opens_an_account_once(strict_hub, visit, secretariat, language):
    hub, admin = strict_hub, secretariat.page
    invited = f"invited.{language}@example.net"
    admin.goto(f"{hub.url}/admin/invitations/")
    admin.get_by_role("link", name="Invite somebody").click()
    admin.locator("#id_email").fill(invited)
    admin.locator("#id_language").select_option(language)
    admin.get_by_label(GROUP).check()
    look_at_admin(admin, f"{language}-20-invite")
    press(admin, "main form:has(#id_email) button[type=submit]")

    page = visit(language, viewport=SCREENS[language])
    link = last_letter(hub, invited, language).link("invitation/")
    page.goto(link)
    look_at(page, f"{language}-21-invited")
    page.locator("#id_first_name").fill(APPLICANTS[language].first_name)
    page.locator("#id_consent").check()
    press(page)
    page.locator("#id_password1").fill(PASSWORD)
    page.locator("#id_password2").fill(PASSWORD)
    press(page, "main form:has(#id_password1) button[type=submit]")
    member = Person(page, hub.url, language, (invited, PASSWORD))
    member.give_password()
    member.expect_signed_in()
    member.go("account/profile/")
    look_at(page, f"{language}-22-profile")
    member.go("account/shared/")
    look_at(page, f"{language}-23-shared")

    answered = page.goto(link)
    assert answered.status == 404
    look_at(page, f"{language}-24-link-used")
    never_made = page.request.get(f"{hub.url}/{language}/invitation/nothing/").text()
    assert page.locator("h1").inner_text() in never_made


# --- Editors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pages", ["en"], indirect=True)
def test_an_editor_sees_a_page_as_somebody_else(sign_in, pages):
    editor = sign_in("editor", viewport=DESK)
    editor.goto(pages.paths["GREEN"])
    expect(editor.locator("h1")).to_contain_text("GREEN")
    editor.goto(f"/en/view-as/?next={pages.paths['GREEN']}")
    look_at_admin(editor, "en-30-view-as")
    editor.locator("input[name=persona][value=visitor]").check()
    press(editor)
    # To a visitor the page is unknown; the notice on top leads out again.
    expect(editor.locator(".viewed-as")).to_be_visible()
    expect(editor.locator("main .tlp")).to_have_count(0)
    look_at_admin(editor, "en-31-as-a-visitor")
    editor.goto("/en/view-as/?next=/en/")
    editor.locator("input[name=persona][value=member]").check()
    press(editor)
    editor.goto(pages.paths["GREEN"])
    expect(editor.locator(".reading__header .tlp")).to_have_text("TLP:GREEN")
    assert editor.goto(pages.paths["AMBER"]).status == 404
    press(editor, ".viewed-as button")
    expect(editor.locator(".viewed-as")).to_have_count(0)


@pytest.mark.parametrize("pages", ["en"], indirect=True)
def test_the_panel_says_who_could_read_before_it_is_saved(sign_in, pages):
    editor = sign_in("editor", viewport=DESK)
    editor.goto(f"/admin/pages/{pages.numbers['GREEN']}/edit/")
    editor.get_by_role("tab", name="Readers and publishing").click()
    marking, groups = editor.locator("#id_marking"), editor.locator("[data-names=AMBER]")
    sentence, warning = editor.locator("[data-readership-sentence]"), editor.locator("[data-readership-warning]")
    expect(groups).to_be_hidden()
    expect(warning).to_be_hidden()
    marking.locator("input[value=AMBER]").check()
    expect(groups).to_be_visible()
    expect(editor.locator("[data-names=RED]")).to_be_hidden()
    expect(sentence).to_have_text("Nobody but editors can read this.")
    groups.get_by_label(GROUP).check()
    expect(sentence).to_contain_text("1 group")
    expect(warning).to_be_hidden()
    take_picture(editor, "en-32-panel-amber")
    marking.locator("input[value=CLEAR]").check()
    expect(groups).to_be_hidden()
    expect(warning).to_be_visible()
    take_picture(editor, "en-33-panel-wider")
    # Without a reason it does not go on to anybody else.
    editor.locator("footer").get_by_role("button", name="More actions").click()
    editor.get_by_role("button", name=re.compile("Submit to")).click()
    editor.get_by_role("tab", name="Readers and publishing").click()
    expect(editor.locator("[id$=marking_reason-errors]")).not_to_be_empty()
    expect(editor.locator("[id$=marking_reason-errors]")).to_be_visible()
    take_picture(editor, "en-34-reason-asked")
