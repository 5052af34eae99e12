"""A question, and the way to what answers it: with script and without, in English and in Arabic."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import RULES, barriers, overflowing

pytestmark = [pytest.mark.browser]

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
WORDS = {"en": "warehouse", "ar": "تخزين"}
SAID = {"en": "headteacher chemical store", "ar": "المخزن"}
SUBJECTS = {"en": "stor", "ar": "التخ"}


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def number_found(page: Page) -> int:
    """Return how many results a page says there are; Arabic says one and two without a figure."""
    text = page.locator(".count").inner_text().translate(str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789"))
    return int(re.sub(r"\D", "", text) or page.locator(".hit").count())


@pytest.mark.parametrize("language", ["en", "ar"])
def test_with_script_filters_work_at_once_and_say_so(visit, language):
    reader = visit(language, viewport=DESK)
    reader.goto(f"/{language}/search/?q={WORDS[language]}")
    everything = number_found(reader)
    status = reader.locator(".count").element_handle()
    box = reader.locator("input[name=type][value=casestudy]")
    count = int(box.locator("xpath=../span[2]").inner_text())
    assert 0 < count < everything
    box.check()
    expect(reader.locator(".chips")).to_be_visible()
    assert asked(reader)["type"] == ["casestudy"]
    assert number_found(reader) == count
    # The line with the number is the one it was, so that a screen reader says the new number.
    assert status.evaluate("element => element.isConnected")
    expect(box).to_be_focused()
    reader.locator("#sort").select_option("used")
    reader.wait_for_url("**sort=used**")
    reader.locator(".chips a").first.click()
    reader.wait_for_url(lambda url: "casestudy" not in url)
    assert number_found(reader) == everything
    assert [*barriers(reader, RULES), *overflowing(reader)] == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_without_script_the_form_holds_all_of_it(visit, language):
    reader = visit(language, viewport=PHONE, java_script_enabled=False)
    reader.goto(f"/{language}/search/?q={WORDS[language]}")
    everything = number_found(reader)
    reader.locator(".facets > summary").click()
    reader.locator("input[name=type][value=casestudy]").check()
    reader.locator("#published-from").fill("2015-01-01")
    reader.locator(".facets button[type=submit]").click()
    question = asked(reader)
    assert (question["q"], question["type"], question["from"]) == ([WORDS[language]], ["casestudy"], ["2015-01-01"])
    assert number_found(reader) < everything
    expect(reader.locator(".chips li")).to_have_count(3)
    reader.locator(".chips__all").click()
    assert number_found(reader) == everything


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_sentence_that_was_said_opens_the_recording_there(visit, language):
    reader = visit(language, viewport=PHONE)
    reader.goto(f"/{language}/search/?q={SAID[language]}&type=webinarrecording")
    hit = reader.locator(".hit:has(.hit__passage)").first
    expect(hit.locator("q mark").first).to_be_visible()
    link = hit.locator(".hit__passage a")
    second = parse_qs(urlsplit(link.get_attribute("href")).query)["t"]
    assert [*barriers(reader, RULES), *overflowing(reader)] == []
    link.click()
    expect(reader.locator("#player")).to_be_visible()
    assert asked(reader)["t"] == second


@pytest.mark.parametrize("language", ["en", "ar"])
def test_subjects_are_offered_while_typing(visit, language):
    reader = visit(language, viewport=DESK)
    reader.goto(f"/{language}/search/")
    reader.locator("#search-text").press_sequentially(SUBJECTS[language], delay=20)
    option = reader.get_by_role("option").filter(has=reader.locator("small")).first
    expect(option).to_be_visible()
    option.click()
    reader.wait_for_url(re.compile("[?&](topic|sector)="))
    expect(reader.locator(".hit").first).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_found_is_not_the_end(visit, language):
    reader = visit(language, viewport=PHONE)
    reader.goto(f"/{language}/search/?q=qqzzqqzz")
    expect(reader.locator(".empty")).to_be_visible()
    assert [*barriers(reader, RULES), *overflowing(reader)] == []
    reader.locator(".empty__ways .tags a").first.click()
    expect(reader.locator(".hit").first).to_be_visible()


def test_a_slip_of_the_keys_is_understood(visit):
    reader = visit("en", viewport=DESK)
    reader.goto("/en/search/?q=warehuose")
    reader.locator(".results .notice a").click()
    reader.wait_for_url("**q=warehouse**")
    expect(reader.locator(".hit").first).to_be_visible()
