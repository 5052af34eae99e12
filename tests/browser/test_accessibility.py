"""Every page type, in both directions, on a phone and on a desk, by day and by night: no barrier that axe can find."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser]

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
# WCAG 2.2 AA, and what axe counts as good practice besides.
RULES = {"resultTypes": ["violations"]}
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block", "target-size"]}

# Kind of page → its address in English; the address in Arabic is the one its language menu offers.
PUBLIC = {
    "home": "/en/",
    "section": "/en/case-studies/",
    "section, nothing left": "/en/best-practices/?year=1999",
    "article": "/en/best-practices/habits-not-posters/",
    "article with figures": "/en/best-practices/i-have-it-now-five-handovers/",
    "case study": "/en/case-studies/one-inspector-for-three-island-states/",
    "series": "/en/webinars/chemical-security-in-a-pandemic/",
    "recording": "/en/webinars/chemical-security-in-a-pandemic/closed-gates-open-duties/",
    "recording from a second on": "/en/webinars/new-vulnerabilities/whose-room-is-it/?t=90&transcript=ar",
    "topics": "/en/topics/",
    "topic": "/en/topics/cooperation/",
    "topic, nothing there": "/en/topics/risk-assessment/",
    "countries": "/en/countries/",
    "country": "/en/countries/fj/",
    "comparison, nothing chosen": "/en/compare/",
    "standard page": "/en/annual-meetings/",
    "search with results": "/en/search/?q=&type=article",
    "search, nothing found": "/en/search/?q=qqzzqqzz",
    "search, wrong input": "/en/search/?q=&topic=no-such-topic",
    "sign-in": "/en/accounts/login/",
    "password forgotten": "/en/accounts/password/reset/",
    "application": "/en/apply/",
    "application on its way": "/en/apply/sent/",
    "link that cannot be used": "/en/invitation/nothing/",
    "unknown address": "/en/nothing-is-here/",
}
MEMBERS = {
    "article for members": "/en/best-practices/regulators-and-online-marketplaces/",
    "my page": "/en/account/",
    "saved items": "/en/my/saved/",
    "lists": "/en/my/lists/",
    "what is remembered": "/en/my/history/",
    "membership": "/en/account/confirm/",
    "change of password": "/en/accounts/password/change/",
    "second factor": "/en/accounts/2fa/",
    "passkeys": "/en/accounts/2fa/webauthn/",
    "sessions": "/en/accounts/sessions/",
    "asked again who one is": "/en/accounts/reauthenticate/",
    "own profile": "/en/account/profile/",
    "sign out": "/en/accounts/logout/",
    "untranslated": "/en/case-studies/night-guards-as-partners/",
}


@pytest.fixture(scope="module")
def visitor(browser, browser_context_args) -> Iterator[Page]:
    """One browser for all these tests: nothing they do depends on what was before."""
    context = browser.new_context(**browser_context_args, locale="en")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def member(browser, browser_context_args, accounts) -> Iterator[Page]:
    """The same for a member, who is signed in."""
    context = browser.new_context(**browser_context_args, locale="en")
    page = context.new_page()
    page.goto("/en/accounts/login/")
    email, password = accounts["member"]
    page.locator("#id_login").fill(email)
    page.locator("#id_password").fill(password)
    page.locator("main button[type=submit]").click()
    expect(page.locator(".account-link")).to_have_text("My page")
    yield page
    context.close()


def open_in(page: Page, address: str, language: str) -> None:
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light")
    page.goto(address)
    if language != "en":
        page.goto(page.locator(f".languages a[hreflang={language}]").get_attribute("href"))
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("h1")).to_have_count(1)


def barriers(page: Page, options: dict) -> list[str]:
    """What axe finds, each as rule: element. A page that is still being read is waited for."""
    page.wait_for_load_state()
    found = Axe().run(page, options=options).response["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def overflowing(page: Page) -> list[str]:
    """Elements that make the page wider than the screen."""
    return page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= width) return [];
            return [...document.querySelectorAll("body *")]
                .filter((each) => {
                    const box = each.getBoundingClientRect();
                    return box.right > width + 1 || box.left < -1;
                })
                .map((each) => each.outerHTML.slice(0, 120));
        }"""
    )


def check(page: Page, address: str, language: str) -> None:
    open_in(page, address, language)
    found = {"desk": barriers(page, RULES)}
    page.set_viewport_size(PHONE)
    found["phone"] = barriers(page, RULES)
    found["too wide"] = overflowing(page)
    page.emulate_media(color_scheme="dark")
    found["dark"] = barriers(page, COLOURS)
    assert {name: problems for name, problems in found.items() if problems} == {}


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("kind", PUBLIC)
def test_a_page_has_no_barriers(visitor, kind, language):
    check(visitor, PUBLIC[kind], language)


@pytest.mark.parametrize(
    ("kind", "language"),
    [(kind, language) for kind in MEMBERS for language in ("en", "ar") if (kind, language) != ("untranslated", "en")],
)
def test_a_page_for_members_has_no_barriers(member, kind, language):
    check(member, MEMBERS[kind], language)


def test_the_narrow_screen_is_checked_for_real(visitor):
    """Something too wide is found, so that the checks above can fail."""
    open_in(visitor, "/en/", "en")
    visitor.set_viewport_size(PHONE)
    visitor.evaluate("document.querySelector('h1').style.inlineSize = '500px'")
    assert any(element.startswith("<h1") for element in overflowing(visitor))


def test_the_colours_at_night_are_checked_for_real(visitor):
    """A grey that is too pale at night is found, so that the checks above can fail."""
    open_in(visitor, "/en/", "en")
    visitor.emulate_media(color_scheme="dark")
    visitor.evaluate("document.querySelector('h1').style.color = '#444'")
    assert any(problem.startswith("color-contrast: <h1") for problem in barriers(visitor, COLOURS))


def dark(page: Page) -> bool:
    return page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(253, 252, 250)"


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_the_page_follows_the_scheme_of_the_device(visitor, scheme, is_dark):
    visitor.goto("/en/")
    visitor.emulate_media(color_scheme=scheme)
    assert dark(visitor) is is_dark


def test_text_can_be_twice_as_large(visit: Callable[..., Page]):
    """WCAG 1.4.4 and 1.4.10: at 200 % of the text size nothing is cut off and nothing scrolls sideways."""
    reader = visit("en", viewport={"width": 640, "height": 900})
    reader.goto("/en/best-practices/habits-not-posters/")
    reader.evaluate("document.documentElement.style.fontSize = '200%'")
    assert overflowing(reader) == []
