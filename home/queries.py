"""What the frame of the site and the home page show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from wagtail.models import Page, Site

from access.generation import cached_for_generation
from access.policy import readable_pages
from access.readers import Reader
from home.models import Brand, BrandName, CommunityFigure, HomePage, UpcomingDate
from knowledge.models import KnowledgePage
from knowledge.queries import for_cards, readable_knowledge
from vocabulary.models import TOPIC_SCHEMES
from vocabulary.queries import Term, current_vocabulary

LATEST_COUNT = 6
TOPIC_COUNT = 12


@dataclass(frozen=True)
class Link:
    """A link of the frame: text in its language, address, and the page it leads to."""

    text: str
    url: str
    page_id: int


@dataclass(frozen=True)
class Frame:
    """What stands around every page, for readers with the same rights and language.

    Attributes:
        name: the installation's name in the language.
        navigation: the sections and pages of the main menu.
        footer: the other pages below the home page.
        home_url: address of the home page in the language.
    """

    name: str
    tagline: str
    contact_email: str
    hashtag: str
    logo_id: int | None
    partners: Sequence[tuple[str, str]]
    navigation: Sequence[Link]
    footer: Sequence[Link]
    home_url: str


def frame_for(reader: Reader, language: str) -> Frame:
    """Return the frame, from the cache when nothing changed since."""
    key = f"frame:{language}:{reader.fingerprint}"
    return cached_for_generation(key, reader.generation, lambda: _make_frame(reader, language))


def _make_frame(reader: Reader, language: str) -> Frame:
    brand = Brand.objects.prefetch_related("names", "partners").first()
    names: dict[str, BrandName] = {name.language: name for name in brand.names.all()} if brand else {}
    name = names.get(language) or names.get("en")
    home = home_page(language)
    links: list[tuple[bool, Link]] = []
    if home is not None:
        pages = readable_pages(Page.objects.child_of(home), reader).select_related("locale")
        links = [(page.show_in_menus, Link(page.title, page.url, page.pk)) for page in pages]
    return Frame(
        name=name.name if name else settings.WAGTAIL_SITE_NAME,
        tagline=name.tagline if name else "",
        contact_email=brand.contact_email if brand else "",
        hashtag=brand.hashtag if brand else "",
        logo_id=brand.logo_id if brand else None,
        partners=[(partner.name, partner.url) for partner in brand.partners.all()] if brand else [],
        navigation=[link for in_menus, link in links if in_menus],
        footer=[link for in_menus, link in links if not in_menus],
        home_url=home.url if home is not None else f"/{language}/",
    )


def home_page(language: str) -> HomePage | None:
    """Return the live home page in a language, else the site's first one."""
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None:
        return None
    versions = HomePage.objects.filter(translation_key=site.root_page.translation_key, live=True)
    found = {version.locale.language_code: version for version in versions.select_related("locale")}
    return found.get(language) or next(iter(found.values()), None)


def page_trail(page: Page, reader: Reader, language: str) -> list[Link]:
    """Return the pages above a page that the reader may read, each in the best language for them (one query)."""
    above = Page.objects.ancestor_of(page).filter(depth__gt=1)
    wanted = Q(pk__in=above.values("pk"))
    if page.locale.language_code != language:
        wanted |= Q(translation_key__in=above.values("translation_key"), locale__language_code=language)
    found: dict[int, Page] = {}
    for each in readable_pages(Page.objects.filter(wanted, alias_of__isnull=True), reader).select_related("locale"):
        if each.depth not in found or each.locale.language_code == language:
            found[each.depth] = each
    return [Link(each.title, each.url or "", each.pk) for _depth, each in sorted(found.items())]


@dataclass(frozen=True)
class FrontPage:
    """The composed part of the home page."""

    featured: Sequence[KnowledgePage]
    latest: Sequence[KnowledgePage]
    upcoming: Sequence[UpcomingDate]
    topics: Sequence[tuple[Term, int]]
    figures: Sequence[CommunityFigure]
    join_url: str


def front_page(page: HomePage, reader: Reader) -> FrontPage:
    """Return what the home page shows to a reader: never a title or a count of what they may not read."""
    language = page.locale.language_code
    keys = list(page.featured_items.values_list("item__translation_key", flat=True))
    featured = {
        item.translation_key: item
        for item in for_cards(readable_knowledge(reader, language).filter(translation_key__in=keys))
    }
    latest = for_cards(readable_knowledge(reader, language).order_by("-published_on", "-pk"))[:LATEST_COUNT]
    join_url = ""
    if page.join_page_id:
        target = readable_pages(
            Page.objects.filter(translation_key=page.join_page.translation_key, locale=page.locale), reader
        ).first()
        join_url = target.url if target else ""
    return FrontPage(
        featured=[featured[key] for key in keys if key in featured],
        latest=list(latest),
        upcoming=[item for item in page.upcoming_dates.all() if item.date >= timezone.localdate()],
        topics=topics_with_counts(reader, language)[:TOPIC_COUNT],
        figures=list(page.figures.all()),
        join_url=join_url,
    )


def topics_with_counts(reader: Reader, language: str) -> list[tuple[Term, int]]:
    """Return the topics of what a reader may read, most used first, with how many pieces have them."""

    def count() -> list[tuple[int, int]]:
        counts: dict[int, int] = {}
        for concept_id in readable_knowledge(reader, language).order_by().values_list("topics", flat=True):
            if concept_id is not None:
                counts[concept_id] = counts.get(concept_id, 0) + 1
        return sorted(counts.items(), key=lambda pair: -pair[1])

    key = f"topics:{language}:{reader.fingerprint}"
    terms = current_vocabulary(reader.generation).by_pk
    schemes = {scheme.value for scheme in TOPIC_SCHEMES}
    return [
        (terms[pk], number)
        for pk, number in cached_for_generation(key, reader.generation, count)
        if pk in terms and terms[pk].scheme in schemes
    ]
