"""Sections that list pieces of knowledge."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.models import Page
from wagtail_localize.fields import SynchronizedField, TranslatableField

from access.models import MarkedPage
from access.readers import reader_of
from knowledge.models.review import ReviewedPublishingMixin


class KnowledgeIndexPage(ReviewedPublishingMixin, MarkedPage):
    """A section: an introduction, and the list of what is in it with filters and paging."""

    introduction = models.TextField(
        _("introduction"),
        max_length=400,
        blank=True,
        help_text=_("What is in this section, in two sentences."),
    )

    template = "knowledge/index_page.html"
    parent_page_types = ["home.HomePage"]
    subpage_types = [
        "knowledge.Article",
        "knowledge.CaseStudy",
        "knowledge.WebinarSeries",
        "knowledge.WebinarRecording",
    ]
    content_panels = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("marking")]
    translatable_fields = [
        TranslatableField("title"),
        TranslatableField("slug"),
        TranslatableField("seo_title"),
        TranslatableField("search_description"),
        TranslatableField("introduction"),
        SynchronizedField("show_in_menus", overridable=False),
        SynchronizedField("marking", overridable=False),
        SynchronizedField("shared_with", overridable=False),
    ]
    api_fields = [APIField("marking"), APIField("introduction")]

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the page of the list that the request asks for, as its reader may see it."""
        from knowledge.queries import section_list

        context = super().get_context(request, *args, **kwargs)
        context["section"] = section_list(self, reader_of(request), request.GET)
        return context
