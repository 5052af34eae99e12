"""The index as the rest of the hub uses it: what is written, what is asked, and what happens when a part is away."""

from __future__ import annotations

import logging
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from itertools import batched
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F, Min
from django.utils import timezone
from rapidfuzz.distance import OSA
from wagtail.models import Page

from access.models import PageAccess
from access.policy import readable_pages
from access.readers import Reader
from search.analysis import fold
from search.contract import (
    Completion,
    Document,
    FoundPassage,
    Fragment,
    Query,
    Results,
    SearchEngine,
    SearchEngineError,
)
from search.documents import documents_of
from search.engines.database import DatabaseEngine
from search.excerpts import forms_of
from search.models import SearchEntry
from search.spelling import edits_allowed
from search.thesaurus import current_thesaurus

if TYPE_CHECKING:
    from search.engines.elasticsearch import ElasticsearchEngine

logger = logging.getLogger("hub.search")

BATCH = 200
# How long this process leaves Elasticsearch alone after it failed, so that no reader waits for it meanwhile.
REST_SECONDS = 10
_away_until = 0.0
# A search that finds entries not pushed yet pushes some itself, but not more often than this.
PUSH_SECONDS = 10
_push_again_at = 0.0


def uses_elasticsearch() -> bool:
    """Tell whether a cluster is configured."""
    return bool(settings.ELASTICSEARCH["URLS"])


def elasticsearch_engine() -> ElasticsearchEngine:
    """Return the engine of the configured cluster."""
    from search.engines.elasticsearch import ElasticsearchEngine

    return ElasticsearchEngine()


def is_resting() -> bool:
    """Tell whether Elasticsearch failed this process a moment ago, and is not asked again yet."""
    return time.monotonic() < _away_until


@contextmanager
def _noticing_failure() -> Iterator[None]:
    """Leave Elasticsearch alone for a while after it failed."""
    global _away_until
    try:
        yield
    except SearchEngineError:
        _away_until = time.monotonic() + REST_SECONDS
        raise


def _ask[Answer](question: Callable[[SearchEngine], Answer]) -> tuple[Answer, bool]:
    """Ask Elasticsearch if it is well and knows everything, else the database.

    As long as something is not pushed, Elasticsearch may find or count what the reader may not read any more, or
    show what was taken out of a text; the entries themselves are right from the moment a change is made.

    Returns:
        The answer, and whether it is only the second best, because Elasticsearch is away.
    """
    if not uses_elasticsearch():
        return question(DatabaseEngine()), False
    try:
        if not is_resting():
            if not SearchEntry.objects.filter(is_pushed=False).exists():
                with _noticing_failure():
                    return question(elasticsearch_engine()), False
            _push_some()
    except SearchEngineError as error:
        logger.warning("Elasticsearch is away; searching the database: %s", error)
    return question(DatabaseEngine()), is_resting()


def _push_some() -> None:
    """Push a few of the entries that wait, so that they do not wait for the next change when Elasticsearch is back."""
    global _push_again_at
    if time.monotonic() >= _push_again_at:
        _push_again_at = time.monotonic() + PUSH_SECONDS
        push_pending(most=BATCH)


@dataclass(frozen=True)
class FoundPage:
    """A hit that the policy lets the reader see.

    Attributes:
        page: the version for the reader; the texts are of the version that matched.
        language: that of the texts.
        is_untranslated: whether the piece is shown in a language that the reader did not name.
        is_wanting: whether it has no version in the language of the interface.
    """

    page: Page
    marking: str
    title: Sequence[Fragment]
    excerpt: Sequence[Fragment]
    language: str
    is_untranslated: bool
    is_wanting: bool = False
    passage: FoundPassage | None = None
    why: Sequence[tuple[str, float]] = ()


@dataclass(frozen=True)
class Answer:
    """Results for a reader.

    Attributes:
        is_degraded: whether Elasticsearch is configured but could not be asked.
        is_near: whether nothing has the words that were typed, so that these are results for words near to them, or
            for some of them.
        corrected: the text with the near words in their place, if there are any.
    """

    results: Results
    hits: Sequence[FoundPage]
    is_degraded: bool
    is_near: bool = False
    corrected: str = ""


def search(query: Query, reader: Reader) -> Answer:
    """Answer a query. Whatever the engine says, only what the policy allows now is shown.

    When nothing is found, a second look takes words near to those that were typed, and fewer of them; unless it is
    the chosen facets that leave nothing.
    """
    query = replace(query, thesaurus=current_thesaurus(reader.generation))
    answer = _answer(query, reader)
    if answer.results.total or answer.results.unfiltered or not query.text or query.like:
        return answer
    if not query.question.optional:
        return answer
    lenient = _answer(replace(query, is_lenient=True), reader)
    if not lenient.hits:
        return answer
    return replace(lenient, is_near=True, corrected=corrected_text(query, lenient.hits))


