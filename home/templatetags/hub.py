"""Template tags of the frame: languages, directions, dates, addresses of what is shown."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.template.base import Node, NodeList, Parser, Token
from django.urls import reverse, translate_url
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_info
from wagtail.models import Page

from access.languages import language_name
from access.readers import reader_of
from home.copies import citation_for
from home.dates import format_date
from home.machine_readable import machine_readable
from home.queries import Link, page_trail
from knowledge import captions
from knowledge.addresses import full_address_of, reading_address_of
from knowledge.citations import Citation
from knowledge.links import resolve_references
from knowledge.loading import Version, versions_of
from knowledge.models import KnowledgePage
from knowledge.pdf import can_make_pdf
from knowledge.queries import heading_anchor
from knowledge.sources import link_sources
from translation.queries import OutdatedNotice, outdated_notice
from vocabulary.queries import Term

register = template.Library()

# Languages by their own names, as they are written in menus.
OWN_NAMES = dict(settings.WAGTAILADMIN_PERMITTED_LANGUAGES)


@register.filter
def in_words(value: datetime.date | None) -> str:
    """Return a date in words in the active language."""
    return format_date(value)


@register.filter
def clock(seconds: int) -> str:
    """Return a length of time as players write it: 4:05."""
    return captions.clock(int(seconds) * 1000)


@register.filter
def own_name(language: str) -> str:
    """Return a language's name in itself, e.g. "العربية"."""
    return OWN_NAMES.get(language, language)


@register.filter
def direction(language: str) -> str:
    """Return `rtl` or `ltr` for a language code."""
    return "rtl" if get_language_info(language)["bidi"] else "ltr"


register.filter("language_name", language_name)


@register.filter
def label(term: Term) -> str:
    """Return a term's label in the active language."""
    return term.label_in(get_language() or "en")


@register.filter
def named(term: Term) -> SafeString:
    """Return a term's label, marked as of another language where it has none in the active one."""
    language = get_language() or "en"
    text, code = term.label_in(language), term.label_language(language)
    if code in {"", language}:
        return format_html("{}", text)
    return format_html('<span lang="{}" dir="{}">{}</span>', code, direction(code), text)


@register.filter
def anchor(block_id: str) -> str:
    """Return the identifier of a heading block."""
    return heading_anchor(block_id)


@register.simple_tag
def reading_url(page: Page) -> str:
    """Return where a reader of the active language reads a page: itself, or the view of untranslated pages."""
    return reading_address_of(page, get_language() or "en")


@register.simple_tag(takes_context=True)
def full_url(context: dict[str, Any], page: Page) -> str:
    """Return the address of a page with scheme and host, for machines."""
    return full_address_of(page, context["request"])


@register.filter
def type_label(page: KnowledgePage) -> str:
    """Return what kind of knowledge a page is, in the active language."""
    return capfirst(str(page.specific_class._meta.verbose_name)) if page.specific_class else ""


@register.simple_tag(takes_context=True)
def breadcrumbs(context: dict[str, Any], page: Page) -> list[Link]:
    """Return the way to a page: the home page and the sections above it, as the reader may see them."""
    request = context["request"]
    if getattr(request, "is_preview", False) or not page.pk:
        return []
    language = get_language() or "en"
    return page_trail(page, reader_of(request), language)


@register.simple_tag(takes_context=True, name="outdated_notice")
def outdated_notice_tag(context: dict[str, Any], page: Page) -> OutdatedNotice | None:
    """Return what to tell readers of a translation whose original changed since, if it did."""
    if getattr(context["request"], "is_preview", False) or not page.pk:
        return None
    return outdated_notice(page, reader_of(context["request"]))


@register.simple_tag(takes_context=True, name="citation")
def citation_tag(context: dict[str, Any], page: KnowledgePage) -> Citation | None:
    """Return how a page is cited; None for one that is not published."""
    request = context["request"]
    if getattr(request, "is_preview", False) or not page.pk:
        return None
    return citation_for(page, request)


@register.simple_tag(name="pdf_url")
def pdf_url_tag(page: KnowledgePage) -> str:
    """Return where a page is as PDF, or nothing where none can be made."""
    return reverse("pdf", args=[page.pk]) if can_make_pdf() else ""


@dataclass(frozen=True)
class LanguageLink:
    """A language to switch to: code, name in itself, address, and how the text is there."""

    code: str
    name: str
    direction: str
    url: str
    is_current: bool
    is_translation: bool


@register.simple_tag(takes_context=True)
def language_links(context: dict[str, Any]) -> list[LanguageLink]:
    """Return one link for each language; on a page they lead to the same page.

    A view that is not of a page is at the same address in every language; one whose content is, too, says so
    with `is_in_all_languages`.
    """
    request = context["request"]
    page = context.get("page")
    current = get_language() or "en"
    versions: dict[str, Version] = {}
    if isinstance(page, Page) and page.pk and not getattr(request, "is_preview", False):
        versions = versions_of(page, reader_of(request))
    links = []
    for code, _name in settings.LANGUAGES:
        if context.get("is_error"):
            url = f"/{code}/"
        elif code in versions:
            url = versions[code].address
        elif versions and isinstance(page, Page):
            url = f"/{code}/" + reverse("read_in_source_language", args=[page.pk]).partition("/")[2].partition("/")[2]
        else:
            url = translate_url(request.get_full_path(), code)
        info = get_language_info(code)
        links.append(
            LanguageLink(
                code=code,
                name=OWN_NAMES.get(code, info["name_local"]),
                direction="rtl" if info["bidi"] else "ltr",
                url=url,
                is_current=code == current,
                is_translation=code in versions or bool(context.get("is_in_all_languages")),
            )
        )
    return links


@register.inclusion_tag("components/machine_readable.html", takes_context=True, name="machine_readable")
def machine_readable_tag(context: dict[str, Any]) -> dict[str, Any]:
    """Say in the head of a public page what it is, for search engines, messengers and other machines."""
    page, request = context.get("page"), context.get("request")
    if not isinstance(page, Page) or request is None:
        return {"machine": None}
    return {"machine": machine_readable(page, request, context.get("reading"))}


class LinksNode(Node):
    """Renders its content, then turns references to pages and documents into addresses."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Any) -> SafeString:
        """Return the content with its references resolved for the reader of the request."""
        rendered = self.nodelist.render(context)
        request = context.get("request")
        documents = getattr(context.get("page"), "loaded_documents", None)
        html = resolve_references(rendered, reader_of(request) if request else None, documents)
        # Several pages on one have several lists: a number would not say of which.
        return mark_safe(html if context.get("is_comparison") else link_sources(html))  # noqa: S308


@register.tag
def links(parser: Parser, token: Token) -> LinksNode:
    """Resolve the references in everything up to `endlinks`, all in one query each for pages and documents."""
    nodelist = parser.parse(("endlinks",))
    parser.delete_first_token()
    return LinksNode(nodelist)
