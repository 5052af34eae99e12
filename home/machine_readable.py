"""What the head of a page tells machines: nothing, unless everyone may read the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from wagtail.images.models import SourceImageIOError
from wagtail.models import Page

from access.policy import is_public_page, is_public_with_its_page
from access.readers import reader_of
from home.json_ld import as_script, graph_of
from home.models import HomePage
from home.queries import frame_for, page_trail
from knowledge.addresses import full_address_of, markdown_address_of
from knowledge.json_ld import Setting, in_iso
from knowledge.loading import versions_of
from knowledge.models import KnowledgePage, ReadablePage
from knowledge.queries import ReadingContext

# The size that Open Graph's readers ask for, as a format that all of them show.
CARD_PICTURE = "fill-1200x630|format-jpeg"
# Open Graph wants a territory with each language; these are the ones its readers know.
OPEN_GRAPH_LOCALES = {"en": "en_GB", "ar": "ar_AR", "es": "es_ES", "fr": "fr_FR"}


@dataclass(frozen=True)
class Picture:
    """The picture that stands for a page elsewhere."""

    address: str
    width: int
    height: int
    text: str


@dataclass(frozen=True)
class MachineReadable:
    """What machines are told of a public page: its card for Open Graph, its graph, its text as Markdown."""

    title: str
    description: str
    kind: str
    address: str
    site_name: str
    locale: str
    other_locales: Sequence[str]
    published: str
    changed: str
    picture: Picture | None
    markdown: str
    graph: SafeString


def machine_readable(page: Page, request: HttpRequest, reading: ReadingContext | None) -> MachineReadable | None:
    """Return what machines are told of a page in the language it is in; None if not everyone may read it.

    Args:
        page: as `home.routing` finds it, so that nothing more is asked for but the picture's collection.
        request: whose host the addresses name.
        reading: what stands around its text, if it has one.
    """
    if getattr(request, "is_preview", False) or getattr(request, "is_untranslated_view", False):
        return None
    if not page.pk or not is_public_page(page):
        return None
    language = page.locale.language_code
    reader = reader_of(request)
    frame = frame_for(reader, language)
    versions = versions_of(page, reader)
    address = full_address_of(page, request)
    picture = _picture(page, request)
    setting = Setting(
        absolute=request.build_absolute_uri,
        address=address,
        publisher={"@id": request.build_absolute_uri("/#publisher")},
        image=picture.address if picture else "",
        reading=reading,
        versions=versions,
    )
    introduction = strip_tags(getattr(page, "introduction", ""))
    summary = getattr(page, "summary", "") or getattr(page, "mission", "") or introduction or frame.tagline
    has_text = isinstance(page, ReadablePage)
    return MachineReadable(
        title=page.seo_title or (getattr(page, "mission", "") or page.title),
        description=page.search_description or summary,
        kind="article" if isinstance(page, KnowledgePage) else "website",
        address=address,
        site_name=frame.name,
        locale=OPEN_GRAPH_LOCALES.get(language, language),
        other_locales=[OPEN_GRAPH_LOCALES.get(code, code) for code in versions if code != language],
        published=in_iso(page.published_on) if isinstance(page, KnowledgePage) else "",
        changed=in_iso(page.last_published_at),
        picture=picture,
        markdown=markdown_address_of(page) if has_text else "",
        graph=as_script(
            graph_of(page, setting, frame, [] if isinstance(page, HomePage) else page_trail(page, reader, language))
        ),
    )


def _picture(page: Page, request: HttpRequest) -> Picture | None:
    """Return the page's lead image if everyone may have it, and its file can be read."""
    image = getattr(page, "lead_image", None)
    if image is None or not is_public_with_its_page(image, page):
        return None
    try:
        rendition = image.get_rendition(CARD_PICTURE)
    except (SourceImageIOError, OSError):
        return None
    address = request.build_absolute_uri(rendition.url)
    return Picture(address, rendition.width, rendition.height, getattr(page, "lead_image_alternative_text", ""))
