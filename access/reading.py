"""Who read what at TLP:AMBER and above: told in the audit before a byte of it is sent."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.utils import timezone
from wagtail.models import CollectionMember, Page

from access.audit import kind_of, record
from access.models import AuditEntry, MarkedPage, Marking, PageAccess, strictest
from access.policy import pages_using, readable_pages
from access.readers import Reader

PAGE_READ = "page.read"
PAGE_TAKEN = "page.taken"  # As a PDF, a caption file, a transcript: it can be passed on.
PAGE_OPENED = "page.opened"  # In the admin.
FILE_TAKEN = "file.taken"
READING = (PAGE_READ, PAGE_TAKEN, PAGE_OPENED, FILE_TAKEN)


def is_recorded(label: str) -> bool:
    """Tell whether reading something of this label is told in the audit; what has none is for editors only."""
    return label not in {Marking.CLEAR, Marking.GREEN}


def record_page_reading(reader: Reader, page: Page, action: str = PAGE_READ, **details: Any) -> bool:
    """Record that somebody is about to read a page, if it is TLP:AMBER or stricter, and tell whether it is.

    Args:
        reader: who; visitors read nothing of that kind.
        page: as it is live, with its access if that was loaded; or a draft, which may be stricter.
        action: in what way.
        details: what else there is to say, such as the form it was taken in.
    """
    access = getattr(page, "access", None)
    label = page.label if isinstance(page, MarkedPage) else access.label if access is not None else ""
    return _record_once(reader, page, label, action, details)


def record_file_reading(reader: Reader, file: CollectionMember) -> bool:
    """Record that somebody is about to get a file that is TLP:AMBER or stricter, and tell whether it is."""
    return _record_once(reader, file, label_of_file(file, reader), FILE_TAKEN, {})


def label_of_file(file: CollectionMember, reader: Reader) -> str:
    """Return the marking under which somebody gets a file: of the most open page they may read it on, or its own."""
    pages = pages_using(file)
    labels = set(PageAccess.objects.filter(page__in=readable_pages(pages, reader)).values_list("label", flat=True))
    known = [Marking(label) for label in labels if label in Marking.values]
    if known:
        label = min(known, key=lambda each: each.rank).value
    else:  # Somebody in the admin, who works with it.
        label = strictest(PageAccess.objects.filter(page__in=pages).values_list("label", flat=True))
    own = getattr(file, "marking", "")
    return strictest([label, own]) if own else label


def _record_once(reader: Reader, subject: Model, label: str, action: str, details: dict[str, Any]) -> bool:
    """Record it unless the audit has it for this person, thing and hour: players ask for one film many times."""
    if not is_recorded(label):
        return False
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    same = AuditEntry.objects.filter(
        action=action,
        actor_key=getattr(reader.user, "pk", None),
        subject_type=kind_of(subject),
        subject_key=str(subject.pk),
        marking=label,
        details=details,
        at__gte=hour,
    )
    if not same.exists():
        record(action, actor=reader.user, subject=subject, details=details, marking=label)
    return True
