"""What was done somewhere, told so that cases can be compared."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField

from knowledge.blocks import BodyBlock
from knowledge.models.pages import KnowledgePage


def _part(verbose_name: Any, help_text: Any) -> StreamField:
    return StreamField(BodyBlock(), verbose_name=verbose_name, help_text=help_text, blank=True)


class CaseStudy(KnowledgePage):
    """A case in six parts, always the same, so that two cases can be laid side by side."""

    organisation = models.ForeignKey(
        "members.Organisation",
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="case_studies",
        help_text=_("The one whose case this is."),
    )
    context = _part(_("Context"), _("Where, when and who; what a stranger must know."))
    challenge = _part(_("Challenge"), _("What was wrong or at risk, and for whom."))
    response = _part(_("Response"), _("What was done, by whom, in which order, at what cost."))
    result = _part(_("Result"), _("What changed, measured if it was; what did not."))
    lessons = _part(_("Lessons"), _("What those who did it would do differently."))
    transfer = _part(_("What can be transferred"), _("What others can take over, and what depends on the place."))

    body_fields = ("context", "challenge", "response", "result", "lessons", "transfer")
    template = "knowledge/case_study.html"
    edit_handler = KnowledgePage.edit_handler_for(
        [
            FieldPanel("organisation"),
            *[FieldPanel(name) for name in body_fields],
            InlinePanel("adapted_from", heading=_("Adapted from"), label=_("Practice that was reused")),
        ]
    )
    translatable_fields = [
        *KnowledgePage.translatable_fields,
        SynchronizedField("organisation", overridable=False),
        *[TranslatableField(name) for name in body_fields],
        SynchronizedField("adapted_from", overridable=False),
    ]
    search_fields = [*KnowledgePage.search_fields, *[index.SearchField(name) for name in body_fields]]
    api_fields = [*KnowledgePage.api_fields, *[APIField(name) for name in body_fields]]

    class Meta:
        verbose_name = _("case study")
        verbose_name_plural = _("case studies")

    @property
    def parts(self) -> list[tuple[str, str, object]]:
        """The parts that have a text: (field name, heading in the page's own language, value)."""
        with translation.override(self.locale.language_code):
            return [
                (name, str(self._meta.get_field(name).verbose_name), getattr(self, name))
                for name in self.body_fields
                if getattr(self, name)
            ]
