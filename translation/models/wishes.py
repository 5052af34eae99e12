"""What members ask translators for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class TranslationWish(models.Model):
    """That a member would read a piece of knowledge in a language which it does not have.

    Attributes:
        piece: the translation key of its pages.
        language: the wanted one.
    """

    piece = models.UUIDField(db_index=True)
    language = models.CharField(max_length=10)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="translation_wishes")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("wish for a translation")
        verbose_name_plural = _("wishes for translations")
        constraints = [
            models.UniqueConstraint(fields=["piece", "language", "member"], name="translation_one_wish_a_member"),
        ]

    def __str__(self) -> str:
        return f"{self.piece} → {self.language}"


class SearchDemand(models.Model):
    """How often a piece of knowledge was opened from a search in a language which it does not have.

    Nothing says by whom. It is forgotten when the piece is published in that language.
    """

    piece = models.UUIDField()
    language = models.CharField(max_length=10)
    times = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("demand of searches")
        verbose_name_plural = _("demands of searches")
        constraints = [
            models.UniqueConstraint(fields=["piece", "language"], name="translation_one_search_demand"),
        ]

    def __str__(self) -> str:
        return f"{self.piece} → {self.language}: {self.times}"
