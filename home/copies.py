"""Copies of a piece of knowledge to take along: how to cite it, and the whole as PDF."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from wagtail.models import Page

from access.readers import reader_of
from access.reading import PAGE_TAKEN, is_recorded, record_page_reading
from access.sharing import keep_nowhere, share_among_equals
from home.queries import frame_for
from knowledge.addresses import full_address_of
from knowledge.citations import Citation, citation_of
from knowledge.loading import load_specific, with_surroundings
from knowledge.models import KnowledgePage
from knowledge.pdf import PDFUnavailableError, make_pdf
from knowledge.queries import reading_context
from knowledge.views import MAX_ID


def _readable_piece(request: HttpRequest, page_id: int) -> KnowledgePage:
    """Return a piece of knowledge that the reader may read, loaded as its type; others are not found."""
    if page_id > MAX_ID:
        raise Http404
    pages = Page.objects.filter(alias_of__isnull=True)
    reader = reader_of(request)
    page = load_specific(get_object_or_404(with_surroundings(pages, reader), pk=page_id), reader)
    if not isinstance(page, KnowledgePage):
        raise Http404
    return page


def citation_for(page: KnowledgePage, request: HttpRequest) -> Citation:
    """Return how a page is cited, with the hub's name as it is in the page's language."""
    frame = frame_for(reader_of(request), get_language() or "en")
    site = frame.names.get(page.locale.language_code, frame.name)
    return citation_of(page, page.authors.all(), site, full_address_of(page, request))


@require_safe
def cite(request: HttpRequest, page_id: int, form: str) -> HttpResponse:
    """Give a citation to a program that keeps references (public view; asks the policy)."""
    page = _readable_piece(request, page_id)
    is_restricted = record_page_reading(reader_of(request), page, PAGE_TAKEN, form=form)
    citation = citation_for(page, request)
    content_type, text = {
        "bib": ("application/x-bibtex", citation.bibtex),
        "ris": ("application/x-research-info-systems", citation.ris),
    }[form]
    response = HttpResponse(text, content_type=f"{content_type}; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{page.slug}.{form}") or "attachment"
    return keep_nowhere(response) if is_restricted else share_among_equals(response)


@require_safe
def pdf(request: HttpRequest, page_id: int) -> HttpResponse:
    """Give a page as PDF, its marking on every sheet (public view; asks the policy).

    What is TLP:AMBER or stricter names on every sheet who took it, and when.
    """
    page = _readable_piece(request, page_id)
    record_page_reading(reader_of(request), page, PAGE_TAKEN, form="pdf")
    reader = reader_of(request)
    address = full_address_of(page, request)
    # All of it in the page's own language, whatever language it is asked for in.
    with translation.override(page.locale.language_code):
        context = {
            "page": page,
            "reading": reading_context(page, reader),
            "citation": citation_for(page, request),
            "made_at": timezone.now(),
            "watermark": str(reader.user) if is_recorded(page.label) else "",
        }
        html = render_to_string("knowledge/pdf.html", context, request)
    try:
        content = make_pdf(html, page, address)
    except PDFUnavailableError:
        response = render(request, "knowledge/pdf_unavailable.html", {"address": address}, status=503)
        response["Retry-After"] = "30"
        response["Cache-Control"] = "private, no-store"
        return response
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, f"{page.slug}.pdf") or "attachment"
    if page.label != "CLEAR":
        response["Cache-Control"] = "private, no-store"
        return response
    return share_among_equals(response)
