"""The URIs of the vocabulary, which answer people with a page and machines with SKOS (W3C, "Cool URIs", 303).

The vocabulary is for everyone; where its concepts are used is not told here.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from access.generation import cached_for_generation, current_generation
from vocabulary.exports import export_concept, export_scheme, export_skos
from vocabulary.models import Concept, Scheme

HTML = "text/html"
# What rdflib calls each format, by media type; the first is for those who take anything that is not a page.
FORMATS = {"text/turtle": "turtle", "application/ld+json": "json-ld", "application/rdf+xml": "xml"}
SUFFIXES = {"ttl": "text/turtle", "jsonld": "application/ld+json", "rdf": "application/rdf+xml"}
PUBLIC_SECONDS = 600


@require_safe
def vocabulary_uri(request: HttpRequest, suffix: str = "") -> HttpResponse:
    """Answer the URI of the whole vocabulary (public view)."""
    return _answer(request, suffix, reverse("topics"), lambda format: _kept("", format, export_skos))


@require_safe
def scheme_uri(request: HttpRequest, scheme: str, suffix: str = "") -> HttpResponse:
    """Answer the URI of a concept scheme (public view)."""
    if scheme not in Scheme.values:
        raise _unknown(request)
    return _answer(request, suffix, reverse("topics"), lambda format: export_scheme(Scheme(scheme), format))


@require_safe
def concept_uri(request: HttpRequest, slug: str, suffix: str = "") -> HttpResponse:
    """Answer the URI of a concept (public view)."""
    scheme = Concept.objects.filter(slug=slug).values_list("scheme", flat=True).first()
    if scheme is None:
        raise _unknown(request)
    return _answer(request, suffix, page_of_concept(slug), lambda format: export_concept(slug, format) or b"")


def page_of_concept(slug: str) -> str:
    """Return where people read about a concept, in the active language."""
    return reverse("topic", args=[slug])


def _unknown(request: HttpRequest) -> Http404:
    """Return "not found" as the answer: Django would look for the same address below a language first."""
    request.urlconf = ()  # type: ignore[assignment]  # Read by LocaleMiddleware; no addresses, no languages.
    return Http404()


def _kept(name: str, format: str, export: Callable[[str], bytes]) -> bytes:
    return cached_for_generation(f"skos:{name}:{format}", current_generation(), lambda: export(format))


def _answer(request: HttpRequest, suffix: str, page: str, export: Callable[[str], bytes]) -> HttpResponse:
    """Send people to a page, and machines what they accept, or what the suffix of the address says."""
    if suffix:
        media_type: str | None = SUFFIXES[suffix]
    elif request.headers.get("Accept"):
        media_type = request.get_preferred_type([HTML, *FORMATS])
    else:
        media_type = HTML
    if media_type is None:
        offered = "\n".join([HTML, *FORMATS])
        response = HttpResponse(f"{offered}\n", status=406, content_type="text/plain; charset=utf-8")
    elif media_type == HTML:
        response = HttpResponse(status=303, headers={"Location": page})
        # The language is the reader's, by their cookie or their browser.
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        response["Cache-Control"] = "private, no-cache"
    else:
        charset = "; charset=utf-8" if media_type == "text/turtle" else ""
        response = HttpResponse(export(FORMATS[media_type]), content_type=f"{media_type}{charset}")
        response["Cache-Control"] = f"public, max-age={PUBLIC_SECONDS}"
    patch_vary_headers(response, ["Accept"])
    return response
