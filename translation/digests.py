"""Letters to translators on what waits on their desks, as often as each of them chose."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from members.letters import write_letter
from members.models import User
from search.models import SavedSearch
from search.saved import DUE_AFTER
from translation.models import DeskDigest
from translation.queries import waiting
from translation.roles import USE_DESK

logger = logging.getLogger("hub.translation")


def choose_digest(person: User, frequency: str) -> None:
    """Note how often somebody wants to be written to; the first letter comes after that time."""
    DeskDigest.objects.update_or_create(person=person, defaults={"frequency": frequency, "sent_at": timezone.now()})


def send_digests() -> int:
    """Write to those whose letter is due and on whose desk something waits; return how many letters were written.

    What somebody may translate is asked at this moment. Running again at once finds nothing to tell. A letter says
    numbers and no title.
    """
    now = timezone.now()
    written = 0
    for frequency, after in DUE_AFTER.items():
        due = DeskDigest.objects.filter(frequency=frequency, sent_at__lte=now - after)
        for pk in list(due.values_list("pk", flat=True)):
            try:
                written += _write(pk)
            except Exception:
                # One person's desk is not to keep the others from their letters.
                logger.exception("The desk of account %d could not be looked through", pk)
    return written


@transaction.atomic
def _write(pk: int) -> bool:
    digest = DeskDigest.objects.select_for_update().select_related("person").get(pk=pk)
    now = timezone.now()
    if now - digest.sent_at < DUE_AFTER[SavedSearch.Frequency(digest.frequency)]:
        return False
    digest.sent_at = now
    digest.save(update_fields=["sent_at"])
    person = digest.person
    if not person.is_active or not person.has_perm(USE_DESK):
        return False
    translations = waiting(person)
    number = translations.count()
    if not number:
        return False
    mine = translations.filter(assignment__person=person)
    write_letter(
        "desk_digest",
        person.email,
        person.language,
        user=person,
        number=number,
        mine=mine.count(),
        late=mine.filter(assignment__deadline__lt=timezone.localdate()).count(),
        url=settings.BASE_URL + reverse("translation_desk"),
    )
    return True
