"""Texts for programs that read: a list of what is public (llmstxt.org), and each page as Markdown."""

from __future__ import annotations

from collections import defaultdict

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe
from wagtail.models import Page

from access.policy import is_public_page, readable_pages
from access.readers import visitor
from access.sharing import share_among_equals
from home.models import StandardPage
from home.queries import frame_for
from home.routing import find_page
from home.templatetags.hub import OWN_NAMES
from knowledge.addresses import full_address_of, markdown_address_of
from knowledge.markdown import escaped, item, joined, link, page_as_markdown
from knowledge.models import KnowledgePage, ReadablePage

# Of each kind; more is in the sitemap.
LIMIT = 500


@require_safe
def markdown(request: HttpRequest, path: str) -> HttpResponse:
    """Give the text of a public page as Markdown (public view: what a visitor may read, whoever asks)."""
    reader = visitor()
    page = find_page(path, get_language() or "", reader)
    if not isinstance(page, ReadablePage) or not is_public_page(page):
        raise Http404
    address = full_address_of(page, request)
    text = page_as_markdown(page, reader, address, request.build_absolute_uri)
    response = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    # Search engines find the page, not its copy.
    response["Link"] = f'<{address}>; rel="canonical"'
    response["X-Robots-Tag"] = "noindex"
    return share_among_equals(response)


@require_safe
def llms(request: HttpRequest) -> HttpResponse:
    """List what is public in the active language, with the addresses of the texts (public view)."""
    response = HttpResponse(_list(request, get_language() or "en"), content_type="text/plain; charset=utf-8")
    return share_among_equals(response)


@require_safe
def llms_of_all_languages(request: HttpRequest) -> HttpResponse:
    """Give the list in the hub's first language, and name those in the others (public view)."""
    with translation.override(settings.LANGUAGE_CODE):
        text = _list(request, settings.LANGUAGE_CODE)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _list(request: HttpRequest, language: str) -> str:
    """Return the list of what a visitor may read in a language (five queries at most)."""
    reader = visitor()
    frame = frame_for(reader, language)
    absolute = request.build_absolute_uri

    def entry(page: KnowledgePage | StandardPage) -> str:
        about = f": {escaped(page.summary)}" if page.summary else ""
        return item("-", f"{link(escaped(page.title), absolute(markdown_address_of(page)))}{about}")

    parts = [f"# {escaped(frame.name)}"]
    if frame.tagline:
        parts.append(f"> {escaped(frame.tagline)}")
    for heading, pages in _sections(language).items():
        parts += [f"## {escaped(heading)}", "\n".join(entry(page) for page in pages)]
    more = [
        item("-", link(gettext("What is new, as a feed"), absolute(reverse("feed")))),
        item("-", link(gettext("Vocabulary"), absolute(reverse("vocabulary")))),
        item("-", link(gettext("Sitemap"), absolute(reverse("sitemap")))),
    ]
    for code, _name in settings.LANGUAGES:
        if code != language:
            with translation.override(code):
                more.append(item("-", link(OWN_NAMES[code], absolute(reverse("llms")))))
    # llmstxt.org: what may be left out where there is little room is under this name, in this language.
    parts += ["## Optional", "\n".join(more)]
    return f"{joined(parts)}\n"


def _sections(language: str) -> dict[str, list]:
    """Return the public pages of a language, the latest first, under the titles of the pages above them."""
    reader = visitor()
    sections: dict[str, list] = defaultdict(list)
    for model in (KnowledgePage, StandardPage):
        pages = readable_pages(model.objects.filter(locale__language_code=language, alias_of__isnull=True), reader)
        found = list(pages.select_related("locale").order_by("-published_on", "-pk")[:LIMIT])
        paths = {page.path[: -Page.steplen] for page in found}
        above = readable_pages(Page.objects.filter(path__in=paths), reader)
        titles = dict(above.values_list("path", "title"))
        for page in found:
            sections[titles.get(page.path[: -Page.steplen], gettext("More pages"))].append(page)
    return sections
