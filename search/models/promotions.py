"""What editors recommend for a question."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, PageChooserPanel

from access.models import Marking
from knowledge.models import KnowledgePage
from search.models.wordings import lines_of


class PromotedResult(models.Model):
    """A piece of knowledge that stands above all others when somebody asks for something.

    Attributes:
        language: that of the interface and the questions.
        questions: one a line; the words of each, in whatever form and order, and no others.
        until: the last day on which it is shown.
    """

    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    questions = models.TextField(_("questions"), max_length=2000, help_text=_("What people type, one question a line."))
    page = models.ForeignKey(
        KnowledgePage, verbose_name=_("page"), on_delete=models.CASCADE, related_name="promoted_for"
    )
    sort_order = models.PositiveSmallIntegerField(
        _("order"), default=1, help_text=_("The smaller of two numbers comes first.")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True, help_text=_("For colleagues; not shown."))
    until = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day; empty for always."))

    panels = [
        FieldPanel("language"),
        FieldPanel("questions"),
        PageChooserPanel("page", "knowledge.KnowledgePage"),
        FieldPanel("sort_order"),
        FieldPanel("reason"),
        FieldPanel("until"),
    ]

    class Meta:
        verbose_name = _("promoted result")
        verbose_name_plural = _("promoted results")
        ordering = ["language", "sort_order", "pk"]

    def __str__(self) -> str:
        return ", ".join(lines_of(self.questions))

    def clean(self) -> None:
        """Refuse no question, and a page that names who may read it: it would be shown to hardly anybody."""
        questions = lines_of(self.questions)
        self.questions = "\n".join(questions)
        if not questions:
            raise ValidationError({"questions": gettext("Write at least one question.")})
        if self.page_id:
            label = self.page.access.label if hasattr(self.page, "access") else ""
            if label not in {Marking.CLEAR.value, Marking.GREEN.value}:
                raise ValidationError({"page": gettext("Only what all members may read can be promoted.")})

    @classmethod
    def current(cls) -> QuerySet[PromotedResult]:
        """Return those that are shown today."""
        return cls.objects.filter(Q(until__isnull=True) | Q(until__gte=timezone.localdate()))
