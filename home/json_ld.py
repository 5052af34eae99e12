"""The graph that stands in the head of a public page: what it is, where it is, who publishes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from wagtail.models import Page

from home.models import HomePage
from home.queries import Frame, Link
from knowledge.json_ld import Setting, describe, without_gaps
from vocabulary.exports import concept_namespace, scheme_uri
from vocabulary.models import Scheme

# As Django's `json_script`: nothing in a text can end the element or begin a comment.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def graph_of(page: Page, setting: Setting, frame: Frame, crumbs: Sequence[Link]) -> dict[str, Any]:
    """Return a page with its place in the site as one graph."""
    nodes = [describe(page, setting)]
    if crumbs:
        nodes.append(breadcrumb_list(page, setting, crumbs))
    if isinstance(page, HomePage):
        nodes += [organisation(setting, frame), web_site(page, setting, frame), *term_sets()]
    return {"@context": "https://schema.org", "@graph": without_gaps(nodes)}


def breadcrumb_list(page: Page, setting: Setting, crumbs: Sequence[Link]) -> dict[str, Any]:
    """Return the way to a page as schema.org's BreadcrumbList, the page last."""
    steps = [(crumb.text, setting.absolute(crumb.url)) for crumb in crumbs]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": address}
            for position, (name, address) in enumerate([*steps, (page.title, setting.address)], start=1)
        ],
    }


def organisation(setting: Setting, frame: Frame) -> dict[str, Any]:
    """Return who publishes the site, from the brand's settings."""
    logo = f"{reverse('brand_logo')}?v={frame.logo_version}" if frame.logo_version else ""
    return {
        **setting.publisher,
        "@type": "Organization",
        "name": frame.name,
        "url": setting.absolute(frame.home_url),
        "logo": setting.absolute(logo) if logo else "",
        "email": frame.contact_email,
        "sponsor": [{"@type": "Organization", "name": name, "url": url} for name, url in frame.partners],
    }


def web_site(page: Page, setting: Setting, frame: Frame) -> dict[str, Any]:
    """Return the site in one language, and how it is searched."""
    target = f"{setting.absolute(reverse('search'))}?q={{search_term_string}}"
    return {
        "@id": f"{setting.address}#site",
        "@type": "WebSite",
        "url": setting.address,
        "name": frame.name,
        "description": frame.tagline,
        "inLanguage": page.locale.language_code,
        "publisher": setting.publisher,
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": target},
            "query-input": "required name=search_term_string",
        },
    }


def term_sets() -> list[dict[str, Any]]:
    """Return the vocabulary as schema.org's DefinedTermSet, one a scheme; its terms are at their own addresses."""
    whole = str(concept_namespace())
    sets = [{"@id": scheme_uri(scheme.value), "name": str(scheme.label)} for scheme in Scheme]
    languages = [code for code, _name in settings.LANGUAGES]
    return [
        {"@id": whole, "@type": "DefinedTermSet", "name": gettext("Vocabulary"), "inLanguage": languages},
        *({"@type": "DefinedTermSet", "url": each["@id"], "isPartOf": {"@id": whole}, **each} for each in sets),
    ]


def as_script(graph: dict[str, Any]) -> SafeString:
    """Return a graph as a data block for a page's head; browsers do not run scripts of this type."""
    text = json.dumps(graph, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - escaped above
