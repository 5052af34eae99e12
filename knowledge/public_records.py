"""Keeps the record of what is public, or was (see `PublicRecord`)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import batched

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from access.audiences import BATCH
from access.policy import public_pages
from knowledge.models import KnowledgePage, PublicRecord


@transaction.atomic
def record_publicity(page_ids: Iterable[int]) -> None:
    """Record that pages changed: what is public now has changed just now, what was and is not is withdrawn.

    When a version of a piece comes or goes, the others have changed too: they name it.
    """
    for batch in batched(set(page_ids), BATCH):
        _record_batch(list(batch))


def _record_batch(page_ids: list[int]) -> None:
    now = timezone.now().replace(microsecond=0)
    open_pages = public_pages(KnowledgePage.objects.filter(pk__in=page_ids, alias_of__isnull=True)).order_by()
    types = dict(open_pages.values_list("pk", "content_type__model"))
    records = PublicRecord.objects.filter(pk__in=page_ids)
    known = {record.pk: record.is_withdrawn for record in records}
    PublicRecord.objects.bulk_create(
        [PublicRecord(pk=pk, type=type, changed_at=now) for pk, type in types.items()],
        update_conflicts=True,
        unique_fields=["page_id"],
        update_fields=["type", "changed_at", "is_withdrawn"],
    )
    records.filter(is_withdrawn=False).exclude(pk__in=types).update(is_withdrawn=True, changed_at=now)

    came = {pk for pk in types if known.get(pk, True)}
    went = {pk for pk, is_withdrawn in known.items() if not is_withdrawn} - types.keys()
    if came or went:
        keys = KnowledgePage.objects.filter(pk__in=came | went).values("translation_key")
        touch_public(Q(translation_key__in=keys))


def touch_public(condition: Q) -> None:
    """Record that what is said about some of the public pieces is something else now."""
    pages = KnowledgePage.objects.filter(condition).order_by().values("pk")
    records = PublicRecord.objects.filter(pk__in=pages, is_withdrawn=False)
    records.update(changed_at=timezone.now().replace(microsecond=0))
