"""Reading with what one has: a keyboard only, no script, a slow line, and no wish to be watched."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

pytestmark = [pytest.mark.browser]

ARTICLE = "/en/best-practices/habits-not-posters/"
ARTICLE_TITLE = "Habits, not posters"
MAX_BYTES = 60 * 1024
# One of each kind of page, and the files beside them.
ADDRESSES = [
    "/en/",
    "/ar/",
    "/en/case-studies/",
    ARTICLE,
    "/en/best-practices/i-have-it-now-five-handovers/",
    "/en/case-studies/one-inspector-for-three-island-states/",
    "/en/about/",
    "/en/search/?q=laboratory",
    "/en/accounts/login/",
    "/en/nothing-is-here/",
    "/fr/search/?q=qqzzqqzz",
]


def titles(page: Page) -> Locator:
    return page.locator(".hit__title a, .card__title a")


def question(page: Page) -> dict[str, list[str]]:
    """What the address of the page that is open asks for."""
    return parse_qs(urlsplit(page.url).query)


# --- With a keyboard only ---------------------------------------------------------------------------


def tab_to(page: Page, wanted: Locator, *, limit: int = 80) -> None:
    """Press Tab until something has the focus; it must be visible that it has."""
    for _press in range(limit):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            break
    expect(wanted).to_be_focused()
    assert wanted.evaluate(
        """element => {
            const shows = (each) => each && getComputedStyle(each).outlineStyle !== "none";
            return shows(element) || shows(element.closest(".card"));
        }"""
    ), "nobody can see where the focus is"


def test_the_first_stop_of_a_keyboard_leads_past_the_menus(visit):
    reader = visit()
    reader.goto(ARTICLE)
    skip = reader.get_by_role("link", name="Skip to the content")
    assert skip.bounding_box()["y"] < 0
    reader.keyboard.press("Tab")
    expect(skip).to_be_focused()
    assert skip.bounding_box()["y"] >= 0
    reader.keyboard.press("Enter")
    expect(reader.locator("#main")).to_be_focused()
    # The next stop is in the content, not in the header.
    reader.keyboard.press("Tab")
    assert reader.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize(("language", "typed"), [("en", "habi"), ("ar", "عادا")])
def test_completions_are_chosen_with_the_arrow_keys(visit, language, typed):
    reader = visit(language)
    reader.goto(f"/{language}/")
    box = reader.locator("input[data-completions]").first
    tab_to(reader, box)
    expect(box).to_have_attribute("aria-expanded", "false")
    reader.keyboard.type(typed, delay=20)
    expect(box).to_have_attribute("aria-expanded", "true")
    options = reader.get_by_role("option")
    reader.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    title = options.first.inner_text()
    reader.keyboard.press("Enter")
    expect(reader.locator("h1")).to_have_text(title)


def test_completions_close_with_escape_and_leave_the_search_as_typed(visit):
    reader = visit()
    reader.goto("/en/")
    box = reader.locator("input[data-completions]").first
    tab_to(reader, box)
    reader.keyboard.type("habi", delay=20)
    expect(reader.get_by_role("listbox")).to_be_visible()
    reader.keyboard.press("Escape")
    expect(reader.get_by_role("listbox")).to_have_count(0)
    reader.keyboard.press("Enter")
    reader.wait_for_url("**/en/search/?q=habi")


def test_facets_are_chosen_with_the_space_bar(visit):
    reader = visit()
    reader.goto("/en/search/?q=")
    facet = reader.get_by_role("checkbox", name=re.compile("^Case study"))
    tab_to(reader, facet)
    reader.keyboard.press("Space")
    apply = reader.get_by_role("button", name="Apply")
    tab_to(reader, apply)
    reader.keyboard.press("Enter")
    reader.wait_for_url("**type=casestudy**")
    expect(reader.get_by_role("checkbox", name=re.compile("^Case study"))).to_be_checked()
    expect(titles(reader).first).to_be_visible()
    tab_to(reader, titles(reader).first)


# --- Without a script -------------------------------------------------------------------------------


@pytest.fixture
def without_script(visit) -> Callable[..., Page]:
    return lambda **options: visit(java_script_enabled=False, **options)


def test_search_facets_and_paging_need_no_script(without_script):
    reader = without_script()
    reader.goto("/en/")
    reader.locator("input[name=q]").first.fill("laboratory")
    reader.locator("form[role=search] button").first.click()
    expect(titles(reader).filter(has_text=ARTICLE_TITLE)).to_be_visible()
    reader.get_by_text("Narrow down").click()
    reader.get_by_role("checkbox", name=re.compile("^Best practice")).check()
    reader.locator("#sort").select_option("newest")
    reader.get_by_role("button", name="Apply").click()
    asked = question(reader)
    assert (asked["q"], asked["type"], asked["sort"]) == (["laboratory"], ["article"], ["newest"])
    expect(reader.locator(".hit .card__kind").first).to_contain_text("Best practice")
    reader.get_by_role("link", name="Remove: Best practice").click()
    assert "type" not in question(reader)
    reader.goto("/en/search/?q=")
    reader.get_by_role("link", name="Next", exact=True).click()
    assert question(reader)["page"] == ["2"]
    expect(titles(reader).first).to_be_visible()


def test_filters_of_a_section_need_no_script(without_script):
    reader = without_script()
    reader.goto("/en/case-studies/")
    everything = titles(reader).all_inner_texts()
    reader.locator("#filter-country").select_option(label="Kenya")
    reader.get_by_role("button", name="Filter").click()
    assert question(reader)["country"] == ["KE"]
    some = titles(reader).all_inner_texts()
    assert some
    assert set(some) < set(everything)
    reader.get_by_role("link", name="Show everything").click()
    assert titles(reader).all_inner_texts() == everything


def test_signing_in_reading_and_signing_out_need_no_script(without_script, sign_in):
    member = sign_in("member", java_script_enabled=False)
    member.goto("/en/case-studies/the-ninth-key/")
    expect(member.locator("h1")).to_contain_text("The ninth key")
    member.locator(".languages a[hreflang=ar]").click()
    expect(member.locator("html")).to_have_attribute("dir", "rtl")
    expect(member.locator("h1")).to_contain_text("المفتاح التاسع")
    member.goto("/en/account/")
    member.get_by_role("link", name="Sign out").click()
    member.get_by_role("button", name="Sign out").click()
    expect(member.locator(".account-link")).to_have_text("Sign in")


def test_the_parts_of_a_page_are_one_link_away_without_a_script(without_script):
    reader = without_script()
    reader.goto(ARTICLE)
    link = reader.locator(".contents a").last
    name = link.inner_text()
    link.click()
    assert urlsplit(reader.url).fragment
    expect(reader.get_by_role("heading", name=name, exact=True)).to_be_in_viewport()


# --- Alone, and on a slow line ----------------------------------------------------------------------


def complaints(page: Page) -> list[str]:
    """What the browser says in its console from now on: errors, and what the policy for content refused."""
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # That the page itself is unknown is reported too; a file of it that is unknown has another address.
        is_the_page = message.location["url"] == page.url and "status of 404" in message.text
        if message.type in {"error", "warning"} and not is_the_page:
            said.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def check_quiet(page: Page, hub_url: str, addresses: list[str]) -> None:
    asked: list[str] = []
    said = complaints(page)
    page.on("request", lambda request: asked.append(request.url))
    for address in addresses:
        page.goto(address, wait_until="networkidle")
    assert said == []
    assert [url for url in asked if not url.startswith((hub_url, "data:"))] == []
    assert len(asked) > len(addresses), "no style sheet, script or picture was asked for"


def test_no_page_asks_others_or_breaks_the_policy_for_content(visit, hub):
    check_quiet(visit(), hub.url, ADDRESSES)


def test_no_page_of_an_editor_asks_others_or_breaks_the_policy_for_content(sign_in, hub):
    """Editors have Wagtail's own button on every page."""
    check_quiet(sign_in("editor"), hub.url, ["/en/", ARTICLE, "/ar/", "/en/account/"])


def test_the_policy_for_content_is_in_force(new_context):
    reader = new_context(locale="en").new_page()  # Not by `visit`, which takes a breach for a failure.
    said = complaints(reader)
    reader.goto("/en/")
    reader.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
        }"""
    )
    assert reader.evaluate("window.ran") is None
    assert any("Content Security Policy" in text for text in said)


@pytest.mark.parametrize(
    "address", [ARTICLE, "/en/case-studies/one-inspector-for-three-island-states/", "/ar/", "/en/search/?q="]
)
def test_a_first_visit_loads_no_more_than_60_kib_besides_pictures(visit, address):
    reader = visit()
    finished: list[Request] = []
    reader.on("requestfinished", lambda request: finished.append(request))
    answer = reader.goto(address, wait_until="networkidle")
    assert answer.status == 200
    loaded = {
        urlsplit(request.url).path: sum(request.sizes()[part] for part in ("responseBodySize", "responseHeadersSize"))
        for request in finished
        if request.resource_type != "image"
    }
    assert len(loaded) >= 3, loaded
    assert sum(loaded.values()) <= MAX_BYTES, loaded
