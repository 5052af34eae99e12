"""A member watches, listens and reads: series, playing, seeking, captions, sentences, links to a second, no script."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Response, expect

pytestmark = [pytest.mark.browser]

STATE = "video => ({time: video.currentTime, paused: video.paused, error: video.error && video.error.message})"


def open_series(page: Page, language: str) -> None:
    """Go from the home page to the first series, by the menu."""
    page.goto(f"/{language}/")
    page.locator(".menu a").nth(2).click()
    page.goto(page.locator(".card__title a[href*='/']").last.get_attribute("href"))
    expect(page.locator(".episodes")).to_be_visible()


def wait_for_time(page: Page, least: float) -> None:
    page.wait_for_function("least => document.querySelector('video').currentTime >= least", arg=least)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_member_watches_reads_and_shares_a_second(sign_in, visit, language):
    member = sign_in("member", language)
    member.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_series(member, language)
    parts: list[Response] = []
    member.on("response", lambda answer: parts.append(answer) if "/media/media/" in answer.url else None)
    member.locator(".episode__title a").first.click()
    expect(member.locator("h1")).to_be_visible()
    video = member.locator("video")
    assert video.evaluate("video => getComputedStyle(video).direction") == "ltr"

    # Play.
    video.evaluate("video => { video.muted = true; return video.play() }")
    wait_for_time(member, 0.5)
    # Seek: the browser asks for the part it needs, and is given it.
    length = video.evaluate("video => video.duration")
    video.evaluate("(video, time) => { video.currentTime = time }", length - 40)
    wait_for_time(member, length - 39.5)
    assert video.evaluate(STATE)["error"] is None
    assert {answer.status for answer in parts} == {206}
    # The sentence being said is marked.
    current = member.locator(".transcript__text a[aria-current]")
    expect(current).to_have_count(1)
    assert abs(int(current.get_attribute("data-start")) / 1000 - (length - 39)) < 12

    # Captions in Arabic.
    video.evaluate(
        "video => { for (const track of video.textTracks)"
        " if (track.kind === 'captions') track.mode = track.language === 'ar' ? 'showing' : 'disabled' }"
    )
    member.wait_for_function(
        "() => [...document.querySelector('video').textTracks].some("
        "track => track.language === 'ar' && track.kind === 'captions' && track.activeCues && track.activeCues.length)"
    )
    said = video.evaluate(
        "video => [...video.textTracks].find(track => track.language === 'ar' && track.kind === 'captions')"
        ".activeCues[0].text"
    )
    assert re.search(r"[\u0600-\u06ff]", said)

    # A click on a sentence goes there.
    sentence = member.locator(".transcript__text a").nth(12)
    start = int(sentence.get_attribute("data-start")) / 1000
    sentence.click()
    member.wait_for_function("start => Math.abs(document.querySelector('video').currentTime - start) < 3", arg=start)
    video.evaluate("video => video.pause()")
    # With the keyboard, too: arrows from sentence to sentence, Enter goes there.
    sentence.focus()
    member.keyboard.press("ArrowDown")
    member.keyboard.press("Enter")
    following = int(member.locator(".transcript__text a").nth(13).get_attribute("data-start")) / 1000
    member.wait_for_function(
        "start => Math.abs(document.querySelector('video').currentTime - start) < 3", arg=following
    )
    video.evaluate("video => video.pause()")

    # The transcript in another language, in its own direction; the page stays what it is.
    other = "ar" if language == "en" else "en"
    member.locator(f".transcript__languages a[hreflang={other}]").click()
    text = member.locator(f".transcript__text[lang={other}]")
    expect(text).to_have_attribute("dir", "rtl" if other == "ar" else "ltr")
    expect(member.locator("html")).to_have_attribute("lang", language)
    member.locator("#transcript-search").fill("الباب" if other == "ar" else "monday")
    expect(member.locator(".transcript [data-told]")).not_to_be_empty()

    # Whoever comes back goes on where they stopped.
    member.wait_for_timeout(500)
    member.reload()
    resume = member.locator("[data-resume]")
    expect(resume).to_be_visible()
    resume.click()
    wait_for_time(member, following - 1)
    member.locator("video").evaluate("video => video.pause()")

    # A link to this second, opened by somebody else.
    member.locator("[data-link]").click()
    expect(member.locator("[data-status]")).not_to_be_empty()
    link = member.evaluate("navigator.clipboard.readText()")
    second = int(parse_qs(urlsplit(link).query)["t"][0])
    assert abs(second - following) <= 6
    somebody = visit(language)
    somebody.goto(link)
    expect(somebody.locator("video")).to_have_attribute("data-start", str(second))
    somebody.locator("video").evaluate("video => { video.muted = true; return video.play() }")
    wait_for_time(somebody, second - 0.5)
    assert somebody.locator("video").evaluate("video => video.currentTime") < second + 8
    expect(somebody.locator(".transcript__text a[aria-current]")).to_have_count(1)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_recording_is_read_without_script(visit, language):
    visitor = visit(language, java_script_enabled=False)
    open_series(visitor, language)
    visitor.goto(visitor.locator(".episode__title a").first.get_attribute("href"))
    assert visitor.locator(".transcript__text a").count() > 70
    assert visitor.locator("video track[kind=captions]").count() == 4
    expect(visitor.locator("[data-tools]").first).to_be_hidden()
    chapter = visitor.locator(".chapters a").nth(2)
    second = int(chapter.get_attribute("data-start")) // 1000
    chapter.click()
    assert visitor.locator("video source").first.get_attribute("src").endswith(f"#t={second}")
    visitor.locator(".transcript__languages a[hreflang=fr]").click()
    expect(visitor.locator(".transcript__text")).to_have_attribute("lang", "fr")


def test_keys_work_in_the_player_and_nowhere_else(visit):
    visitor = visit("en")
    open_series(visitor, "en")
    visitor.locator(".episode__title a").first.click()
    video = visitor.locator("video")
    video.evaluate("video => { video.muted = true }")
    visitor.locator("#header-search").focus()
    visitor.keyboard.press("k")
    assert video.evaluate("video => video.paused")
    visitor.locator(".chapters a").first.focus()
    visitor.keyboard.press("k")
    visitor.wait_for_function("() => !document.querySelector('video').paused")
    visitor.keyboard.press("l")
    wait_for_time(visitor, 9)
    visitor.keyboard.press(">")
    assert video.evaluate("video => video.playbackRate") == 1.25
    visitor.keyboard.press("k")
    visitor.wait_for_function("() => document.querySelector('video').paused")
