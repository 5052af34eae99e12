"""Terms that translators suggest to those who keep the vocabulary."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vocabulary.models import Concept


class TermSuggestion(models.Model):
    """That a concept could be called so in a language. The vocabulary's keepers decide.

    Attributes:
        concept: what is meant; nothing if the vocabulary does not have it, or it is not known which one it is.
        source: how it is called in the text that was translated.
        language, term: what is suggested.
        decision: nothing as long as it is open.
        reason: why it was declined.
    """

    class Decision(models.TextChoices):
        """What the keepers said."""

        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    concept = models.ForeignKey(
        Concept, verbose_name=_("concept"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    source = models.CharField(_("term in the source"), max_length=200)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    term = models.CharField(_("suggested term"), max_length=200)
    note = models.CharField(_("note"), max_length=500, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="term_suggestions"
    )
    at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("suggested term")
        verbose_name_plural = _("suggested terms")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "language", "term"],
                condition=models.Q(decision=""),
                name="translation_one_open_suggestion",
                violation_error_message=_("This is suggested already."),
            ),
        ]

    def __str__(self) -> str:
        return self.term
