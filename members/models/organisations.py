"""Organisations, and who answers for them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.search import index

from vocabulary.countries import country_choices, country_name
from vocabulary.models import Concept, Scheme


class Organisation(index.Indexed, ClusterableModel):
    """A body whose people belong to the community; named in each language it is known by."""

    slug = models.SlugField(_("identifier"), max_length=100, unique=True)
    country = models.CharField(_("country"), max_length=2, choices=country_choices, blank=True)
    sector = models.ForeignKey(
        Concept,
        verbose_name=_("sector"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        limit_choices_to={"scheme": Scheme.SECTOR},
    )
    focal_points = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("focal points"),
        blank=True,
        related_name="focal_point_of",
        help_text=_("Its people who are asked to vouch for applicants who name it."),
    )

    panels = [
        FieldPanel("slug"),
        InlinePanel("names", heading=_("Names"), label=_("Name"), min_num=1),
        FieldPanel("country"),
        FieldPanel("sector"),
        FieldPanel("focal_points"),
    ]
    search_fields = [
        index.SearchField("slug"),
        index.AutocompleteField("slug"),
        index.RelatedFields("names", [index.SearchField("text"), index.AutocompleteField("text")]),
    ]

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name_in(get_language() or settings.LANGUAGE_CODE)

    def name_in(self, language: str) -> str:
        """Return the name in a language, else in English, else any, else the identifier."""
        names = {name.language: name.text for name in self.names.all()}
        return names.get(language) or names.get("en") or next(iter(names.values()), self.slug)

    @property
    def country_name(self) -> str:
        """The country's name in the active language."""
        return country_name(self.country) if self.country else ""


class OrganisationName(models.Model):
    """What an organisation is called in one language."""

    organisation = ParentalKey(Organisation, on_delete=models.CASCADE, related_name="names")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    text = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("name")
        verbose_name_plural = _("names")
        ordering = ["language"]
        constraints = [models.UniqueConstraint(fields=["organisation", "language"], name="one_name_per_language")]

    def __str__(self) -> str:
        return self.text
