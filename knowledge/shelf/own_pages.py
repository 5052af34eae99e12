"""What somebody shared: who can read it, and who did where that is recorded."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from django.db.models import QuerySet
from django.utils.translation import gettext
from wagtail.models import Page

from access.models import AuditEntry
from access.policy import readable_pages
from access.readers import Reader
from access.reading import READING, is_recorded
from knowledge.addresses import reading_address_of
from knowledge.reports import originals
from members.models import User
from members.profiles import shown_names
from members.readership import Readership, readership_of

# Of what was recorded for the pages that are shown together, the latest.
MOST_READINGS = 300


@dataclass(frozen=True)
class Reading:
    """That somebody read a page: who they are as their profile shows them, and when."""

    person: str
    organisation: str
    at: datetime.datetime


@dataclass
class OwnPage:
    """A page that somebody shared.

    Attributes:
        page: the page in the language it was written in.
        address: where its owner reads it.
        readership: who can read it now.
        is_recorded: whether it is told who reads it: at TLP:AMBER and above.
        readings: the latest of them.
    """

    page: Page
    address: str
    readership: Readership
    is_recorded: bool
    readings: list[Reading] = field(default_factory=list)


def own_pages(user: User, reader: Reader) -> QuerySet[Page]:
    """Return the live originals that somebody put into the hub and may read, the latest first."""
    pages = originals(readable_pages(Page.objects.filter(owner=user.pk), reader))
    return pages.select_related("locale", "access__audience").order_by("-first_published_at", "-pk")


def with_readers(pages: Sequence[Page], reader: Reader, language: str) -> list[OwnPage]:
    """Say of pages who can read them, and who did (a few queries for each audience, and three for all)."""
    readerships: dict[int, Readership] = {}
    shown = []
    for page in pages:
        audience = page.access.audience
        if audience.pk not in readerships:
            readerships[audience.pk] = readership_of(audience.conditions)
        address = reading_address_of(page, language)
        shown.append(OwnPage(page, address, readerships[audience.pk], is_recorded(page.access.label)))
    readings = _readings_of([each.page for each in shown if each.is_recorded], reader)
    for each in shown:
        each.readings = readings[each.page.pk]
    return shown


def _readings_of(pages: Sequence[Page], reader: Reader) -> dict[int, list[Reading]]:
    """Return who read pages or their translations, by the page; one's own reading is no news."""
    found: dict[int, list[Reading]] = defaultdict(list)
    if not pages:
        return found
    keys = {page.translation_key: page.pk for page in pages}
    versions = Page.objects.filter(translation_key__in=keys).values_list("pk", "translation_key")
    originals_by_key = {str(pk): keys[translation_key] for pk, translation_key in versions}
    entries = AuditEntry.objects.filter(
        subject_type=Page._meta.label_lower, subject_key__in=originals_by_key, action__in=READING
    ).exclude(actor_key=getattr(reader.user, "pk", None))
    latest = list(entries.order_by("-at", "-pk").values_list("subject_key", "actor_key", "at")[:MOST_READINGS])
    names = shown_names(cast(User, reader.user), {actor_key for _subject, actor_key, _at in latest if actor_key})
    for subject_key, actor_key, at in latest:
        name, organisation = names.get(actor_key or 0) or (gettext("Former member"), "")
        found[originals_by_key[subject_key]].append(Reading(name, organisation, at))
    return found
