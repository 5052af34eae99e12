"""What the frame of the site and the home page show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from wagtail.models import Locale, Page

from access.generation import cached_for_generation
from access.policy import readable_pages
from access.readers import Reader
from access.rows import JSONRows
from home.models import Brand, BrandName, CommunityFigure, Door, FeaturedItem, HomePage, Partner, UpcomingDate
from knowledge.addresses import path_below
from knowledge.loading import cards, for_cards, item_keys, items_from, sections_of
from knowledge.models import KnowledgePage
from knowledge.queries import readable_knowledge
from knowledge.subjects import counts_by_concept
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
        names: its names by language code.
        logo_version: changes with the logo, so that browsers may keep it; empty when there is none.
        style_version: changes with the brand's colour.
        navigation: the sections and pages of the main menu.
        footer: the other pages below the home page.
        home_url: address of the home page in the language.
        by_key: the home page and all directly below it, by translation key.
    """

    name: str
    names: Mapping[str, str]
    tagline: str
    contact_email: str
    hashtag: str
    logo_version: str
    style_version: str
    partners: Sequence[tuple[str, str]]
    navigation: Sequence[Link]
    footer: Sequence[Link]
    home_url: str
    by_key: Mapping[UUID, Link]


def frame_for(reader: Reader, language: str) -> Frame:
    """Return the frame, from the cache when nothing changed since."""
    key = f"frame:{language}:{reader.fingerprint}"
    return cached_for_generation(key, reader.generation, lambda: _make_frame(reader, language))


def _make_frame(reader: Reader, language: str) -> Frame:
    """Look up everything of the frame (one query)."""
    brands = Brand.objects.order_by("pk")[:1]
    partners = Partner.objects.filter(brand__in=brands.values("pk")).order_by("sort_order")
    pages = readable_pages(Page.objects.filter(locale=OuterRef("pk"), depth__in=(2, 3)), reader).order_by("path")
    row = (
        Locale.objects.filter(language_code=language)
        .annotate(
            brands=JSONRows(brands, "contact_email", "hashtag", "accent_colour", "logo_id", "logo__file_hash"),
            names=JSONRows(BrandName.objects.filter(brand__in=brands.values("pk")), "language", "name", "tagline"),
            partners=JSONRows(partners, "name", "url"),
            pages=JSONRows(
                pages,
                *("pk", "depth", "path", "title", "url_path", "show_in_menus", "translation_key"),
                "content_type__model",
            ),
        )
        .values_list("brands", "names", "partners", "pages")
        .first()
    )
    brand_rows, name_rows, partner_rows, page_rows = row or ([], [], [], [])
    contact_email, hashtag, colour, logo_id, logo_hash = brand_rows[0] if brand_rows else ("", "", "", None, None)
    names = {code: (name, tagline) for code, name, tagline in name_rows}
    name, tagline = names.get(language) or names.get("en") or (settings.WAGTAIL_SITE_NAME, "")

    home_path, home_url = "", f"/{language}/"
    navigation: list[Link] = []
    footer: list[Link] = []
    by_key: dict[UUID, Link] = {}
    for pk, depth, path, title, url_path, in_menus, key, model in page_rows:
        link = Link(title, path_below(language, url_path), pk)
        if depth == 2 and model == "homepage" and not home_path:
            home_path, home_url = path, link.url
        elif depth == 2 or not home_path or not path.startswith(home_path):
            continue
        else:
            (navigation if in_menus else footer).append(link)
        by_key[UUID(key)] = link
    return Frame(
        name=name,
        names={code: each for code, (each, _tagline) in names.items() if each},
        tagline=tagline,
        contact_email=contact_email,
        hashtag=hashtag,
        logo_version=f"{logo_id}-{(logo_hash or '')[:8]}" if logo_id else "",
        style_version=colour.lstrip("#"),
        partners=[(partner, url) for partner, url in partner_rows],
        navigation=navigation,
        footer=footer,
        home_url=home_url,
        by_key=by_key,
    )


def page_trail(page: Page, reader: Reader, language: str) -> list[Link]:
    """Return the pages above a page that the reader may read, each in the best language for them."""
    frame = frame_for(reader, language)
    return [
        frame.by_key.get(section.translation_key) or Link(section.title, section.address, section.pk)
        for section in sections_of(page, reader)
    ]


@dataclass(frozen=True)
class DoorLink:
    """A door of the home page that the reader may go through."""

    kind: str
    label: str
    text: str
    url: str


@dataclass(frozen=True)
class FrontPage:
    """The composed part of the home page; `priority` is the first of what is featured, as far as it is readable."""

    priority: KnowledgePage | None
    featured: Sequence[KnowledgePage]
    latest: Sequence[KnowledgePage]
    upcoming: Sequence[UpcomingDate]
    topics: Sequence[tuple[Term, int]]
    figures: Sequence[CommunityFigure]
    doors: Sequence[DoorLink]
    join_url: str


