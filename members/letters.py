"""E-mails about membership: written with what they tell, sent after it is committed, kept until they are sent."""

from __future__ import annotations

import datetime
import logging
import smtplib
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from members.letter_texts import letters_worded_in
from members.models import Letter
from members.tasks import send_letters

logger = logging.getLogger("hub.members")

# A process that died with a letter in hand gives it back after this long.
TAKEN_FOR = datetime.timedelta(minutes=10)
SENT_AT_ONCE = 100
# That a letter was sent, to whom and when, is known for this long.
KEPT_FOR = datetime.timedelta(days=30)
# The kind that goes to an address which is not to be known here any more.
LAST_LETTER = "erased"
# What a mail server says of one letter, when it takes others.
OF_ONE_LETTER = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError, ValueError)


def write_letter(kind: str, to: str, language: str, **context: Any) -> Letter:
    """Write an e-mail in the surrounding transaction, and have it sent when that commits.

    Args:
        kind: names the templates `members/email/<kind>_subject.txt` and `members/email/<kind>.txt`.
        to: the address.
        language: the recipient's; the site's when they have none.
        context: what the templates take, besides `frame` and `site_url`. No restricted text.

    Returns:
        The letter, which waits.
    """
    language = language or settings.LANGUAGE_CODE
    with letters_worded_in(language):
        values = {**context, "site_url": settings.BASE_URL, "address": to}
        # The name of the hub comes from where pages have it.
        request = HttpRequest()
        request.user = AnonymousUser()
        subject = render_to_string(f"members/email/{kind}_subject.txt", values, request)
        body = render_to_string(f"members/email/{kind}.txt", values, request)
    letter = Letter.objects.create(
        kind=kind, to=to, language=language, subject=" ".join(subject.split())[:255], body=body.strip() + "\n"
    )
    transaction.on_commit(send_letters.enqueue, robust=True)
    return letter


def site_address(view: str, language: str) -> str:
    """Return the whole address of a view in a language."""
    with translation.override(language or settings.LANGUAGE_CODE):
        return settings.BASE_URL + reverse(view)


def send_waiting_letters() -> int:
    """Send what waits, each letter by one process; what cannot be sent now waits on.

    Returns:
        How many went out. When the mail server is away the others are not tried, so that nobody waits for each.
    """
    sent = 0
    now = timezone.now()
    free = Q(taken_at__isnull=True) | Q(taken_at__lt=now - TAKEN_FOR) | Q(taken_at__gt=now + TAKEN_FOR)
    waiting = Letter.objects.filter(free, sent_at__isnull=True)
    # What failed before comes last.
    for letter in waiting.order_by("attempts", "pk")[:SENT_AT_ONCE]:
        # Whoever changes the row has taken the letter.
        if not waiting.filter(pk=letter.pk).update(taken_at=now, attempts=F("attempts") + 1):
            continue
        try:
            _send(letter)
        except Exception as error:
            # Whatever a mail server does, the letter stays; its address and text are not for the log.
            logger.warning("E-mail %d (%s) waits: %s", letter.pk, letter.kind, type(error).__name__)
            Letter.objects.filter(pk=letter.pk).update(taken_at=None)
            if not isinstance(error, OF_ONE_LETTER):
                break
        else:
            sent += 1
    return sent


def _send(letter: Letter) -> None:
    """Send one letter; its text is forgotten then, and of a last letter the address too."""
    message = EmailMessage(letter.subject, letter.body, to=[letter.to])
    message.extra_headers["Content-Language"] = letter.language
    message.send()
    if letter.kind == LAST_LETTER:
        letter.delete()
    else:
        Letter.objects.filter(pk=letter.pk).update(sent_at=timezone.now(), body="")


def forget_sent_letters() -> int:
    """Delete what is known of letters that were sent long ago, or are last ones and cannot be sent; return how many."""
    long_ago = timezone.now() - KEPT_FOR
    old = Q(sent_at__lt=long_ago) | Q(kind=LAST_LETTER, written_at__lt=long_ago)
    return Letter.objects.filter(old).delete()[0]
