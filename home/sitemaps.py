"""The sitemap: what everyone may read, with its translations."""

from __future__ import annotations

from collections import defaultdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from wagtail.models import Page

from access.policy import readable_pages
from access.readers import visitor
from knowledge.addresses import full_address_of

LIMIT = 50_000  # sitemaps.org, protocol 0.9: addresses in one file


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Return the pages that a visitor may read, each with its true translations (public view)."""
    pages = readable_pages(Page.objects.filter(depth__gt=1, alias_of__isnull=True), visitor())
    versions: dict = defaultdict(list)
    for page in pages.select_related("locale").order_by("path")[:LIMIT]:
        entry = (page.locale.language_code, full_address_of(page, request), page.last_published_at)
        versions[page.translation_key].append(entry)
    entries = [
        {"address": address, "changed": changed, "versions": group if len(group) > 1 else []}
        for group in versions.values()
        for _language, address, changed in group
    ]
    return render(request, "home/sitemap.xml", {"entries": entries}, content_type="application/xml")
