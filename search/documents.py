"""Builds what the index keeps from pages, many at a time, in a number of queries that does not grow."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import batched

from django.apps import apps
from django.conf import settings
from django.db.models import prefetch_related_objects
from wagtail.models import Page

from access.models import PageAccess
from knowledge.models import CaseStudy, KnowledgePage, ReadablePage
from search.contract import Document
from vocabulary.countries import country_name
from vocabulary.queries import Vocabulary, load_vocabulary

BATCH = 200
# A body longer than this is cut: nobody finds a page by its hundred thousandth letter, and PostgreSQL's vectors
# hold 1 MiB.
BODY_LENGTH = 100_000
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def readable_types() -> list[type[ReadablePage]]:
    """Return the page types that can be found: every one that is read, whichever app it is in."""
    return [model for model in apps.get_models() if issubclass(model, ReadablePage) and model.is_creatable]


def type_names() -> dict[str, str]:
    """Return, for each type as the index names it, what people call it in the active language."""
    return {model._meta.model_name or "": str(model._meta.verbose_name) for model in readable_types()}


def findable_page_ids() -> Iterator[int]:
    """Yield the primary keys of all live pages that can be found, in a stable order."""
    pages = Page.objects.type(*readable_types()).filter(live=True, alias_of__isnull=True).order_by("pk")
    yield from pages.values_list("pk", flat=True).iterator(chunk_size=2000)


def documents_of(page_ids: Iterable[int]) -> Iterator[Document]:
    """Yield the documents of those of the pages that are live, are no aliases and have an audience."""
    vocabulary = load_vocabulary()
    for batch in batched(page_ids, BATCH):
        yield from _documents_of_batch(list(batch), vocabulary)


def _documents_of_batch(page_ids: list[int], vocabulary: Vocabulary) -> Iterator[Document]:
    audiences = dict(PageAccess.objects.filter(page_id__in=page_ids).values_list("page_id", "audience_id"))
    pages: list[ReadablePage] = []
    for model in readable_types():
        found = model._default_manager.filter(pk__in=page_ids, live=True, alias_of__isnull=True)
        pages.extend(found.select_related("locale"))
    knowledge = [page for page in pages if isinstance(page, KnowledgePage)]
    prefetch_related_objects(knowledge, "topics", "sectors", "regions", "countries")
    prefetch_related_objects(knowledge, "authors__organisation__names")
    cases = [page for page in knowledge if isinstance(page, CaseStudy)]
    prefetch_related_objects(cases, "organisation__names")

    versions: dict = defaultdict(set)
    keys = {page.translation_key for page in pages}
    live = Page.objects.filter(translation_key__in=keys, live=True, alias_of__isnull=True)
    for key, language in live.values_list("translation_key", "locale__language_code"):
        versions[key].add(language)

    for page in pages:
        audience_id = audiences.get(page.pk)
        if audience_id is not None:
            yield _document(page, audience_id, versions[page.translation_key], vocabulary)


def _document(page: ReadablePage, audience_id: int, versions: set[str], vocabulary: Vocabulary) -> Document:
    language = page.locale.language_code
    offered_in = {language}
    if page.source_language == language:
        offered_in |= set(LANGUAGES) - versions
    labels: list[str] = []
    topics: list[str] = []
    sectors: list[str] = []
    countries: list[str] = []
    if isinstance(page, KnowledgePage):
        topics = vocabulary.with_broader(concept.slug for concept in page.topics.all())
        sectors = vocabulary.with_broader(concept.slug for concept in page.sectors.all())
        countries = [country.code for country in page.countries.all()]
        labels = _labels(page, language, vocabulary)
    return Document(
        page_id=page.pk,
        version=0,
        language=language,
        offered_in=tuple(sorted(offered_in)),
        type=page._meta.model_name or "",
        title=_composed(page.title),
        summary=_composed(page.summary),
        body=_composed("\n".join(text.strip() for text in page.readable_texts()))[:BODY_LENGTH],
        labels=_composed(" · ".join(dict.fromkeys(labels))),
        topics=tuple(topics),
        sectors=tuple(sectors),
        countries=tuple(countries),
        year=str(page.published_on.year),
        published_on=page.published_on.isoformat(),
        audience_id=audience_id,
    )


def _composed(text: str) -> str:
    """Return a text with each accented letter as one character, as queries have them; without NUL."""
    return unicodedata.normalize("NFC", text).replace("\0", "")


def _labels(page: KnowledgePage, language: str, vocabulary: Vocabulary) -> list[str]:
    """Return the names of what a page is about and of who wrote it, in its language."""
    labels = []
    for concept in (*page.topics.all(), *page.sectors.all(), *page.regions.all()):
        term = vocabulary.by_pk[concept.pk]
        labels += [term.label_in(language), *term.alternatives.get(language, [])]
    labels += [country_name(country.code, language) for country in page.countries.all()]
    for author in page.authors.all():
        labels.append(author.name)
        if author.organisation:
            labels.append(author.organisation.name_in(language))
    if isinstance(page, CaseStudy) and page.organisation:
        labels.append(page.organisation.name_in(language))
    return labels
