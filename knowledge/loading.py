"""Loads pages with all that reading them takes, in a number of queries that does not depend on what they have.

A page comes in two queries: its row, with the versions and sections its reader may read, and the row of its
type, with its children as JSON (`access.rows`). Its images and documents come in one query each. Everything is
put where Wagtail and modelcluster look before they ask the database, so that templates and queries read
`page.authors.all()` or `block.value.image` as they would in a preview, where nothing is loaded ahead.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import F, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Substr
from wagtail.models import Page

from access.policy import is_closed_by_itself, own_marking_lets, readable_pages
from access.readers import Reader
from access.rows import JSONRows, time_from_json
from knowledge.addresses import path_below
from knowledge.file_choosers import chosen_in, files_loaded
from knowledge.models.adaptations import Adaptation
from knowledge.models.case_studies import CaseStudy
from knowledge.models.files import HubDocument, HubImage, HubRendition
from knowledge.models.pages import (
    Attachment,
    Author,
    CountryConcerned,
    KnowledgePage,
    ReadablePage,
    RelatedItem,
)
from knowledge.models.recordings import HubMedia, RecordingMedia, WebinarRecording
from members.models import Organisation, OrganisationName
from vocabulary.models import Concept

CONCEPT_RELATIONS = ("topics", "sectors", "regions")
NAME_FIELDS = ("organisation_id", "organisation__slug", "language", "text")
# The images of a card, as templates/components/card.html asks for them.
CARD_IMAGES = ("fill-480x300|format-webp", "fill-960x600|format-webp")
# What is kept of a rendition in JSON, in the order in which the model takes it.
RENDITION_FIELDS = ("id", "filter_spec", "focal_point_key", "file", "width", "height")


# What the player needs of a media file.
MEDIA_FIELDS = (
    *("id", "collection_id", "audience_id", "title", "file", "type", "duration", "width", "height"),
    "file_size",
)


# How deep a page can be and still have all of its sections named above it.
MOST_SECTIONS = 8


# --- The row of a page ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Version:
    """A live page as its links need it: in which language it is, and where."""

    pk: int
    language: str
    title: str
    path: str
    translation_key: UUID
    address: str
    last_published_at: datetime.datetime | None
    model: str


VERSION_FIELDS = (
    *("pk", "locale__language_code", "title", "path", "translation_key", "url_path", "last_published_at"),
    "content_type__model",
)


def _versions(rows: Iterable[Sequence[Any]]) -> list[Version]:
    return [
        Version(pk, language, title, path, UUID(key), path_below(language, url_path), time_from_json(published), model)
        for pk, language, title, path, key, url_path, published, model in rows
    ]


def with_surroundings(pages: QuerySet[Page], reader: Reader) -> QuerySet[Page]:
    """Limit pages to what the reader may read, and load with each its live versions and its sections.

    `versions_of` and `sections_of` read them. Aliases are no versions.
    """
    originals = readable_pages(Page.objects.filter(alias_of__isnull=True), reader)
    versions = originals.filter(translation_key=OuterRef("translation_key")).order_by("path")
    # Treebeard's paths: each step down adds letters, so the sections are where the beginnings of a path lead.
    lengths = range(2 * Page.steplen, (MOST_SECTIONS + 2) * Page.steplen, Page.steplen)
    sections = originals.filter(path__in=[Substr(OuterRef("path"), 1, length) for length in lengths])
    sections = sections.exclude(path=OuterRef("path")).order_by("depth")
    return (
        readable_pages(pages, reader)
        .select_related("locale", "content_type", "access__audience")
        .annotate(
            version_rows=JSONRows(versions, *VERSION_FIELDS),
            section_rows=JSONRows(sections, *VERSION_FIELDS),
        )
    )


def _surroundings(page: Page, name: str, reader: Reader) -> list[Version]:
    """Return what `with_surroundings` loaded under a name, or look it up (one query)."""
    loaded = page if hasattr(page, name) else with_surroundings(Page.objects.filter(pk=page.pk), reader).first()
    return _versions(getattr(loaded, name, ()))


def versions_of(page: Page, reader: Reader) -> dict[str, Version]:
    """Return the live versions of a page that the reader may read, by language code (no query if loaded)."""
    return {version.language: version for version in _surroundings(page, "version_rows", reader)}


def sections_of(page: Page, reader: Reader) -> list[Version]:
    """Return the pages above a page that the reader may read, from the top (no query if loaded)."""
    return _surroundings(page, "section_rows", reader)


# --- The page itself --------------------------------------------------------------------------------


def load_specific(page: Page, reader: Reader) -> Page:
    """Return the page as its type, with its children and files, from a row of `with_surroundings`.

    Files that their own marking closes to the reader are left out, as if the page did not have them. Two to four
    queries: the row of the type, then images and documents if it has any.
    """
    model = page.specific_class or Page
    rows = model._default_manager.filter(pk=page.pk)
    if issubclass(model, KnowledgePage):
        rows = with_children(rows)
    specific = rows.get()
    take_over(specific, page)
    if isinstance(specific, KnowledgePage):
        attach_children(specific, reader)
    if isinstance(specific, ReadablePage):
        load_files(specific, lets=partial(own_marking_lets, reader=reader))
    return specific


# A case study's translations carry copies of its records of reuse: the source's count.
IS_RECORD_OF_SOURCE = Q(case_study__isnull=True) | Q(case_study__source_language=F("case_study__locale__language_code"))
ADAPTATION_FIELDS = (
    *("practice__translation_key", "case_study__translation_key"),
    *("organisation_id", "country", "year", "note"),
)


def adaptations_touching(translation_key: Any, case_study: Any) -> QuerySet[Adaptation]:
    """Return the records that a practice was reused, and those of what a case study reused.

    Args:
        translation_key: of the practice, or a reference to an outer query's.
        case_study: primary key of the page, or a reference to it.
    """
    of_practice = Q(practice__translation_key=translation_key) & IS_RECORD_OF_SOURCE
    return Adaptation.objects.filter(of_practice | Q(case_study=case_study)).order_by("year", "pk")


def take_over(specific: Page, page: Page) -> None:
    """Give a page of its type what was loaded with its row."""
    loaded = ("locale", "content_type", "access", "version_rows", "section_rows", "followed_rows")
    for name in loaded:
        if hasattr(page, name):
            setattr(specific, name, getattr(page, name))


def with_children[PageType: KnowledgePage](pages: QuerySet[PageType]) -> QuerySet[PageType]:
    """Load with pieces of knowledge what they are about, who wrote them, what belongs to them."""
    page = OuterRef("pk")
    through = {name: getattr(KnowledgePage, name).through.objects for name in CONCEPT_RELATIONS}
    concepts = {
        f"{name}_rows": JSONRows(
            rows.filter(knowledgepage_id=page).order_by("concept__slug"), "concept_id", "concept__slug"
        )
        for name, rows in through.items()
    }
    authors = Author.objects.filter(page=page).order_by("sort_order")
    adaptations = adaptations_touching(OuterRef("translation_key"), page)
    # One level further in, "the page" is the outer query of the outer query.
    named = Q(organisation__in=Author.objects.filter(page=OuterRef(page)).values("organisation")) | Q(
        organisation__in=adaptations_touching(OuterRef(OuterRef("translation_key")), OuterRef(page))
        .order_by()
        .values("organisation")
    )
    if issubclass(pages.model, WebinarRecording):
        media = RecordingMedia.objects.filter(page=page).order_by("sort_order")
        pages = pages.annotate(media_rows=JSONRows(media, "pk", *(f"media__{name}" for name in MEDIA_FIELDS)))
    if issubclass(pages.model, CaseStudy):
        named |= Q(organisation=OuterRef("organisation"))
    return pages.annotate(
        **concepts,
        country_rows=JSONRows(CountryConcerned.objects.filter(page=page).order_by("sort_order"), "pk", "code"),
        author_rows=JSONRows(authors, "pk", "name", "role", "organisation_id"),
        attachment_rows=JSONRows(
            Attachment.objects.filter(page=page).order_by("sort_order"),
            *(
                "pk",
                "note",
                "document_id",
                "document__collection_id",
                "document__audience_id",
                "document__title",
                "document__file",
                "document__file_size",
            ),
        ),
        related_rows=JSONRows(
            RelatedItem.objects.filter(page=page).order_by("sort_order"), "pk", "item_id", "item__translation_key"
        ),
        adaptation_rows=JSONRows(adaptations, *ADAPTATION_FIELDS),
        name_rows=JSONRows(OrganisationName.objects.filter(named).order_by("language"), *NAME_FIELDS),
    )


@dataclass(frozen=True)
class RecordOfReuse:
    """An adaptation, with the translation keys of the practice and of the case study that tells of it."""

    practice_key: UUID
    case_key: UUID | None
    organisation_id: int | None
    country: str
    year: int | None
    note: str


def records_of_reuse(page: KnowledgePage) -> tuple[list[RecordOfReuse], Mapping[int, Organisation]]:
    """Return the records that touch a page, and the organisations they name (no query if loaded)."""
    if not hasattr(page, "adaptation_rows"):
        found = with_children(KnowledgePage.objects.filter(pk=page.pk)).values_list("adaptation_rows", "name_rows")
        page.adaptation_rows, page.name_rows = found.first() or ([], [])
    records = [
        RecordOfReuse(UUID(practice), UUID(case) if case else None, organisation_id, country, year, note)
        for practice, case, organisation_id, country, year, note in page.adaptation_rows
    ]
    return records, organisations_from(page.name_rows)


def organisations_from(rows: Iterable[Sequence[Any]]) -> dict[int, Organisation]:
    """Return organisations with their names, from rows of `NAME_FIELDS`, by primary key."""
    found: dict[int, Organisation] = {}
    for pk, slug, language, text in rows:
        organisation = found.setdefault(pk, Organisation(pk=pk, slug=slug))
        children = organisation.__dict__.setdefault("_cluster_related_objects", {"names": []})
        children["names"].append(OrganisationName(language=language, text=text))
    return found


def items_from[ItemType: Model](model: type[ItemType], page: Page, rows: Iterable[Sequence[Any]]) -> list[ItemType]:
    """Return the rows by which a page points to pieces of knowledge: key, key of the piece, its translation key."""
    items = []
    for pk, item_id, key in rows:
        item: Any = model(pk=pk, page_id=page.pk, item_id=item_id)
        item.item_key = UUID(key)
        items.append(item)
    return items


def item_keys(items: Iterable[Any]) -> list[UUID]:
    """Return the translation keys of the pieces that items point to (no query for those of `items_from`)."""
    return [getattr(item, "item_key", None) or item.item.translation_key for item in items]


def attach_children(page: KnowledgePage, reader: Reader) -> None:
    """Put what `with_children` loaded where modelcluster looks for it, but for files closed to the reader."""
    organisations = organisations_from(page.name_rows)
    if isinstance(page, CaseStudy):
        page.organisation = organisations.get(page.organisation_id)
    attachments = [
        Attachment(
            pk=pk,
            page_id=page.pk,
            note=note,
            document=HubDocument(
                **{"pk": document_id, "collection_id": collection_id, "audience_id": audience_id},
                **{"title": title, "file": file, "file_size": size},
            ),
        )
        for pk, note, document_id, collection_id, audience_id, title, file, size in page.attachment_rows
    ]
    attachments = [each for each in attachments if own_marking_lets(each.document, reader)]
    page._cluster_related_objects = {
        **{
            name: [Concept(pk=pk, slug=slug) for pk, slug in getattr(page, f"{name}_rows")]
            for name in CONCEPT_RELATIONS
        },
        "countries": [CountryConcerned(pk=pk, page_id=page.pk, code=code) for pk, code in page.country_rows],
        "authors": [
            Author(pk=pk, page_id=page.pk, name=name, role=role, organisation=organisations.get(organisation_id))
            for pk, name, role, organisation_id in page.author_rows
        ],
        "attachments": attachments,
        "related_items": items_from(RelatedItem, page, page.related_rows),
    }
    if isinstance(page, WebinarRecording):
        media = [
            RecordingMedia(pk=pk, page_id=page.pk, media=HubMedia(**dict(zip(MEDIA_FIELDS, fields, strict=True))))
            for pk, *fields in page.media_rows
        ]
        page._cluster_related_objects["media"] = [each for each in media if own_marking_lets(each.media, reader)]


# --- Cards ------------------------------------------------------------------------------------------


def for_cards(pages: QuerySet[KnowledgePage]) -> QuerySet[KnowledgePage]:
    """Load with each page what a card shows; `cards` makes it readable for templates (no further query)."""
    thumbnails = HubRendition.objects.filter(image=OuterRef("lead_image_id"), filter_spec__in=CARD_IMAGES)
    return pages.select_related("locale", "content_type", "lead_image", "access").annotate(
        recording_duration=F("webinarrecording__duration"),
        country_rows=JSONRows(
            CountryConcerned.objects.filter(page=OuterRef("pk")).order_by("sort_order"), "pk", "code"
        ),
        thumbnail_rows=JSONRows(thumbnails, *RENDITION_FIELDS),
    )


def cards(pages: Iterable[KnowledgePage], reader: Reader) -> list[KnowledgePage]:
    """Return pages from `for_cards`, their countries and thumbnails where templates look for them.

    An image that its own marking closes to the reader is left out.
    """
    made = list(pages)
    for page in made:
        page._cluster_related_objects = {
            "countries": [CountryConcerned(pk=pk, page_id=page.pk, code=code) for pk, code in page.country_rows]
        }
        if page.lead_image is not None and not own_marking_lets(page.lead_image, reader):
            page.lead_image = None
        if page.lead_image is not None:
            page.lead_image.prefetched_renditions = _renditions(page.lead_image, page.thumbnail_rows)
    return made


def _renditions(image: HubImage, rows: Iterable[Sequence[Any]]) -> list[HubRendition]:
    return [HubRendition(image=image, **dict(zip(RENDITION_FIELDS, row, strict=True))) for row in rows]


# --- Images and documents ---------------------------------------------------------------------------


def files_chosen_in(page: ReadablePage) -> dict[type[Model], set[int]]:
    """Return the keys of the images and of the documents that a page shows, its lead image included."""
    chosen: dict[type[Model], set[int]] = {HubImage: set(), HubDocument: set()}
    for body in page.bodies:
        for model, pk in chosen_in(body.stream_block, list(body.raw_data)):
            chosen[model].add(pk)
    if page.lead_image_id:
        chosen[HubImage].add(page.lead_image_id)
    if slides_id := getattr(page, "slides_id", None):
        chosen[HubDocument].add(slides_id)
    return chosen


def load_files(*pages: ReadablePage, lets: Callable[[Any], bool]) -> None:
    """Load the images of pages with their renditions, and their documents, in a query each (none for none).

    Args:
        pages: their bodies must not have been looked at yet.
        lets: tells of a file whether it may be shown; what may not is as good as gone.
    """
    chosen: dict[type[Model], set[int]] = {HubImage: set(), HubDocument: set()}
    for page in pages:
        for model, keys in files_chosen_in(page).items():
            chosen[model] |= keys
    loaded: dict[type[Model], Mapping[int, Model]] = {
        HubImage: _images(chosen[HubImage]),
        HubDocument: HubDocument.objects.in_bulk(chosen[HubDocument]) if chosen[HubDocument] else {},
    }
    loaded = {model: {pk: file for pk, file in files.items() if lets(file)} for model, files in loaded.items()}
    with files_loaded(loaded):
        for page in pages:
            for body in page.bodies:
                for block in body:  # StreamField makes the values of blocks when they are first asked for.
                    _ = block.value
    for page in pages:
        if page.lead_image_id:
            page.lead_image = loaded[HubImage].get(page.lead_image_id)
        if isinstance(page, WebinarRecording) and page.slides_id:
            page.slides = loaded[HubDocument].get(page.slides_id)
        page.loaded_documents = loaded[HubDocument]  # For links in rich text (knowledge.links).


def _images(keys: set[int]) -> Mapping[int, HubImage]:
    if not keys:
        return {}
    renditions = JSONRows(HubRendition.objects.filter(image=OuterRef("pk")), *RENDITION_FIELDS)
    images = HubImage.objects.filter(pk__in=keys).annotate(rendition_rows=renditions, is_closed=is_closed_by_itself())
    found = {image.pk: image for image in images}
    for image in found.values():
        image.prefetched_renditions = _renditions(image, image.rendition_rows)
    return found
