"""Concepts after SKOS (W3C Recommendation, 2009), with labels and definitions per language."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.search import index


class Scheme(models.TextChoices):
    """What a concept is about. Topics of content are themes, stages and activities."""

    SECTOR = "sector", _("Sector")
    STAGE = "stage", _("Supply-chain stage")
    THEME = "theme", _("Theme")
    ACTIVITY = "activity", _("Activity")
    REGION = "region", _("Region")


TOPIC_SCHEMES = (Scheme.THEME, Scheme.STAGE, Scheme.ACTIVITY)


class Concept(index.Indexed, ClusterableModel):
    """One notion of the community's field, whatever the language it is named in.

    `slug` is stable: it is part of the concept's URI and of the addresses of filtered lists.
    """

    slug = models.SlugField(
        _("identifier"), max_length=100, unique=True, help_text=_("Part of web addresses: never change it.")
    )
    scheme = models.CharField(_("scheme"), max_length=16, choices=Scheme.choices, default=Scheme.THEME)
    broader = models.ForeignKey(
        "self",
        verbose_name=_("broader concept"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="narrower",
    )
    related = models.ManyToManyField("self", verbose_name=_("related concepts"), blank=True)

    panels = [
        MultiFieldPanel([FieldPanel("slug"), FieldPanel("scheme"), FieldPanel("broader")], heading=_("Concept")),
        InlinePanel("labels", heading=_("Labels"), label=_("Label"), min_num=1),
        InlinePanel("definitions", heading=_("Definitions"), label=_("Definition")),
        FieldPanel("related"),
    ]
    search_fields = [
        index.SearchField("slug"),
        index.AutocompleteField("slug"),
        index.FilterField("scheme"),
        index.RelatedFields("labels", [index.SearchField("text"), index.AutocompleteField("text")]),
    ]

    class Meta:
        verbose_name = _("concept")
        verbose_name_plural = _("concepts")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.label_in(get_language() or settings.LANGUAGE_CODE)

    def clean(self) -> None:
        """Refuse a broader concept that is of another scheme, or that is the concept itself or below it."""
        super().clean()
        if self.broader is None:
            return
        if self.broader.scheme != self.scheme:
            raise ValidationError({"broader": _("The broader concept must be of the same scheme.")})
        above: Concept | None = self.broader
        seen = set()
        while above is not None and above.pk not in seen:
            if above.pk == self.pk:
                raise ValidationError({"broader": _("A concept cannot be broader than itself.")})
            seen.add(above.pk)
            above = above.broader

    def label_in(self, language: str) -> str:
        """Return the preferred label in a language, else in English, else any, else the identifier."""
        preferred = {label.language: label.text for label in self.labels.all() if label.is_preferred}
        return preferred.get(language) or preferred.get("en") or next(iter(preferred.values()), self.slug)


class ConceptLabel(models.Model):
    """What a concept is called in one language: one preferred label, any number of alternative ones."""

    concept = ParentalKey(Concept, on_delete=models.CASCADE, related_name="labels")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    is_preferred = models.BooleanField(
        _("preferred"), default=True, help_text=_("One label a language is preferred; others are synonyms.")
    )
    text = models.CharField(_("text"), max_length=200)

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ["language", "-is_preferred", "text"]
        constraints = [
            models.UniqueConstraint(
                fields=["concept", "language"],
                condition=Q(is_preferred=True),
                name="one_preferred_label_per_language",
                violation_error_message=_("There is a preferred label in this language already."),
            )
        ]

    def __str__(self) -> str:
        return self.text


class ConceptDefinition(models.Model):
    """What a concept means, in one language."""

    concept = ParentalKey(Concept, on_delete=models.CASCADE, related_name="definitions")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("definition")
        verbose_name_plural = _("definitions")
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(
                fields=["concept", "language"],
                name="one_definition_per_language",
                violation_error_message=_("There is a definition in this language already."),
            )
        ]

    def __str__(self) -> str:
        return self.text
