"""Finds the page at an address in one query, among those its reader may read."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from wagtail import views
from wagtail.models import Page

from access.readers import Reader, reader_of
from home.models import HomePage
from home.queries import take_over_composition, with_composition
from knowledge.loading import load_specific, take_over, with_surroundings
from translation.queries import with_followed_sources

# A page has no more sections above it than this; what is deeper is nobody's address.
MAX_DEPTH = 20


def serve(request: HttpRequest, path: str) -> HttpResponse:
    """Serve the page at an address below a language (public view; the policy decides, in the query itself).

    Wagtail's own view would look for the site, then for each section and its type, a query or two each; it
    takes the page that is found here and does the rest (hooks, methods, the page's own `serve`).
    """
    page = find_page(path, get_language() or "", reader_of(request))
    if page is None:
        raise Http404
    request._wagtail_route_for_request = (page, [], {})  # type: ignore[attr-defined]
    request._found_by_policy = page.pk  # type: ignore[attr-defined]
    return views.serve(request, path)


def find_page(path: str, language: str, reader: Reader) -> Page | None:
    """Return the page at an address as its type, loaded for reading, if it is live and the reader may read it.

    Args:
        path: what follows the language in the address, e.g. `best-practices/a-page/`.
        language: code of the language that the address begins with.
        reader: whose page it would be.
    """
    slugs = [slug for slug in path.split("/") if slug]
    if len(slugs) > MAX_DEPTH:
        return None
    pages = Page.objects.filter(locale__language_code=language, depth=2 + len(slugs))
    if slugs:
        # The index on slugs makes the candidates few; the whole path decides between them.
        pages = pages.filter(slug=slugs[-1], url_path__endswith=f"/{'/'.join(slugs)}/")
    else:
        pages = pages.filter(content_type__app_label="home", content_type__model="homepage")
    page = with_followed_sources(with_surroundings(pages, reader)).order_by("path").first()
    # Some databases compare without regard to capitals.
    if page is None or page.url_path.split("/")[2:-1] != slugs:
        return None
    if page.specific_class is HomePage:
        home = with_composition(HomePage.objects.filter(pk=page.pk), reader).get()
        take_over(home, page)
        take_over_composition(home)
        return home
    return load_specific(page, reader)
