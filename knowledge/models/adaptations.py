"""Where a practice was taken up."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, PageChooserPanel

from knowledge.models.case_studies import CaseStudy
from knowledge.models.pages import KnowledgePage
from vocabulary.countries import country_choices, country_name


def _latest_year() -> int:
    return timezone.localdate().year


class Adaptation(models.Model):
    """A record that an organisation reused a practice: told in a case study, or noted by a member."""

    practice = models.ForeignKey(
        KnowledgePage,
        verbose_name=_("practice"),
        on_delete=models.CASCADE,
        related_name="adaptations",
    )
    case_study = ParentalKey(
        CaseStudy,
        verbose_name=_("case study"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="adapted_from",
    )
    organisation = models.ForeignKey(
        "members.Organisation",
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="adaptations",
    )
    country = models.CharField(_("country"), max_length=2, choices=country_choices, blank=True)
    year = models.PositiveSmallIntegerField(
        _("year"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1990), MaxValueValidator(_latest_year)],
    )
    note = models.CharField(
        _("what was changed"),
        max_length=300,
        blank=True,
        help_text=_("What you kept and what you changed, in a sentence or two."),
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recorded by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    panels = [
        PageChooserPanel("practice", ["knowledge.Article", "knowledge.CaseStudy"]),
        FieldPanel("organisation"),
        FieldPanel("country"),
        FieldPanel("year"),
        FieldPanel("note"),
    ]

    class Meta:
        verbose_name = _("adaptation")
        verbose_name_plural = _("adaptations")
        ordering = ["year", "pk"]

    def __str__(self) -> str:
        return f"{self.practice} → {self.organisation or self.case_study}"

    @property
    def country_name(self) -> str:
        """The country's name in the active language."""
        return country_name(self.country) if self.country else ""
