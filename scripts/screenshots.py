#!/usr/bin/env python3
"""Take pictures of the running demo.

    make demo                        in one terminal
    make screenshots                 in another: the pictures that README.md shows, into docs/screenshots/
    scripts/screenshots.py --all     every page type, four languages, desk and phone, day and night, for looking
                                     through; into var/screenshots/

CHROMIUM names the browser when it is not on PATH, PORT the demo's port when it is not 8000.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sys
import urllib.error
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Error, Page, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
LANGUAGES = ("en", "ar", "es", "fr")
# Kind of page → its address in English; in other languages it is where the page's own menu leads.
PAGES = {
    "home": "/en/",
    "section": "/en/case-studies/",
    "article": "/en/best-practices/i-have-it-now-five-handovers/",
    "case-study": "/en/case-studies/one-inspector-for-three-island-states/",
    "series": "/en/webinars/chemical-security-in-a-pandemic/",
    "recording": "/en/webinars/chemical-security-in-a-pandemic/closed-gates-open-duties/",
    "topics": "/en/topics/",
    "topic": "/en/topics/security-culture/",
    "countries": "/en/countries/",
    "country": "/en/countries/fj/",
    "standard-page": "/en/annual-meetings/",
    "search": "/en/search/?q=laboratory",
    "search-nothing": "/en/search/?q=qqzzqqzz",
    "sign-in": "/en/accounts/login/",
    "unknown-address": "/en/nothing-is-here/",
}
# What a member of the demo sees of their own.
OWN_PAGES = {"my-page": "/en/account/", "saved-items": "/en/my/saved/", "lists": "/en/my/lists/"}
MEMBER = ("member@example.org", "quiet-harbour-lantern-27")
README_PICTURES = [("home", "en"), ("article", "ar")]
# High enough to show what is below the first picture.
README_SCREEN = {"width": 1280, "height": 1220}
SCREENS = {"desk": {"width": 1280, "height": 860}, "phone": {"width": 360, "height": 740}}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """Find the browser that is installed on this machine."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def answers(base: str) -> bool:
    """Say whether the demo is up."""
    try:
        with urllib.request.urlopen(f"{base}/healthz", timeout=10) as answer:  # noqa: S310 - built from a port
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def open_page(page: Page, kind: str, language: str) -> None:
    """Open a page in a language, with all its pictures, also those a reader would have to scroll to."""
    page.goto(({**PAGES, **OWN_PAGES})[kind], wait_until="networkidle")
    if language != "en":
        link = page.locator(f".languages a[hreflang={language}]")
        page.goto(link.get_attribute("href") or "", wait_until="networkidle")
    page.evaluate("document.querySelectorAll('img[loading=lazy]').forEach((image) => { image.loading = 'eager'; })")
    page.evaluate("Promise.all([...document.images].map((image) => image.decode().catch(() => null)))")


def sign_in(page: Page) -> None:
    """Sign in as the demo's member."""
    page.goto("/en/accounts/login/")
    page.locator("#id_login").fill(MEMBER[0])
    page.locator("#id_password").fill(MEMBER[1])
    page.locator("main button[type=submit]").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def keep(page: Page, file: Path, *, whole: bool) -> None:
    """Write a picture as WebP, a quarter of the size of a PNG: of the whole page, or of what the screen shows."""
    picture = Image.open(io.BytesIO(page.screenshot(full_page=whole))).convert("RGB")
    picture.save(file, quality=82, method=6)
    print(file.relative_to(PROJECT) if file.is_relative_to(PROJECT) else file)


def take_for_readme(browser: Browser, base: str, target: Path) -> None:
    """Take the pictures that README.md shows."""
    for kind, language in README_PICTURES:
        context = browser.new_context(base_url=base, locale=language, viewport=README_SCREEN)  # type: ignore[arg-type]
        page = context.new_page()
        open_page(page, kind, language)
        keep(page, target / f"{kind}-{language}.webp", whole=False)
        context.close()


def take_all(browser: Browser, base: str, target: Path) -> None:
    """Take every page type in four languages, on a desk and a phone, by day and by night."""
    for screen, size in SCREENS.items():
        for scheme in ("light", "dark"):
            for language in LANGUAGES:
                context = browser.new_context(
                    base_url=base,
                    locale=language,
                    viewport=size,  # type: ignore[arg-type]
                    color_scheme=scheme,
                )
                page = context.new_page()
                for kind in [*PAGES, *OWN_PAGES]:
                    if kind == next(iter(OWN_PAGES)):
                        sign_in(page)
                    open_page(page, kind, language)
                    keep(page, target / f"{kind}-{language}-{screen}-{scheme}.webp", whole=True)
                context.close()


def main() -> int:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS
    )
    parser.add_argument("--all", action="store_true", help="every page type, into var/screenshots/")
    parser.add_argument("--target", type=Path, help="another folder")
    options = parser.parse_args()
    base = f"http://127.0.0.1:{int(os.environ.get('PORT') or 8000)}"
    chromium = find_chromium()
    if chromium is None:
        print("screenshots: no Chromium found: install it, or name it in CHROMIUM", file=sys.stderr)
        return 1
    if not answers(base):
        print(f"screenshots: nothing answers at {base}: start `make demo` in another terminal", file=sys.stderr)
        return 1
    target = options.target or PROJECT / ("var/screenshots" if options.all else "docs/screenshots")
    target.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            (take_all if options.all else take_for_readme)(browser, base, target)
        except Error as error:
            print(f"screenshots: {error.message}", file=sys.stderr)
            return 1
        finally:
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
