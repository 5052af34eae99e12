"""The audit: what was done with people, groups, markings and restricted texts, appended and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from access.models import AuditEntry


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
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_key=str(subject.pk) if subject is not None else "",
        marking=marking,
        details=dict(details or {}),
    )
