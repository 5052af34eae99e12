"""What is asked of translators by itself, and what comes out in all languages at once."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page
from wagtail_localize.models import TranslationSource

from translation.models.assignments import Assignment


class StandingRequest(models.Model):
    """That whatever is published in a section is handed to the translators of a language by itself.

    Attributes:
        section: in whatever language; it stands for the section in all of them, and what is below it counts, too.
        days: within how many days of the publication it is wanted.
        person: who is asked; nothing for all translators of the language.
    """

    section = models.ForeignKey(
        Page, verbose_name=_("section"), on_delete=models.CASCADE, related_name="standing_requests"
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    days = models.PositiveSmallIntegerField(
        _("days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Within how many days of its publication. Empty: no deadline."),
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Assignment.Priority.choices, default=Assignment.Priority.NORMAL
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("translator"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Empty: all translators of the language."),
    )

    class Meta:
        verbose_name = _("standing request")
        verbose_name_plural = _("standing requests")
        ordering = ["section__path", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["section", "language"],
                name="translation_one_standing_request",
                violation_error_message=_("There is a standing request for this section and language already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section_id}: {self.language}"


class JointRelease(models.Model):
    """That a page and all its translations are published in the same moment.

    Until then none of them is published alone. With the publication it is over; later changes go their usual way.
    """

    source = models.OneToOneField(
        TranslationSource, on_delete=models.CASCADE, primary_key=True, related_name="joint_release"
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("joint release")
        verbose_name_plural = _("joint releases")

    def __str__(self) -> str:
        return str(self.source_id)
