"""Marks a section and all that is below it, in steps that each are done wholly or not at all, and are short.

First every page gets the marking, those below before the section they are in: as long as the section has the old one
they ask for both. Then what they inherit is worked out anew, and they ask for the new one alone. So nothing is more
open in between than it was or will be, nor than the section it is in, wherever the run is cut off.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import batched
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from wagtail.models import Page, PageLogEntry, Revision

from access import audit
from access.audiences import conditions_around, refresh_audiences, source_page_ids
from access.models import Audience, AuditEntry, MarkedPage, PageAccess, is_wider
from knowledge.models.remarking import Remarking

BATCH = 100
# What the audit calls it.
MARKED = "page.marked"
APPROVED = "section.marking-approved"
DECLINED = "section.marking-declined"


def pages_to_mark(section: Page) -> QuerySet[Page]:
    """Return a section and the pages below it, from below; aliases and translations follow their sources."""
    return section.get_descendants(inclusive=True).filter(alias_of__isnull=True).order_by("-path")


def would_open_up(remarking: Remarking) -> bool:
    """Tell whether somebody could read more afterwards than now, drafts included, whenever they are published."""
    return opened_pages(remarking, pages_to_mark(remarking.section)).exists()


def opened_pages(remarking: Remarking, pages: QuerySet[Page]) -> QuerySet[PageAccess]:
    """Return the access rows of those pages of which somebody could read more afterwards (two queries and this one)."""
    after = remarking.conditions | conditions_around(remarking.section)
    rows = PageAccess.objects.filter(page__in=pages)
    used = Q(pk__in=rows.values("audience")) | Q(pk__in=rows.exclude(draft_audience=None).values("draft_audience"))
    opened = [audience.pk for audience in Audience.objects.filter(used) if is_wider(after, audience.conditions)]
    return rows.filter(Q(audience__in=opened) | Q(draft_audience__in=opened))


def _opens_unagreed(remarking: Remarking, page_ids: list[int]) -> bool:
    """Tell whether marking these pages would open something that nobody else agreed to.

    Without an agreement that is any of them. With one it is what was written, marked, moved or published after it.
    """
    opened = opened_pages(remarking, Page.objects.filter(pk__in=page_ids))
    if not remarking.needs_approval:
        return settings.SENSITIVITY_REVIEW_REQUIRED and opened.exists()
    changes = AuditEntry.objects.filter(subject_type=Page._meta.label_lower)
    agreed = changes.filter(action=APPROVED, subject_key=str(remarking.section_id)).first()
    since = agreed.at if agreed is not None else remarking.asked_at
    keys = list(opened.values_list("page_id", flat=True))
    return (
        changes.filter(action=MARKED, subject_key__in=map(str, keys), at__gt=since).exists()
        or PageLogEntry.objects.filter(page_id__in=keys, timestamp__gt=since).exists()
        or Page.objects.filter(pk__in=keys, latest_revision_created_at__gt=since).exists()
    )


def begin(remarking: Remarking) -> None:
    """Keep what is asked for, with the number of pages."""
    remarking.total = pages_to_mark(remarking.section).aggregate(count=Count("pk"))["count"]
    remarking.save()
    details = {"to": remarking.marking, "shared with": remarking.shared_with, "reason": remarking.reason}
    audit.record(
        "section.marking-asked", actor=remarking.asked_by, subject=remarking.section, details=details,
        marking=remarking.marking,
    )  # fmt: skip


def mark_next(remarking_id: int) -> Remarking:
    """Mark the next pages, remember how far it is, in one transaction; two runs at once take turns.

    Where somebody closed a page meanwhile that this would open, it stops, and waits for an agreement (again).
    """
    with transaction.atomic():
        remarking = Remarking.objects.select_for_update().select_related("section").get(pk=remarking_id)
        if remarking.finished_at is not None or remarking.waits_for_approval:
            return remarking
        if remarking.all_marked:
            _settle_batch(remarking)
        else:
            _mark_batch(remarking)
        remarking.save()
        return remarking


def _mark_batch(remarking: Remarking) -> None:
    """Give the next pages the marking; originals with their translations and aliases."""
    rows = pages_to_mark(remarking.section)
    if remarking.reached:
        rows = rows.filter(path__lt=remarking.reached)
    pages = list(rows.values_list("pk", "path", "translation_key")[:BATCH])
    if pages and _opens_unagreed(remarking, [pk for pk, _path, _key in pages]):
        remarking.needs_approval, remarking.approved_by = True, None
        return
    if pages:
        sources = source_page_ids({key for _pk, _path, key in pages})
        _mark([pk for pk, _path, key in pages if sources.get(key, pk) == pk], remarking)
        remarking.reached = pages[-1][1]
        remarking.done += len(pages)
    if len(pages) < BATCH:
        remarking.all_marked, remarking.reached = True, ""
        # Pages may have come or gone meanwhile.
        remarking.total = remarking.done


def _settle_batch(remarking: Remarking) -> None:
    """Work out anew what the next pages, their translations and aliases ask, now that their sections are marked."""
    below = _pages_to_settle(remarking.section).filter(path__gt=remarking.reached).order_by("path")
    pages = list(below.values_list("pk", "path")[:BATCH])
    refresh_audiences([pk for pk, _path in pages], descend=False)
    if pages:
        remarking.reached = pages[-1][1]
    if len(pages) < BATCH:
        remarking.finished_at = timezone.now()


def _pages_to_settle(section: Page) -> QuerySet[Page]:
    """Return a section, what is below it, and what is in the trees of translations without a version there."""
    inside = section.get_descendants(inclusive=True)
    keys = inside.order_by().values("translation_key")
    elsewhere = Q(pk__in=[])
    translated = Page.objects.filter(translation_key__in=keys, numchild__gt=0).exclude(pk__in=inside.values("pk"))
    for path in translated.values_list("path", flat=True):
        elsewhere |= Q(path__startswith=path)
    return Page.objects.filter(Q(path__startswith=section.path) | elsewhere & ~Q(translation_key__in=keys))


def _mark(originals: list[int], remarking: Remarking) -> None:
    """Give pages the marking, their translations and aliases too, live text and latest draft alike."""
    keys = Page.objects.filter(pk__in=originals).values("translation_key")
    pages = Page.objects.filter(Q(translation_key__in=keys) | Q(alias_of__in=originals))
    by_type: dict[type[Page], list[int]] = defaultdict(list)
    for page in pages.select_related("content_type"):
        model = page.specific_class
        if model is not None and issubclass(model, MarkedPage):
            by_type[model].append(page.pk)
    live: dict[str, Any] = {"marking": remarking.marking, "shared_with": remarking.shared_with}
    ids = [pk for pks in by_type.values() for pk in pks]
    before = dict(PageAccess.objects.filter(page_id__in=ids).values_list("page_id", "marking"))
    for model, pks in by_type.items():
        model._base_manager.filter(pk__in=pks).update(**live)
    draft = Audience.objects.for_conditions(remarking.conditions)
    PageAccess.objects.filter(page_id__in=ids).update(**live, draft_audience=draft)
    _mark_drafts(ids, live)
    AuditEntry.objects.bulk_create(
        AuditEntry(
            action=MARKED,
            actor_key=remarking.asked_by_id,
            subject_type=Page._meta.label_lower,
            subject_key=str(pk),
            marking=remarking.marking,
            details={"from": before.get(pk, ""), "to": remarking.marking, "reason": remarking.reason},
        )
        for pk in originals
        if pk in before
    )
    refresh_audiences(ids, descend=False)
    refresh_audiences(_others_below(ids, live), descend=False)


def _others_below(page_ids: list[int], live: dict[str, Any]) -> list[int]:
    """Return what is below sections without their marking: written in the tree of a translation, or mirrored here.

    What has it asks all that the section asks by itself.
    """
    below = Q(pk__in=[])
    for path in Page.objects.filter(pk__in=page_ids, numchild__gt=0).values_list("path", flat=True):
        below |= Q(path__startswith=path)
    marked = PageAccess.objects.filter(**live).values("page")
    return list(Page.objects.filter(below).exclude(pk__in=marked).values_list("pk", flat=True))


def _mark_drafts(page_ids: list[int], live: dict[str, Any]) -> None:
    """Write the marking into latest drafts and what is scheduled, or their publication would take it back."""
    for keys in batched(map(str, page_ids), BATCH):
        latest = Page.objects.filter(pk__in=keys, latest_revision__isnull=False).values("latest_revision")
        scheduled = Q(object_id__in=keys, approved_go_live_at__isnull=False)
        changed = list(Revision.page_revisions.filter(Q(pk__in=latest) | scheduled))
        for revision in changed:
            revision.content.update(live)
        Revision.objects.bulk_update(changed, ["content"])