def found_page_ids(query: Query, reader: Reader) -> list[int]:
    """Return the pages that a query finds and the policy allows now, in the order of the engine; no near words."""
    query = replace(query, thesaurus=current_thesaurus(reader.generation))
    results, _degraded = _ask(lambda engine: engine.search(query))
    ids = [hit.page_id for hit in results.hits]
    readable = set(readable_pages(Page.objects.filter(pk__in=ids), reader).values_list("pk", flat=True))
    return [page_id for page_id in ids if page_id in readable]


def _answer(query: Query, reader: Reader) -> Answer:
    results, is_degraded = _ask(lambda engine: engine.search(query))
    hits = _found(results, query, reader)
    if len(hits) < len(results.hits):
        # The engine has what it should not, so its counts may hold what the reader may not know of.
        results = DatabaseEngine().search(query)
        hits = _found(results, query, reader)
    return Answer(results, hits, is_degraded)


def _found(results: Results, query: Query, reader: Reader) -> list[FoundPage]:
    pages = _readable([hit.page_id for hit in results.hits], reader)
    better = better_versions(pages.values(), query.languages, reader)
    found = []
    for hit in results.hits:
        if (page := pages.get(hit.page_id)) is None:
            continue
        shown = better.get(page.translation_key, page) if not query.chosen.get("language") else page
        language = page.locale.language_code
        best = better.get(page.translation_key, page)
        found.append(
            FoundPage(
                page=shown,
                marking=shown.access.label,
                title=hit.title if shown.pk == page.pk else [Fragment(shown.title)],
                excerpt=hit.excerpt,
                language=language,
                is_untranslated=shown.locale.language_code not in query.languages,
                is_wanting=best.locale.language_code != query.language,
                passage=hit.passage,
                why=hit.why,
            )
        )
    return found


def better_versions(pages: Iterable[Page], languages: Sequence[str], reader: Reader) -> dict[uuid.UUID, Page]:
    """Return, for pieces found in a language that is not the reader's first, the version that suits them best.

    At most one query; none when all is in the reader's language.
    """
    order = {language: number for number, language in enumerate(languages)}
    others = {page.translation_key for page in pages if page.locale.language_code != languages[0]}
    if not others:
        return {}
    versions = Page.objects.filter(translation_key__in=others, locale__language_code__in=languages, live=True)
    readable = readable_pages(versions.filter(alias_of__isnull=True), reader)
    best: dict[uuid.UUID, Page] = {}
    for page in readable.select_related("locale", "content_type", "access"):
        known = best.get(page.translation_key)
        if known is None or order[page.locale.language_code] < order[known.locale.language_code]:
            best[page.translation_key] = page
    return best


def corrected_text(query: Query, hits: Iterable[FoundPage]) -> str:
    """Return the text of a query with each word that was not found replaced by the near one that was.

    It is taken from what is shown of the hits, so it tells of nothing else.
    """
    matched: Counter[str] = Counter()
    for hit in hits:
        fragments = [*hit.title, *hit.excerpt, *(hit.passage.text if hit.passage else ())]
        matched.update(fragment.text.casefold() for fragment in fragments if fragment.is_match)
    text = query.text
    for part in query.question.optional:
        for word in part.words:
            forms = forms_of(word)
            edits = edits_allowed(fold(word))
            near = {
                found: OSA.distance(fold(word), fold(found))
                for found in matched
                if forms.isdisjoint(forms_of(found)) and " " not in found
            }
            if any(not forms.isdisjoint(forms_of(found)) for found in matched) or not edits:
                continue
            close = [found for found, distance in near.items() if distance <= edits]
            if close:
                best = min(close, key=lambda found: (near[found], -matched[found], found))
                text = text.replace(word, best)
    return text if text != query.text else ""


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
    write_anew(page_ids)
    _push_after_commit()


@transaction.atomic
def record_rights(page_ids: Iterable[int]) -> None:
    """Have Elasticsearch told that pages have another audience; the database asks for it at every search."""
    for batch in batched(page_ids, BATCH):
        SearchEntry.objects.filter(pk__in=batch).update(
            is_pushed=False, version=F("version") + 1, changed_at=timezone.now()
        )
    _push_after_commit()


def _push_after_commit() -> None:
    if uses_elasticsearch():
        from search.tasks import push_search_entries

        # Robust: the change is made, whatever becomes of the task.
        transaction.on_commit(push_search_entries.enqueue, robust=True)


def write_anew(page_ids: Set[int]) -> None:
    """Write the entries of pages as the pages are now; those that cannot be found leave a tombstone."""
    documents = {document.page_id: document for document in documents_of(sorted(page_ids))}
    write_entries(documents.values())
    _remove_entries(page_ids - documents.keys())


def write_entries(documents: Iterable[Document]) -> None:
    """Write entries, each with the next version."""
    for batch in batched(documents, BATCH):
        ids = [document.page_id for document in batch]
        versions = dict(SearchEntry.objects.filter(pk__in=ids).values_list("pk", "version"))
        DatabaseEngine().put(replace(each, version=versions.get(each.page_id, 0) + 1) for each in batch)


