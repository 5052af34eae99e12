"""The index as the rest of the hub uses it: what is written, what is asked, and what happens when a part is away."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import batched

from django.conf import settings
from django.db import transaction
from django.db.models import F
from wagtail.models import Page

from access.models import PageAccess
from access.policy import readable_pages
from access.readers import Reader
from search.contract import Completion, Document, Fragment, Query, Results, SearchEngine, SearchEngineError
from search.documents import documents_of, findable_page_ids
from search.engines.database import DatabaseEngine
from search.models import SearchEntry

logger = logging.getLogger("hub.search")

BATCH = 200
# How long this process leaves Elasticsearch alone after it failed, so that no reader waits for it meanwhile.
REST_SECONDS = 10
_away_until = 0.0


def uses_elasticsearch() -> bool:
    """Tell whether a cluster is configured."""
    return bool(settings.ELASTICSEARCH["URLS"])


def elasticsearch_engine() -> SearchEngine:
    """Return the engine of the configured cluster."""
    from search.engines.elasticsearch import ElasticsearchEngine

    return ElasticsearchEngine()


def _ask[Answer](question: Callable[[SearchEngine], Answer]) -> tuple[Answer, bool]:
    """Ask Elasticsearch if there is one and it is well, else the database; tell whether it was the second best."""
    global _away_until
    if not uses_elasticsearch():
        return question(DatabaseEngine()), False
    if time.monotonic() >= _away_until:
        try:
            return question(elasticsearch_engine()), False
        except SearchEngineError as error:
            _away_until = time.monotonic() + REST_SECONDS
            logger.warning("Elasticsearch is away; searching the database: %s", error)
    return question(DatabaseEngine()), True


@dataclass(frozen=True)
class FoundPage:
    """A hit that the policy lets the reader see."""

    page: Page
    marking: str
    title: Sequence[Fragment]
    excerpt: Sequence[Fragment]


@dataclass(frozen=True)
class Answer:
    """Results for a reader; `is_degraded` when Elasticsearch is configured but could not be asked."""

    results: Results
    hits: Sequence[FoundPage]
    is_degraded: bool


def search(query: Query, reader: Reader) -> Answer:
    """Answer a query. Whatever the engine says, only what the policy allows now is shown."""
    results, is_degraded = _ask(lambda engine: engine.search(query))
    hits = _found(results, reader)
    if len(hits) < len(results.hits):
        # The engine is behind a change of rights, so its counts may hold what the reader may not know of.
        results = DatabaseEngine().search(query)
        hits = _found(results, reader)
    return Answer(results, hits, is_degraded)


def _found(results: Results, reader: Reader) -> list[FoundPage]:
    pages = _readable([hit.page_id for hit in results.hits], reader)
    return [
        FoundPage(pages[hit.page_id], pages[hit.page_id].access.marking, hit.title, hit.excerpt)
        for hit in results.hits
        if hit.page_id in pages
    ]


def complete(beginning: str, language: str, reader: Reader) -> list[tuple[Completion, Page]]:
    """Return titles that continue what was typed, each with its page, as the policy allows now."""
    completions, _degraded = _ask(lambda engine: engine.complete(beginning, language, reader.audience_ids))
    pages = _readable([completion.page_id for completion in completions], reader)
    return [(each, pages[each.page_id]) for each in completions if each.page_id in pages]


def _readable(page_ids: list[int], reader: Reader) -> dict[int, Page]:
    if not page_ids:
        return {}
    pages = readable_pages(Page.objects.filter(pk__in=page_ids), reader)
    return {page.pk: page for page in pages.select_related("locale", "content_type", "access")}


_is_paused: ContextVar[bool] = ContextVar("search_recording_is_paused", default=False)


@contextmanager
def recording_paused() -> Iterator[None]:
    """Record nothing meanwhile: for loads of many pages, after which all entries are written anew."""
    token = _is_paused.set(True)
    try:
        yield
    finally:
        _is_paused.reset(token)


@transaction.atomic
def record_pages(page_ids: Iterable[int]) -> None:
    """Write the entries of pages and of their other languages anew, in the transaction of what changed them.

    Pages that are gone, or cannot be found any more, leave a tombstone. Elasticsearch is told when the
    transaction commits.
    """
    if _is_paused.get():
        return
    page_ids = set(page_ids)
    keys = Page.objects.filter(pk__in=page_ids).values("translation_key")
    page_ids |= set(Page.objects.filter(translation_key__in=keys).values_list("pk", flat=True))
    documents = {document.page_id: document for document in documents_of(sorted(page_ids))}
    _write(documents.values())
    gone = page_ids - documents.keys()
    DatabaseEngine().remove(gone)
    SearchEntry.objects.filter(pk__in=gone, is_removed=False).update(
        is_removed=True, is_pushed=False, version=F("version") + 1
    )
    _push_after_commit()


@transaction.atomic
def record_rights(page_ids: Iterable[int]) -> None:
    """Have Elasticsearch told that pages have another audience; the database asks for it at every search."""
    for batch in batched(page_ids, BATCH):
        SearchEntry.objects.filter(pk__in=batch).update(is_pushed=False, version=F("version") + 1)
    _push_after_commit()


def _push_after_commit() -> None:
    if uses_elasticsearch():
        from search.tasks import push_search_entries

        transaction.on_commit(push_search_entries.enqueue)


def _write(documents: Iterable[Document]) -> None:
    """Write entries and their full text."""
    engine = DatabaseEngine()
    for batch in batched(documents, BATCH):
        ids = [document.page_id for document in batch]
        versions = dict(SearchEntry.objects.filter(pk__in=ids).values_list("pk", "version"))
        entries = [
            SearchEntry(
                page_id=document.page_id,
                version=versions.get(document.page_id, 0) + 1,
                is_removed=False,
                is_pushed=False,
                language=document.language,
                offered_in=list(document.offered_in),
                type=document.type,
                title=document.title,
                summary=document.summary,
                body=document.body,
                labels=document.labels,
                topics=list(document.topics),
                sectors=list(document.sectors),
                countries=list(document.countries),
                published_on=document.published_on,
            )
            for document in batch
        ]
        fields = [field.name for field in SearchEntry._meta.fields if not field.primary_key]
        SearchEntry.objects.bulk_create(entries, update_conflicts=True, update_fields=fields, unique_fields=["page_id"])
        engine.put(batch)


def rebuild_entries(report: Callable[[int], None] = lambda count: None) -> int:
    """Write all entries anew, batch by batch, and mark as removed what cannot be found any more."""
    seen = 0
    kept: set[int] = set()
    for batch in batched(findable_page_ids(), BATCH):
        with transaction.atomic():
            documents = list(documents_of(batch))
            _write(documents)
        kept.update(document.page_id for document in documents)
        seen += len(documents)
        report(seen)
    stale = [pk for pk in SearchEntry.objects.filter(is_removed=False).values_list("pk", flat=True) if pk not in kept]
    with transaction.atomic():
        DatabaseEngine().remove(stale)
        for batch in batched(stale, BATCH):
            SearchEntry.objects.filter(pk__in=batch).update(is_removed=True, is_pushed=False, version=F("version") + 1)
    return seen


def stored_documents() -> Iterator[Document]:
    """Yield the documents of all entries, a few at a time, whatever their number."""
    entries = SearchEntry.objects.filter(is_removed=False).order_by("pk")
    last = 0
    while rows := list(entries.filter(pk__gt=last)[:BATCH]):
        yield from _documents(rows)
        last = rows[-1].pk


def _documents(entries: Sequence[SearchEntry]) -> Iterator[Document]:
    ids = [entry.pk for entry in entries]
    audiences = dict(PageAccess.objects.filter(page_id__in=ids).values_list("page_id", "audience_id"))
    for entry in entries:
        if entry.pk in audiences:
            yield Document(
                page_id=entry.pk,
                version=entry.version,
                language=entry.language,
                offered_in=tuple(entry.offered_in),
                type=entry.type,
                title=entry.title,
                summary=entry.summary,
                body=entry.body,
                labels=entry.labels,
                topics=tuple(entry.topics),
                sectors=tuple(entry.sectors),
                countries=tuple(entry.countries),
                year=str(entry.published_on.year),
                published_on=entry.published_on.isoformat(),
                audience_id=audiences[entry.pk],
            )


def rebuild_elasticsearch() -> int:
    """Fill new indexes from the entries and switch to them; what changed meanwhile is pushed afterwards."""
    versions = dict(SearchEntry.objects.values_list("pk", "version"))
    count = elasticsearch_engine().rebuild(stored_documents())
    for batch in batched(versions, BATCH):
        for pk in batch:
            SearchEntry.objects.filter(pk=pk, version=versions[pk]).update(is_pushed=True)
    SearchEntry.objects.filter(is_removed=True, is_pushed=True).delete()
    push_pending()
    return count


def push_pending() -> int:
    """Bring Elasticsearch up to date; return how many entries were pushed.

    An entry counts as pushed only if nothing changed it meanwhile. What fails stays to be pushed.
    """
    if not uses_elasticsearch():
        return 0
    engine = elasticsearch_engine()
    pushed = 0
    while rows := list(SearchEntry.objects.filter(is_pushed=False).order_by("pk")[:BATCH]):
        engine.put(_documents([entry for entry in rows if not entry.is_removed]))
        engine.remove([entry.pk for entry in rows if entry.is_removed])
        for entry in rows:
            SearchEntry.objects.filter(pk=entry.pk, version=entry.version).update(is_pushed=True)
        SearchEntry.objects.filter(is_removed=True, is_pushed=True).delete()
        pushed += len(rows)
    return pushed


def search_state() -> str:
    """Return `up`, or `degraded` when Elasticsearch is configured but does not answer."""
    if not uses_elasticsearch():
        return "up"
    try:
        elasticsearch_engine().complete("a", "en", frozenset())
    except SearchEngineError:
        return "degraded"
    return "up"
