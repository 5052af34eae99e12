"""Where pages are: worked out from what a row of a page holds, without asking for the site.

Wagtail's `page.url` first loads all sites and home pages; in a hub there is one site, whose languages have one
home page each. `tests/knowledge/test_addresses.py` holds that both say the same.
"""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest
from django.urls import reverse
from wagtail.models import Page

# What Django's `reverse` leaves as it is: the sub-delimiters of RFC 3986, section 2.2, and what paths may hold.
SAFE = "!$&'()*+,;=/~:@"


def path_below(language: str, url_path: str) -> str:
    """Return the address of a page from its language code and its path in the tree (`/home/section/page/`)."""
    _empty, _home, below = url_path.split("/", 2)
    return f"/{language}/{quote(below, safe=SAFE)}"


def address_of(page: Page) -> str:
    """Return the address of a page, without a host; its locale should be loaded with it."""
    return path_below(page.locale.language_code, page.url_path)


def markdown_address_of(page: Page) -> str:
    """Return the address of a public page's text as Markdown, without a host."""
    return f"{address_of(page)}index.md"


def reading_address_of(page: Page, language: str) -> str:
    """Return where a reader of a language reads a page: the page itself, or the view of untranslated pages."""
    if page.locale.language_code == language:
        return address_of(page)
    return reverse("read_in_source_language", args=[page.pk])


def full_address_of(page: Page, request: HttpRequest) -> str:
    """Return the address of a page with scheme and host of the request."""
    return request.build_absolute_uri(address_of(page))
