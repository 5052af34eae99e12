"""The audit: what was done with people, groups, markings and restricted texts, appended and never changed."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.utils import timezone
from wagtail.models import Page

from access.models import AuditEntry

# What triggers of SQLite ask (migration 0003): entries from before this moment may be deleted, and none by default.
SQLITE_CUTOFF = "hub_audit_cutoff"
_cutoff: ContextVar[str] = ContextVar("audit_cutoff", default="")


def record(
    action: str,
    *,
    actor: Any = None,
    subject: Model | None = None,
    details: Mapping[str, Any] | None = None,
    marking: str = "",
) -> AuditEntry:
    """Append one entry, in the transaction of what it tells.

    Args:
        action: what was done, as noun and verb: `page.read`, `page.marked`, `group.changed`, `member.approved`.
        actor: the user who did it; None or an anonymous user for the hub itself.
        subject: what it was done to; kept by type and key, so that the entry outlives it.
        details: what else there is to say, as JSON: reasons, values before and after. No restricted text.
        marking: the marking of the subject at that moment, where it has one.

    Returns:
        The entry.
    """
    return AuditEntry.objects.create(
        action=action,
        actor_key=getattr(actor, "pk", None),
        subject_type=kind_of(subject) if subject is not None else "",
        subject_key=str(subject.pk) if subject is not None else "",
        marking=marking,
        details=dict(details or {}),
    )


def kind_of(subject: Model) -> str:
    """Return how the audit names a kind of thing: its model; pages of all types are of one kind."""
    return (Page if isinstance(subject, Page) else subject)._meta.label_lower


def register_cutoff(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Give SQLite the function that its triggers ask; without it, as in other programs, they refuse all the same."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(SQLITE_CUTOFF, 0, _cutoff.get)


@contextmanager
def deletable_before(cutoff: datetime.datetime) -> Iterator[None]:
    """Let entries from before a moment be deleted, in this transaction and this thread only."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('hub.audit_cutoff', %s, true)", [cutoff.isoformat()])
            yield
            cursor.execute("SELECT set_config('hub.audit_cutoff', '', true)")
        return
    # As Django writes times into SQLite, so that they compare as texts.
    token = _cutoff.set(cutoff.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S.%f"))
    try:
        yield
    finally:
        _cutoff.reset(token)


@transaction.atomic
def purge() -> int:
    """Delete what was kept for `AUDIT_DAYS`, record how much that was, and return it."""
    cutoff = timezone.now() - datetime.timedelta(days=settings.AUDIT_DAYS)
    old = AuditEntry.objects.filter(at__lt=cutoff)
    with deletable_before(cutoff):
        count = old._raw_delete(old.db)
    if count:
        record("audit.purged", details={"entries": count, "before": cutoff.isoformat()})
    return count
