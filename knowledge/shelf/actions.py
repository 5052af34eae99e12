"""What people do with their shelf. Whether they may read a piece is asked before, by the views."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import MutableMapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from knowledge.models import (
    FollowedTopic,
    KnowledgePage,
    ReadingList,
    ReadingListItem,
    ReadingProgress,
    SavedItem,
    Shelf,
    Usefulness,
)
from members.models import User

MOST_SAVED = 1000
MOST_LISTS = 100
MOST_ITEMS = 500
MOST_TOPICS = 100
MOST_PROGRESS = 200
# From here on a text or recording counts as finished: what follows are sources and credits.
FINISHED = 0.97
# A pause longer than this begins another visit, though the session goes on for weeks.
VISIT_PAUSE = datetime.timedelta(hours=8)
SINCE = "shelf_since"
# Visitors answer by session; a page takes so many of their answers an hour, whoever they are.
ANSWERED = "usefulness"
MOST_ANSWERS_OF_SESSION = 20
MOST_ANSWERS_OF_VISITORS = 60


class LimitReached(Exception):
    """There is no room for more; the text says so to the person."""


# --- Visits -----------------------------------------------------------------------------------------


def note_visit(user: User, session: MutableMapping[str, Any]) -> tuple[Shelf, datetime.datetime | None]:
    """Remember that somebody looks at their page now, and return their shelf and when their last visit was.

    A session is one visit, until a long pause: looking again does not make what was new old.
    """
    shelf, _created = Shelf.objects.get_or_create(user=user)
    now = timezone.now()
    if SINCE not in session or shelf.seen_at is None or now - shelf.seen_at > VISIT_PAUSE:
        session[SINCE] = shelf.seen_at.isoformat() if shelf.seen_at else ""
    Shelf.objects.filter(pk=shelf.pk).update(seen_at=now)
    return shelf, parse_datetime(session[SINCE]) if session[SINCE] else None


# --- Saved items and lists --------------------------------------------------------------------------


def save(user: User, translation_key: UUID) -> None:
    """Save a piece of knowledge; once is enough."""
    saved = SavedItem.objects.filter(user=user)
    if saved.filter(translation_key=translation_key).exists():
        return
    if saved.count() >= MOST_SAVED:
        raise LimitReached(
            gettext("You have saved %(limit)d items, which is as many as fit. Take some off your page first.")
            % {"limit": MOST_SAVED}
        )
    SavedItem.objects.get_or_create(user=user, translation_key=translation_key)


def take_off(user: User, translation_key: UUID) -> None:
    """Forget that somebody saved a piece; the lists it is in keep it."""
    SavedItem.objects.filter(user=user, translation_key=translation_key).delete()


def make_list(user: User, name: str) -> ReadingList:
    """Begin a list."""
    if ReadingList.objects.filter(owner=user).count() >= MOST_LISTS:
        raise LimitReached(
            gettext("You have %(limit)d lists, which is as many as fit. Delete one first.") % {"limit": MOST_LISTS}
        )
    return ReadingList.objects.get_or_create(owner=user, name=name)[0]


def put_into_list(reading_list: ReadingList, translation_key: UUID) -> None:
    """Add a piece of knowledge at the end of a list; once is enough."""
    if reading_list.items.filter(translation_key=translation_key).exists():
        return
    if reading_list.items.count() >= MOST_ITEMS:
        raise LimitReached(
            gettext("The list “%(name)s” has %(limit)d items, which is as many as fit. Take some off it first.")
            % {"name": reading_list.name, "limit": MOST_ITEMS}
        )
    ReadingListItem.objects.get_or_create(reading_list=reading_list, translation_key=translation_key)


@transaction.atomic
def keep(user: User, translation_key: UUID, *, saved: bool, lists: list[ReadingList], new_list: str) -> None:
    """Keep a piece where somebody wants it, and nowhere else: among what they saved, in lists, in a new one."""
    if saved:
        save(user, translation_key)
    else:
        take_off(user, translation_key)
    entries = ReadingListItem.objects.filter(reading_list__owner=user, translation_key=translation_key)
    entries.exclude(reading_list__in=lists).delete()
    for reading_list in [*lists, *([make_list(user, new_list)] if new_list else [])]:
        put_into_list(reading_list, translation_key)


def share(reading_list: ReadingList) -> None:
    """Give a list an address that nobody can guess; one that has one keeps it."""
    if not reading_list.token:
        reading_list.token = secrets.token_urlsafe(24)
        reading_list.save(update_fields=["token"])


def stop_sharing(reading_list: ReadingList) -> None:
    """Take a list's address away for good: shared again, it gets another."""
    reading_list.token = None
    reading_list.save(update_fields=["token"])


