"""What members do with a search: keep it, find it again, ask for a translation, ask the experts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import RULES, barriers, overflowing
from tests.browser.test_search import DESK, PHONE, WORDS

pytestmark = [pytest.mark.browser]
MEMBER = "member"


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("with_script", [True, False])
def test_a_member_keeps_a_search_and_finds_it_again(sign_in, language, with_script):
    member = sign_in(MEMBER, language, viewport=PHONE, java_script_enabled=with_script)
    member.goto(f"/{language}/search/?q={WORDS[language]}")
    member.locator("a[href*='/search/save/']").click()
    member.wait_for_url("**/search/save/**")
    if with_script:
        assert [*barriers(member, RULES), *overflowing(member)] == []
    name = f"{language} {with_script}"
    member.locator("[name=name]").fill(name)
    member.locator("[name=frequency][value=daily]").check()
    member.locator("main form button").first.click()
    member.wait_for_url(f"**/{language}/account/searches/")
    if with_script:
        assert [*barriers(member, RULES), *overflowing(member)] == []
    member.get_by_role("link", name=name, exact=True).click()
    expect(member.locator("#search-text")).to_have_value(WORDS[language])
    expect(member.locator(".hit").first).to_be_visible()
    member.goto(f"/{language}/account/searches/")
    member.locator(".saved-search", has_text=name).locator("a").last.click()
    member.locator("button[name=delete]").click()
    member.wait_for_url(f"**/{language}/account/searches/")
    expect(member.locator(".saved-search", has_text=name)).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_who_finds_nothing_asks_the_experts(sign_in, language):
    member = sign_in(MEMBER, language, viewport=PHONE)
    member.goto(f"/{language}/search/?q=qqzzqqzz")
    member.locator(".empty__ways a[href*='/account/questions/']").click()
    expect(member.locator("textarea[name=text]")).to_have_value("qqzzqqzz")
    assert [*barriers(member, RULES), *overflowing(member)] == []


def test_an_untranslated_hit_can_be_asked_for(sign_in):
    member = sign_in(MEMBER, "ar", viewport=PHONE)
    member.goto("/ar/search/?q=&language=en&sort=newest")
    member.locator("a[href*='/translation/ask/']").first.click()
    member.wait_for_url("**/translation/ask/**")
    assert [*barriers(member, RULES), *overflowing(member)] == []
    member.locator("main form button").click()
    expect(member.locator("[role=status], .messages").first).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_was_searched_for_last_is_offered_and_forgotten(visit, language):
    reader = visit(language, viewport=DESK)
    reader.goto(f"/{language}/search/?q={WORDS[language]}")
    reader.goto(f"/{language}/search/")
    box = reader.locator("#search-text")
    box.focus()
    options = reader.locator(".completions [role=option]")
    expect(options).to_have_count(2)
    assert [*barriers(reader, RULES), *overflowing(reader)] == []
    reader.keyboard.press("ArrowDown")
    reader.keyboard.press("Enter")
    reader.wait_for_url("**q=**")
    reader.goto(f"/{language}/search/")
    box.focus()
    reader.keyboard.press("ArrowUp")
    reader.keyboard.press("ArrowDown")
    reader.keyboard.press("ArrowDown")
    reader.keyboard.press("Enter")
    expect(options).to_have_count(0)
    reader.reload()
    box.focus()
    expect(options).to_have_count(0)
