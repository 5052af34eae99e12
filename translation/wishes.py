"""Members ask for translations, and translators see what is wanted most."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Count, F
from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import page_published

from members.models import User
from search.signals import untranslated_opened
from translation.models import SearchDemand, TranslationWish


def wish_for(piece: uuid.UUID, language: str, member: User) -> None:
    """Note that a member wants a piece of knowledge in a language; asking again changes nothing."""
    TranslationWish.objects.get_or_create(piece=piece, language=language, member=member)


def demand_for(language: str) -> dict[uuid.UUID, int]:
    """Return how many members want which pieces of knowledge in a language (one query)."""
    wishes = TranslationWish.objects.filter(language=language).order_by().values_list("piece")
    return dict(wishes.annotate(number=Count("pk")))


@receiver(page_published, dispatch_uid="translation.fulfil_wishes")
def fulfil_wishes(instance: Page, **kwargs: Any) -> None:
    """Whoever wanted this piece in this language has it now."""
    if not instance.alias_of_id:
        language = instance.locale.language_code
        for model in (TranslationWish, SearchDemand):
            model.objects.filter(piece=instance.translation_key, language=language).delete()


@receiver(untranslated_opened, dispatch_uid="translation.count_search_demand")
def count_search_demand(page_id: int, language: str, **kwargs: Any) -> None:
    """Somebody searched for this in a language that it is not there in."""
    piece = Page.objects.filter(pk=page_id).values_list("translation_key", flat=True).first()
    if piece is None:
        return
    demand, _is_new = SearchDemand.objects.get_or_create(piece=piece, language=language)
    SearchDemand.objects.filter(pk=demand.pk).update(times=F("times") + 1)


def collect_wishes(user: User) -> list[dict[str, Any]]:
    """Return what somebody asked for. Pieces are named by key."""
    wishes = TranslationWish.objects.filter(member=user).values("piece", "language", "created_at")
    return [dict(wish) for wish in wishes]


def erase_wishes(user: User) -> None:
    """Remove what somebody asked for."""
    TranslationWish.objects.filter(member=user).delete()
