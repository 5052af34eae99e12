"""A member saves, finds it again in another language, and says that it was useful; with and without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser]

ARTICLE = "/en/best-practices/habits-not-posters/"
TITLE = "Habits, not posters"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_saved_with_a_press_and_found_on_ones_page(sign_in, language):
    member = sign_in("expert", language)
    member.goto(ARTICLE)
    if language == "ar":
        member.goto(member.locator(".languages a[hreflang=ar]").get_attribute("href"))
    title = member.locator("h1").inner_text()
    button = member.locator(".keep button")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.focus()
    member.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(member.locator(".keep [role=status]")).not_to_be_empty()
    expect(button).to_be_focused()
    member.goto(f"/{language}/account/")
    expect(member.locator("[aria-labelledby=saved] .kept__title")).to_have_text(title)
    member.goto("/es/account/")
    expect(member.locator("[aria-labelledby=saved] .kept__title")).to_have_count(1)
    member.goto(ARTICLE)
    button = member.locator(".keep button")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_saved_without_a_script(sign_in):
    member = sign_in("editor", java_script_enabled=False)
    member.goto(ARTICLE)
    expect(member.locator(".keep button")).to_have_count(0)
    member.locator(".keep a").click()
    member.locator("#id_new_list").fill("For Monday")
    member.locator("main button[type=submit]").click()
    expect(member.locator("h1")).to_have_text(TITLE)
    member.locator(".account-link a").click()
    expect(member.locator("[aria-labelledby=saved]")).to_contain_text(TITLE)
    expect(member.locator("[aria-labelledby=lists]")).to_contain_text("For Monday")


def test_a_visitor_says_that_it_was_useful_and_why(visit):
    visitor = visit()
    visitor.goto(ARTICLE)
    visitor.locator(".useful button[value=yes]").click()
    comment = visitor.locator(".useful textarea")
    expect(comment).to_be_focused()
    expect(visitor.locator(".useful [role=status]")).not_to_be_empty()
    comment.fill("We tried it.")
    visitor.locator(".useful button[type=submit]").click()
    expect(visitor.locator(".messages")).to_contain_text("Thank you")
    expect(visitor.locator("h1")).to_have_text(TITLE)
