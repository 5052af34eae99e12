"""Compares what is found with what there is: pages, their entries, and what Elasticsearch has of these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import batched

from django.db import transaction
from django.utils import timezone

from access.generation import start_new_generation
from search.contract import Document
from search.documents import documents_of, findable_page_ids, findable_pages
from search.index import (
    BATCH,
    elasticsearch_engine,
    push_pending,
    stored_documents,
    uses_elasticsearch,
    write_anew,
)
from search.models import SearchEntry

# Of versions, over any that Elasticsearch may remember of a document that it does not have.
LEAP = 1_000


class Kind(StrEnum):
    """How what is kept of a page differs from what it is kept of.

    AHEAD: Elasticsearch has a version that the database never gave, as after the database was restored from a copy.
    """

    MISSING = "missing"
    STALE = "stale"
    AHEAD = "ahead"
    SURPLUS = "surplus"


class Place(StrEnum):
    """Where the difference is: the entry of a page, or the document of an entry."""

    ENTRY = "entry"
    ELASTICSEARCH = "elasticsearch"


@dataclass(frozen=True)
class Difference:
    """One page of which something else is kept than should be."""

    page_id: int
    place: Place
    kind: Kind
    language: str = ""


def differences() -> Iterator[Difference]:
    """Yield what differs in Elasticsearch from the entries; memory does not grow with their number.

    What waits to be pushed is no difference, nor is what changes while this looks. Raises SearchEngineError.
    """
    if not uses_elasticsearch():
        return
    for suspects in batched(_apart(), BATCH):
        yield from _confirmed(suspects)


def _apart() -> Iterator[Difference]:
    """Yield where the two lists, both in the order of pages, do not agree."""
    entries = _entries()
    entry = next(entries, None)
    for page_id, language, version in elasticsearch_engine().versions():
        while entry is not None and entry[0] < page_id:
            yield Difference(entry[0], Place.ELASTICSEARCH, Kind.MISSING, entry[1])
            entry = next(entries, None)
        if entry is None or entry[:2] != (page_id, language):
            yield Difference(page_id, Place.ELASTICSEARCH, Kind.SURPLUS, language)
            continue
        if version != entry[2]:
            kind = Kind.STALE if version < entry[2] else Kind.AHEAD
            yield Difference(page_id, Place.ELASTICSEARCH, kind, language)
        entry = next(entries, None)
    while entry is not None:
        yield Difference(entry[0], Place.ELASTICSEARCH, Kind.MISSING, entry[1])
        entry = next(entries, None)


def _entries() -> Iterator[tuple[int, str, int]]:
    """Yield page, language and version of every entry that is to be in Elasticsearch, by page."""
    entries = SearchEntry.objects.filter(is_removed=False).order_by("pk").values_list("pk", "language", "version")
    last = 0
    while rows := list(entries.filter(pk__gt=last)[: 10 * BATCH]):
        yield from rows
        last = rows[-1][0]


def _confirmed(suspects: Sequence[Difference]) -> Iterator[Difference]:
    """Yield those of the differences that neither wait to be mended nor came about while they were looked for."""
    entries = SearchEntry.objects.in_bulk([each.page_id for each in suspects])
    # What waits is mended in its time.
    suspects = [each for each in suspects if each.page_id not in entries or entries[each.page_id].is_pushed]
    wanted = {entry.pk: (entry.language, entry.version) for entry in entries.values() if not entry.is_removed}
    languages = {each: {each.language, wanted.get(each.page_id, (each.language, 0))[0]} for each in suspects}
    places = [(each.page_id, language) for each in suspects for language in languages[each]]
    now = elasticsearch_engine().versions_of(places)
    for each in suspects:
        language, version = wanted.get(each.page_id, ("", None))
        if each.kind is Kind.SURPLUS:
            if language != each.language and now[each.page_id, each.language] is not None:
                yield each
        elif version is not None and now[each.page_id, language] != version:
            yield each


def differences_of_entries() -> Iterator[Difference]:
    """Yield what differs in the entries from the pages: every page is read, which takes its time.

    How often a piece was used is not compared: it is counted anew whenever the page is.
    """
    for batch in batched(findable_page_ids(), BATCH):
        wanted, stored = _wanted_and_stored(batch)
        for page_id in sorted(wanted.keys() | stored.keys()):
            if wanted.get(page_id) == stored.get(page_id):
                continue
            # Once more, with nobody writing in between.
            with transaction.atomic():
                start_new_generation()
                now, then = (found.get(page_id) for found in _wanted_and_stored([page_id]))
            if now != then:
                kind = Kind.MISSING if then is None else Kind.SURPLUS if now is None else Kind.STALE
                yield Difference(page_id, Place.ENTRY, kind)
    for page_id in surplus_entries():
        yield Difference(page_id, Place.ENTRY, Kind.SURPLUS)


def surplus_entries() -> list[int]:
    """Return the entries of what cannot be found any more."""
    entries = SearchEntry.objects.filter(is_removed=False).exclude(pk__in=findable_pages().values("pk"))
    return list(entries.order_by("pk").values_list("pk", flat=True))


def _wanted_and_stored(page_ids: Sequence[int]) -> tuple[dict[int, Document], dict[int, Document]]:
    wanted = {each.page_id: comparable(each) for each in documents_of(page_ids)}
    return wanted, {each.page_id: comparable(each) for each in stored_documents(page_ids)}


def comparable(document: Document) -> Document:
    """Return a document without what an entry keeps of itself, or takes from elsewhere."""
    return replace(document, version=0, uses=0, marking="")


def repair(with_entries: bool = False) -> int:
    """Mend what differs; return how many differences there were. Raises SearchEngineError.

    Args:
        with_entries: whether every page is read, to compare its entry too.
    """
    mended = 0
    if with_entries:
        for found in batched(differences_of_entries(), BATCH):
            with transaction.atomic():
                start_new_generation()
                write_anew({each.page_id for each in found})
            mended += len(found)
    if uses_elasticsearch():
        # All of them first: pushing while looking would show some twice.
        for found in batched(list(differences()), BATCH):
            _have_pushed([each for each in found if each.kind is not Kind.SURPLUS])
            _remove_surplus([each for each in found if each.kind is Kind.SURPLUS])
            mended += len(found)
        push_pending()
    return mended


def _have_pushed(found: Iterable[Difference]) -> None:
    """Have entries pushed again, with a version that Elasticsearch will take."""
    ids = [each.page_id for each in found]
    entries = list(SearchEntry.objects.filter(pk__in=ids))
    there = elasticsearch_engine().versions_of([(entry.pk, entry.language) for entry in entries])
    for entry in entries:
        known = there.get((entry.pk, entry.language))
        # What is missing may have been removed with a version that nobody can ask for, and that is newer.
        version = entry.version + LEAP if known is None else max(entry.version, known + 1)
        SearchEntry.objects.filter(pk=entry.pk, version=entry.version).update(
            version=version, is_pushed=False, changed_at=timezone.now()
        )


def _remove_surplus(found: Iterable[Difference]) -> None:
    """Remove documents that have no entry, or one in another language."""
    places = [(each.page_id, each.language) for each in found]
    if places:
        engine = elasticsearch_engine()
        engine.remove_from(
            {place: version + 1 for place, version in engine.versions_of(places).items() if version is not None}
        )