def with_composition(pages: QuerySet[HomePage], reader: Reader) -> QuerySet[HomePage]:
    """Load with home pages what editors composed them of; `take_over_composition` makes it readable."""
    page = OuterRef("pk")
    targets = Page.objects.filter(
        translation_key=OuterRef("join_page__translation_key"), locale=OuterRef("locale"), alias_of__isnull=True
    )
    return pages.annotate(
        featured_rows=JSONRows(
            FeaturedItem.objects.filter(page=page).order_by("sort_order"), "pk", "item_id", "item__translation_key"
        ),
        upcoming_rows=JSONRows(
            UpcomingDate.objects.filter(page=page).order_by("sort_order"), "pk", "date", "title", "place", "text"
        ),
        figure_rows=JSONRows(CommunityFigure.objects.filter(page=page).order_by("sort_order"), "pk", "value", "label"),
        join_rows=JSONRows(readable_pages(targets, reader), "url_path"),
        door_rows=JSONRows(
            Door.objects.filter(page=page).order_by("sort_order"), "pk", "kind", "text", "target__translation_key"
        ),
        target_rows=JSONRows(
            readable_pages(
                Page.objects.filter(
                    translation_key__in=Door.objects.filter(page=OuterRef(page)).values("target__translation_key"),
                    locale=OuterRef("locale"),
                    alias_of__isnull=True,
                ),
                reader,
            ),
            *("translation_key", "url_path"),
        ),
    )


def take_over_composition(page: HomePage) -> None:
    """Put what `with_composition` loaded where modelcluster looks for it."""
    page._cluster_related_objects = {
        "featured_items": items_from(FeaturedItem, page, page.featured_rows),
        "upcoming_dates": [
            UpcomingDate(pk=pk, page_id=page.pk, date=parse_date(date), title=title, place=place, text=text)
            for pk, date, title, place, text in page.upcoming_rows
        ],
        "figures": [
            CommunityFigure(pk=pk, page_id=page.pk, value=value, label=label) for pk, value, label in page.figure_rows
        ],
    }


def join_address(page: HomePage, reader: Reader) -> str:
    """Return where the call to join leads in the page's language, or nothing if the reader may not go there."""
    if not page.join_page_id:
        return ""
    if not hasattr(page, "join_rows"):
        loaded = with_composition(HomePage.objects.filter(pk=page.pk), reader).first()
        page.join_rows = loaded.join_rows if loaded else []
    paths = [url_path for (url_path,) in page.join_rows]
    return path_below(page.locale.language_code, paths[0]) if paths else ""


def doors_of(page: HomePage, reader: Reader) -> list[DoorLink]:
    """Return the doors of a home page, without those whose page the reader may not read in its language."""
    if not hasattr(page, "door_rows"):  # A preview, of what is not stored yet.
        doors_of_page = list(page.doors.all())
        page.door_rows = [
            (door.pk, door.kind, door.text, door.target.translation_key if door.target else None)
            for door in doors_of_page
        ]
        keys = {key for *_rest, key in page.door_rows if key}
        targets = Page.objects.filter(translation_key__in=keys, locale=page.locale, alias_of__isnull=True)
        page.target_rows = list(readable_pages(targets, reader).values_list("translation_key", "url_path"))
    language = page.locale.language_code
    addresses = {UUID(str(key)): path_below(language, url_path) for key, url_path in page.target_rows}
    doors = []
    for _pk, kind, text, key in page.door_rows:
        url = addresses.get(UUID(str(key))) if key else (reverse("search") if kind == Door.Kind.FIND else None)
        if url:
            doors.append(DoorLink(kind, str(Door.Kind(kind).label), text, url))
    return doors


def front_page(page: HomePage, reader: Reader) -> FrontPage:
    """Return what the home page shows to a reader: never a title or a count of what they may not read."""
    language = page.locale.language_code
    keys = item_keys(page.featured_items.all())
    readable = readable_knowledge(reader, language)
    newest = readable.exclude(translation_key__in=keys).order_by("-published_on", "-pk")
    shown = for_cards(readable.filter(Q(translation_key__in=keys) | Q(pk__in=newest.values("pk")[:LATEST_COUNT])))
    found = cards(shown.order_by("-published_on", "-pk"), reader)
    featured = {item.translation_key: item for item in found if item.translation_key in keys}
    chosen = [featured[key] for key in keys if key in featured]
    return FrontPage(
        priority=chosen[0] if chosen else None,
        featured=chosen[1:],
        latest=[item for item in found if item.translation_key not in featured],
        upcoming=[item for item in page.upcoming_dates.all() if item.date >= timezone.localdate()],
        topics=topics_with_counts(reader, language)[:TOPIC_COUNT],
        figures=list(page.figures.all()),
        doors=doors_of(page, reader),
        join_url=join_address(page, reader),
    )


def topics_with_counts(reader: Reader, language: str) -> list[tuple[Term, int]]:
    """Return the topics of what a reader may read, most used first, with how many pieces are about them."""
    terms = current_vocabulary(reader.generation).by_slug
    schemes = {scheme.value for scheme in TOPIC_SCHEMES}
    counts = counts_by_concept(reader, language)
    used = [(terms[slug], number) for slug, number in counts.items() if terms[slug].scheme in schemes]
    return sorted(used, key=lambda pair: (-pair[1], pair[0].slug))