# --- Topics -----------------------------------------------------------------------------------------


def follow(user: User, concept_id: int) -> None:
    """Follow a topic; once is enough."""
    followed = FollowedTopic.objects.filter(user=user)
    if followed.filter(concept_id=concept_id).exists():
        return
    if followed.count() >= MOST_TOPICS:
        raise LimitReached(
            gettext("You follow %(limit)d topics, which is as many as fit. Unfollow one first.")
            % {"limit": MOST_TOPICS}
        )
    FollowedTopic.objects.get_or_create(user=user, concept_id=concept_id)


def unfollow(user: User, concept_id: int) -> None:
    """Stop following a topic."""
    FollowedTopic.objects.filter(user=user, concept_id=concept_id).delete()


# --- Progress ---------------------------------------------------------------------------------------


def note_progress(
    user: User, translation_key: UUID, *, position: float, duration: float | None = None, anchor: str = ""
) -> None:
    """Remember how far somebody is in a piece, unless they do not want that; the oldest is forgotten.

    Args:
        user: whose progress it is.
        translation_key: of the piece of knowledge.
        position: seconds of a recording, percent of a text.
        duration: of the recording in seconds; none for a text.
        anchor: identifier of the heading that the reader has reached.
    """
    if not keeps_history(user):
        return
    whole = duration or 100
    position = min(position, whole)
    progress = ReadingProgress(
        user=user,
        translation_key=translation_key,
        position=position,
        duration=duration or None,
        anchor=anchor,
        is_finished=position >= FINISHED * whole,
        updated_at=timezone.now(),
    )
    ReadingProgress.objects.bulk_create(
        [progress],
        update_conflicts=True,
        unique_fields=["user", "translation_key"],
        update_fields=["position", "duration", "anchor", "is_finished", "updated_at"],
    )
    newest = ReadingProgress.objects.filter(user=user).values("pk")[:MOST_PROGRESS]
    ReadingProgress.objects.filter(user=user).exclude(pk__in=newest).delete()


def keeps_history(user: User) -> bool:
    """Tell whether somebody wants it remembered how far they read; who never said no does (one query)."""
    return not Shelf.objects.filter(user=user, keeps_history=False).exists()


def forget_history(user: User) -> None:
    """Forget all that somebody has read and watched."""
    ReadingProgress.objects.filter(user=user).delete()


def keep_history(user: User, keeps: bool) -> None:
    """Begin or stop to remember how far somebody reads; what is remembered stays until they clear it."""
    Shelf.objects.update_or_create(user=user, defaults={"keeps_history": keeps})


# --- Usefulness -------------------------------------------------------------------------------------


def answer_of(user: Any, session: MutableMapping[str, Any], page: KnowledgePage) -> Usefulness | None:
    """Return what somebody answered about a piece before: a visitor, in this session."""
    if user.is_authenticated:
        return Usefulness.objects.filter(user=user, translation_key=page.translation_key).first()
    answered = session.get(ANSWERED, {}).get(str(page.translation_key))
    return Usefulness.objects.filter(pk=answered, user=None).first() if answered else None


def answer(
    user: Any, session: MutableMapping[str, Any], page: KnowledgePage, *, is_useful: bool, comment: str
) -> Usefulness:
    """Record whether a page was useful, in place of what the same person said of the piece before.

    Nothing is kept of a visitor but the answer; their session knows which it was.
    """
    given = answer_of(user, session, page)
    is_new = given is None
    given = given or Usefulness(user=user if user.is_authenticated else None, translation_key=page.translation_key)
    answered = session.get(ANSWERED, {})
    if is_new and not user.is_authenticated:
        hour = timezone.now() - datetime.timedelta(hours=1)
        recent = Usefulness.objects.filter(page=page, user=None, answered_at__gt=hour).count()
        if len(answered) >= MOST_ANSWERS_OF_SESSION or recent >= MOST_ANSWERS_OF_VISITORS:
            raise LimitReached(
                gettext("There have been very many answers. Please come back later and send yours again.")
            )
    if user.is_authenticated:
        # Two answers at once, of a double click say, are one.
        return Usefulness.objects.update_or_create(
            user=user,
            translation_key=page.translation_key,
            defaults={"page": page, "is_useful": is_useful, "comment": comment},
        )[0]
    given.page, given.is_useful, given.comment = page, is_useful, comment
    given.save()
    if is_new and not user.is_authenticated:
        session[ANSWERED] = {**answered, str(page.translation_key): given.pk}
    return given
