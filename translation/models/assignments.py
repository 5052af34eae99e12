"""Who is asked to translate what, until when."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail_localize.models import Translation

from search.models import SavedSearch


class DeskDigest(models.Model):
    """How often somebody wants a letter on what waits on their desk.

    Attributes:
        sent_at: when the last one was written, or the choice was made.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="desk_digest"
    )
    frequency = models.CharField(max_length=10, choices=SavedSearch.Frequency.choices)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("digest of a desk")
        verbose_name_plural = _("digests of desks")

    def __str__(self) -> str:
        return f"{self.person_id}: {self.frequency}"


class Assignment(models.Model):
    """That somebody is asked to work on a translation. Whoever may translate may still do so: it is no lock.

    Attributes:
        person: who is asked; nothing for a deadline or a priority that is everybody's.
        deadline: the day by which it is wanted, in the hub's time zone.
        assigned_by: who asked.
    """

    class Priority(models.IntegerChoices):
        """How much it matters; larger comes first."""

        LOW = 1, _("Low")
        NORMAL = 2, _("Normal")
        HIGH = 3, _("High")

    translation = models.OneToOneField(
        Translation, on_delete=models.CASCADE, primary_key=True, related_name="assignment"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="assignments"
    )
    deadline = models.DateField(null=True, blank=True)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    assigned_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        permissions = [("assign_translation", _("Can assign translations"))]

    def __str__(self) -> str:
        return f"{self.translation_id}: {self.person_id}"
