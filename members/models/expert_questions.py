"""What members ask the experts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ExpertQuestion(models.Model):
    """A question of a member, which experts and the secretariat read and one of them answers.

    Attributes:
        language: that of the interface in which it was written.
        asker, answered_by: nobody, once they are erased.
    """

    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="expert_questions"
    )
    text = models.TextField(_("your question"), max_length=2000)
    language = models.CharField(max_length=10)
    asked_at = models.DateTimeField(default=timezone.now)
    answer = models.TextField(_("answer"), max_length=5000, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("question to the experts")
        verbose_name_plural = _("questions to the experts")
        ordering = ["answered_at", "-asked_at"]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d} ({self.language})"