def _remove_entries(page_ids: Iterable[int]) -> None:
    """Leave tombstones of those pages that have entries."""
    for batch in batched(page_ids, BATCH):
        entries = SearchEntry.objects.filter(pk__in=batch, is_removed=False)
        DatabaseEngine().remove({pk: version + 1 for pk, version in entries.values_list("pk", "version")})


def stored_documents(page_ids: Iterable[int]) -> Iterator[Document]:
    """Yield the documents that the entries of pages keep."""
    for batch in batched(page_ids, BATCH):
        yield from documents_of_entries(list(SearchEntry.objects.filter(pk__in=batch, is_removed=False)))


def documents_of_entries(entries: Sequence[SearchEntry]) -> Iterator[Document]:
    """Yield the documents that entries keep, with the rights that hold now; none of pages without an audience."""
    ids = [entry.pk for entry in entries]
    found = PageAccess.objects.filter(page_id__in=ids).values_list("page_id", "audience_id", "label")
    rights = {page_id: (audience_id, label) for page_id, audience_id, label in found}
    for entry in entries:
        if entry.pk in rights:
            audience_id, label = rights[entry.pk]
            yield Document(
                page_id=entry.pk,
                version=entry.version,
                language=entry.language,
                piece=str(entry.piece or ""),
                versions=tuple(entry.versions),
                is_original=entry.is_original,
                type=entry.type,
                title=entry.title,
                summary=entry.summary,
                body=entry.body,
                labels=entry.labels,
                people=tuple(entry.people),
                passages=tuple((start, text) for start, text in entry.passages),
                attachments=entry.attachments,
                topics=tuple(entry.topics),
                sectors=tuple(entry.sectors),
                regions=tuple(entry.regions),
                countries=tuple(entry.countries),
                organisations=tuple(entry.organisations),
                duration=entry.duration,
                year=str(entry.published_on.year),
                published_on=entry.published_on.isoformat(),
                fresh_on=(entry.fresh_on or entry.published_on).isoformat(),
                review_by=entry.review_by.isoformat() if entry.review_by else None,
                uses=entry.uses,
                audience_id=audience_id,
                marking=label,
            )


def _by_version(versions: dict[int, int]) -> dict[int, list[int]]:
    pages: dict[int, list[int]] = defaultdict(list)
    for pk, version in versions.items():
        pages[version].append(pk)
    return pages


def _mark_pushed(versions: dict[int, int]) -> None:
    """Note that Elasticsearch has these versions; a page that has another one by now is left as it is."""
    for version, pks in _by_version(versions).items():
        for batch in batched(pks, BATCH):
            SearchEntry.objects.filter(pk__in=batch, version=version, is_pushed=False).update(is_pushed=True)


def push_pending(most: int | None = None) -> int:
    """Bring Elasticsearch up to date; return how many entries were pushed. What fails stays to be pushed.

    Tombstones stay too, so that versions go on from them when a page comes back, until the next rebuild.

    Args:
        most: stop after about this many.
    """
    if not uses_elasticsearch():
        return 0
    with _noticing_failure():
        engine = elasticsearch_engine()
        if not engine.indexes():
            from search.rebuilding import RebuildRunning, rebuild_elasticsearch

            try:
                return rebuild_elasticsearch()
            except RebuildRunning:
                return 0
        pushed = last = 0
        waiting = SearchEntry.objects.filter(is_pushed=False).order_by("pk")
        while (most is None or pushed < most) and (rows := list(waiting.filter(pk__gt=last)[:BATCH])):
            indexes = engine.indexes()
            engine.put(documents_of_entries([entry for entry in rows if not entry.is_removed]))
            engine.remove({entry.pk: entry.version for entry in rows if entry.is_removed})
            versions = {entry.pk: entry.version for entry in rows}
            _mark_pushed(versions)
            if engine.indexes() != indexes:
                # A rebuild switched meanwhile, so this may have gone into indexes that are no more.
                SearchEntry.objects.filter(pk__in=list(versions)).update(is_pushed=False)
                last = 0
                continue
            # Elasticsearch forgets the version of a removal after an hour: had this process slept in between, it
            # would have put back what somebody else removed.
            now = SearchEntry.objects.filter(pk__in=list(versions)).values_list("pk", "version")
            if changed := [pk for pk, version in now if versions[pk] != version]:
                SearchEntry.objects.filter(pk__in=changed).update(is_pushed=False)
            pushed += len(rows)
            last = rows[-1].pk
    return pushed


def seconds_behind() -> int:
    """Return for how many seconds the oldest change has waited that Elasticsearch does not have yet; 0 for none."""
    if not uses_elasticsearch():
        return 0
    since = SearchEntry.objects.filter(is_pushed=False).aggregate(since=Min("changed_at"))["since"]
    return 0 if since is None else max(0, int((timezone.now() - since).total_seconds()))


def search_state() -> str:
    """Return `up`, or `degraded` when Elasticsearch is configured but does not answer."""
    if not uses_elasticsearch():
        return "up"
    if is_resting():
        return "degraded"
    try:
        with _noticing_failure():
            elasticsearch_engine().count()
    except SearchEngineError:
        return "degraded"
    return "up"
