"""Best practices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.search import index
from wagtail_localize.fields import TranslatableField

from knowledge.blocks import BodyBlock
from knowledge.models.pages import KnowledgePage


class Article(KnowledgePage):
    """A best practice: how something is done well, written to be used."""

    body = StreamField(BodyBlock(), verbose_name=_("body"), blank=True)

    body_fields = ("body",)
    template = "knowledge/article.html"
    edit_handler = KnowledgePage.edit_handler_for([FieldPanel("body")])
    translatable_fields = [*KnowledgePage.translatable_fields, TranslatableField("body")]
    search_fields = [*KnowledgePage.search_fields, index.SearchField("body")]
    api_fields = [*KnowledgePage.api_fields, APIField("body")]

    class Meta:
        verbose_name = _("best practice")
        verbose_name_plural = _("best practices")
