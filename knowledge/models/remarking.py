"""The marking of a whole section at once: what is asked for, and how far it is."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from access.models import Conditions, Marking, conditions_of_marking


class Remarking(models.Model):
    """One marking for a section and all that is below it, given page by page in the background.

    `reached` is the tree path of the last page that has it, or, once all have it, of the last whose audience was worked
    out anew: a run that was cut off goes on from there.
    """

    section = models.ForeignKey(Page, verbose_name=_("section"), on_delete=models.CASCADE, related_name="+")
    marking = models.CharField(_("marking"), max_length=16, choices=Marking.choices)
    shared_with = models.JSONField(_("shared with"), default=list, blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked for by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    # What opens something up waits for a second pair of eyes.
    needs_approval = models.BooleanField(default=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("approved by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    all_marked = models.BooleanField(default=False)
    reached = models.CharField(max_length=255, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("marking of a section")
        verbose_name_plural = _("markings of sections")
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return f"{self.section_id}: {self.marking} ({self.done}/{self.total})"

    @property
    def conditions(self) -> Conditions:
        """What the marking asks of readers."""
        return conditions_of_marking(self.marking, self.shared_with)

    @property
    def waits_for_approval(self) -> bool:
        """Whether somebody else has to agree before it begins."""
        return self.needs_approval and self.approved_by_id is None
