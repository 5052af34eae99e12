#!/usr/bin/env python3
"""Take pictures of the running demo in its four languages, on a desk and on a phone.

    make demo                                   in one terminal
    make screenshots                            in another
    scripts/screenshots.py --path /search/?q=   only these pages (each under every language)

The pictures go to docs/screenshots/. CHROMIUM names the browser when it is not on PATH.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
LANGUAGES = ("en", "ar", "es", "fr")
PATHS = ("/", "/search/?q=")
SCREENS = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
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


def file_name(path: str, language: str, screen: str) -> str:
    """Name a picture after its page."""
    page = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "home"
    return f"{page}-{language}-{screen}.png"


def take(base: str, chromium: str, paths: list[str], target: Path) -> int:
    """Take all pictures; return how many pages could not be shown."""
    failed = 0
    target.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for screen, size in SCREENS.items():
            for language in LANGUAGES:
                context = browser.new_context(
                    locale=language, viewport={"width": size["width"], "height": size["height"]}
                )
                page = context.new_page()
                for path in paths:
                    name = file_name(path, language, screen)
                    try:
                        answer = page.goto(f"{base}/{language}{path}", wait_until="networkidle")
                        if answer is None or not answer.ok:
                            raise Error(f"status {answer.status if answer else 'none'}")
                        page.screenshot(path=target / name, full_page=True)
                    except Error as error:
                        failed += 1
                        print(f"{name}: {error.message}", file=sys.stderr)
                    else:
                        print(name)
                context.close()
        browser.close()
    return failed


def main() -> int:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS
    )
    parser.add_argument("--path", action="append", help="a page, without its language; may be repeated")
    parser.add_argument("--target", type=Path, default=PROJECT / "docs/screenshots")
    options = parser.parse_args()
    base = f"http://127.0.0.1:{int(os.environ.get('PORT') or 8000)}"
    chromium = find_chromium()
    if chromium is None:
        print("screenshots: no Chromium found: install it, or name it in CHROMIUM", file=sys.stderr)
        return 1
    if not answers(base):
        print(f"screenshots: nothing answers at {base}: start `make demo` in another terminal", file=sys.stderr)
        return 1
    return 1 if take(base, chromium, options.path or list(PATHS), options.target) else 0


if __name__ == "__main__":
    sys.exit(main())
