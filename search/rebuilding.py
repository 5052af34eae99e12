"""Makes the index anew while searches go on, and goes on where it was interrupted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import batched

from django.db import transaction
from django.utils import timezone

from access.generation import start_new_generation
from search.documents import documents_of, findable_page_ids, findable_pages
from search.engines.database import DatabaseEngine
from search.fingerprint import current_fingerprint
from search.index import (
    BATCH,
    documents_of_entries,
    elasticsearch_engine,
    push_pending,
    stored_documents,
    uses_elasticsearch,
    write_anew,
    write_entries,
)
from search.models import IndexRebuild, SearchEntry
from search.verification import comparable, repair, surplus_entries

Phase = IndexRebuild.Phase
# A rebuild that has said nothing for so long was interrupted.
SILENCE = timedelta(seconds=60)
# Clocks of several servers differ, and transactions take time: what changed so long before counts as changed since.
MARGIN = timedelta(minutes=5)
KEPT = 20
# Told of the phase, how many are done and how many there are.
Report = Callable[[str, int, int], None]


class RebuildRunning(Exception):
    """Another rebuild is at work."""


def rebuild(report: Report | None = None, take_over: bool = False) -> int:
    """Write all entries anew, then fill new indexes from them; return how many documents there are.

    A rebuild that was interrupted goes on where it was, if the code makes the same index still.

    Raises:
        RebuildRunning: another one is at work, and is not to be taken over.
        SearchEngineError: Elasticsearch is away; what is done is not lost.
    """
    return _go_on(_begun(Phase.ENTRIES, take_over), report or _silent)


def rebuild_elasticsearch(report: Report | None = None, take_over: bool = False) -> int:
    """Fill new indexes from the entries, which every change keeps true; see `rebuild`."""
    return _go_on(_begun(Phase.FILLING, take_over), report or _silent)


def needs_rebuild() -> bool:
    """Tell whether the code makes another index than the one there is. Raises SearchEngineError."""
    last = IndexRebuild.objects.filter(phase=Phase.DONE).order_by("-pk").first()
    if last is None or last.fingerprint != current_fingerprint():
        return True
    return uses_elasticsearch() and elasticsearch_engine().fingerprints() != {current_fingerprint()}


def _silent(phase: str, done: int, total: int) -> None:
    """Say nothing."""


def _begun(phase: str, take_over: bool) -> IndexRebuild:
    """Return the rebuild to go on with: the one that was interrupted, or a new one."""
    with transaction.atomic():
        start_new_generation()  # Whoever comes at the same moment waits, and then finds the other.
        last = IndexRebuild.objects.exclude(phase=Phase.DONE).order_by("-pk").first()
        if last is not None:
            if timezone.now() - last.seen_at < SILENCE and not take_over:
                raise RebuildRunning(f"Another rebuild was at work at {last.seen_at:%H:%M:%S} UTC.")
            if last.fingerprint == current_fingerprint() and (phase == Phase.FILLING or phase == last.phase):
                last.seen_at = timezone.now()
                last.save()
                return last
        IndexRebuild.objects.exclude(phase=Phase.DONE).delete()
        old = IndexRebuild.objects.order_by("-pk").values_list("pk", flat=True)[KEPT:]
        IndexRebuild.objects.filter(pk__in=list(old)).delete()
        return IndexRebuild.objects.create(fingerprint=current_fingerprint(), phase=phase)


def _go_on(rebuild: IndexRebuild, report: Report) -> int:
    try:
        if rebuild.phase == Phase.ENTRIES:
            _write_entries(rebuild, report)
            _enter(rebuild, Phase.FILLING)
        if uses_elasticsearch():
            _fill(rebuild, report)
        else:
            SearchEntry.objects.filter(is_removed=True).delete()
    except BaseException:
        # It has ended, for now: the next one need not wait to find that out.
        IndexRebuild.objects.filter(pk=rebuild.pk).update(seen_at=rebuild.began_at - SILENCE)
        raise
    rebuild.ended_at = timezone.now()
    _enter(rebuild, Phase.DONE)
    # Results kept meanwhile may be of the old indexes.
    start_new_generation()
    return SearchEntry.objects.filter(is_removed=False).count()


def _enter(rebuild: IndexRebuild, phase: str) -> None:
    rebuild.phase, rebuild.position = phase, 0
    _say(rebuild, 0)


def _say(rebuild: IndexRebuild, position: int) -> None:
    rebuild.position, rebuild.seen_at = position, timezone.now()
    rebuild.save()


def _write_entries(rebuild: IndexRebuild, report: Report) -> None:
    """Write the entries of all pages anew, batch by batch, and mark as removed what cannot be found any more.

    An entry that says already what its page says keeps its version, so that nothing waits for Elasticsearch that
    is there. Each batch takes its turn with those who publish (they too start a generation), so that what it reads
    is not older than what it replaces.
    """
    total = findable_pages().count()
    done = findable_pages().filter(pk__lte=rebuild.position).count()
    for batch in batched(findable_page_ids(rebuild.position), BATCH):
        with transaction.atomic():
            start_new_generation()
            known = {each.page_id: (comparable(each), each.uses, each.version) for each in stored_documents(batch)}
            changed, same = [], []
            for document in documents_of(batch):
                kept, uses, version = known.get(document.page_id, (None, 0, 0))
                if kept == comparable(document) and uses == document.uses:
                    same.append(replace(document, version=version))
                else:
                    changed.append(document)
            write_entries(changed)
            DatabaseEngine().analyse_again(same)
        done += len(batch)
        _say(rebuild, batch[-1])
        report(Phase.ENTRIES.value, done, max(done, total))
    for batch in batched(surplus_entries(), BATCH):
        with transaction.atomic():
            start_new_generation()
            write_anew(set(batch))


def _fill(rebuild: IndexRebuild, report: Report) -> None:
    """Fill new indexes and switch to them; what changed meanwhile is pushed afterwards."""
    engine = elasticsearch_engine()
    if rebuild.stamp is None or not engine.has_begun(rebuild.stamp):
        rebuild.stamp, rebuild.began_at = engine.begin_rebuild(rebuild.fingerprint), timezone.now()
        _say(rebuild, 0)
    since = rebuild.began_at - MARGIN
    entries = SearchEntry.objects.filter(is_removed=False).order_by("pk")
    total, done = entries.count(), entries.filter(pk__lte=rebuild.position).count()
    while rows := list(entries.filter(pk__gt=rebuild.position)[: 5 * BATCH]):
        engine.fill(rebuild.stamp, documents_of_entries(rows))
        done += len(rows)
        _say(rebuild, rows[-1].pk)
        report(Phase.FILLING.value, done, max(done, total))
    # Until the switch others pushed into the old indexes. From here on the database answers until the new ones have
    # what they pushed.
    changed = SearchEntry.objects.filter(changed_at__gte=since)
    changed.update(is_pushed=False)
    engine.switch(rebuild.stamp)
    changed.update(is_pushed=False)
    # Indexes that never had a page need not be told that it is gone.
    SearchEntry.objects.filter(is_removed=True, changed_at__lt=since).delete()
    SearchEntry.objects.filter(is_removed=False, is_pushed=False, changed_at__lt=since).update(is_pushed=True)
    push_pending()
    # Whatever came in between otherwise, such as a transaction that took longer than the margin.
    repair()
