"""Links in rich text: resolved together, through the policy.

Wagtail turns each `<a linktype="page" id="3">` into an address whoever reads, with queries for every block.
Here the blocks render a reference, and the page resolves all of its references at once: a link to something
the reader may not read becomes plain text, so that neither its address nor its existence shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from django.db.models import Model
from django.utils.html import escape
from django.utils.translation import get_language
from wagtail.models import Page
from wagtail.rich_text import LinkHandler

from access.policy import own_marking_lets, readable_pages
from access.readers import Reader, visitor
from knowledge.addresses import reading_address_of
from knowledge.models import HubDocument

REFERENCE = re.compile(r'<a href="hub:(page|document):(\d+)">(.*?)</a>', re.DOTALL)


class ReferenceHandler(LinkHandler):
    """A link that Wagtail's reference index knows: by it a linked document is as open as the page (`access.policy`)."""

    @classmethod
    def extract_references(cls, attrs: dict[str, str]) -> Iterator[tuple[type[Model], str, str, str]]:
        """Yield what the link points to, as `ReferenceIndex` takes it."""
        if attrs.get("id", "").isdigit():
            yield cls.get_model(), attrs["id"], "", ""


class PageReferenceHandler(ReferenceHandler):
    """Renders a link to a page as a reference."""

    identifier = "page"

    @staticmethod
    def get_model() -> type[Model]:
        """Return the model that links of this type point to; Wagtail's reference index asks."""
        return Page

    @classmethod
    def expand_db_attributes(cls, attrs: dict[str, str]) -> str:
        """Return the opening tag of a reference to the page."""
        return f'<a href="hub:page:{int(attrs["id"])}">' if attrs.get("id", "").isdigit() else "<a>"


class DocumentReferenceHandler(ReferenceHandler):
    """Renders a link to a document as a reference."""

    identifier = "document"

    @staticmethod
    def get_model() -> type[Model]:
        """Return the model that links of this type point to; Wagtail's reference index asks."""
        return HubDocument

    @classmethod
    def expand_db_attributes(cls, attrs: dict[str, str]) -> str:
        """Return the opening tag of a reference to the document."""
        return f'<a href="hub:document:{int(attrs["id"])}">' if attrs.get("id", "").isdigit() else "<a>"


def resolve_references(html: str, reader: Reader | None, documents: Mapping[int, HubDocument] | None = None) -> str:
    """Return HTML with its references turned into links, or into plain text where the reader may not go.

    Args:
        html: rendered by blocks; references have the form that the handlers above write.
        reader: whose links these are; None means a visitor.
        documents: those that are loaded already, by primary key; others are looked up.
    """
    found = REFERENCE.findall(html)
    if not found:
        return html
    reader = reader or visitor()
    page_ids = {int(pk) for kind, pk, _text in found if kind == "page"}
    document_ids = {int(pk) for kind, pk, _text in found if kind == "document"}
    addresses: dict[tuple[str, int], str] = {}
    if page_ids:
        addresses.update(_page_addresses(page_ids, reader))
    if document_ids:
        # A document linked from a page that is read here is used by that page; its own marking may be stricter.
        found_documents = dict(documents or {})
        if missing := document_ids - found_documents.keys():
            found_documents.update(HubDocument.objects.in_bulk(missing))
        for pk in document_ids & found_documents.keys():
            if own_marking_lets(found_documents[pk], reader):
                addresses["document", pk] = found_documents[pk].url

    def resolved(match: re.Match[str]) -> str:
        address = addresses.get((match[1], int(match[2])))
        return f'<a href="{escape(address)}">{match[3]}</a>' if address else match[3]

    return REFERENCE.sub(resolved, html)


def _page_addresses(page_ids: set[int], reader: Reader) -> dict[tuple[str, int], str]:
    """Return addresses of pages in the active language, else of the version that was linked."""
    language = get_language() or "en"
    linked = readable_pages(Page.objects.filter(pk__in=page_ids), reader)
    versions = readable_pages(Page.objects.filter(translation_key__in=linked.values("translation_key")), reader)
    found = list(versions.select_related("locale"))
    in_language = {page.translation_key: page for page in found if page.locale.language_code == language}
    addresses = {}
    for page in found:
        if page.pk in page_ids:
            addresses["page", page.pk] = reading_address_of(in_language.get(page.translation_key, page), language)
    return addresses
