"""What every page that people read has in common."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.text import format_lazy, slugify
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import (
    FieldPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    PageChooserPanel,
    TabbedInterface,
    TitleFieldPanel,
)
from wagtail.api import APIField
from wagtail.coreutils import find_available_slug
from wagtail.fields import StreamValue
from wagtail.models import Orderable, Page, TranslatableMixin
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField
from wagtail_localize.models import StringTranslation

from access.clearance import is_cleared_for_file
from access.models import MarkedPage
from access.readers import reader_of
from knowledge.marking_panel import marking_panels
from knowledge.models.review import ReviewedPublishingMixin
from knowledge.page_form import ReadablePageForm
from vocabulary.countries import country_choices, country_name
from vocabulary.models import TOPIC_SCHEMES, Concept, Scheme

if TYPE_CHECKING:
    from knowledge.queries import ReadingContext


class FramePreviewMixin:
    """Previews of a page in the frame of each language: what readers of a language see around it, in its direction."""

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """The page in its own language first, then framed in the others."""
        own = self.locale.language_code if self.locale_id else ""  # type: ignore[attr-defined]
        others = [(code, name) for code, name in settings.LANGUAGES if code != own]
        return [("", _("As it will be")), *((code, format_lazy(_("Framed in {0}"), name)) for code, name in others)]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Render the preview while the language of its frame is active."""
        own = self.locale.language_code if self.locale_id else settings.LANGUAGE_CODE  # type: ignore[attr-defined]
        language = mode_name or own
        if isinstance(self, ReadablePage):
            self.leave_out_closed_files(request.user)
        with translation.override(language):
            request.is_untranslated_view = language != own  # type: ignore[attr-defined]
            response = super().serve_preview(request, "")  # type: ignore[misc]
            return response.render() if hasattr(response, "render") else response


class ReadablePage(FramePreviewMixin, ReviewedPublishingMixin, MarkedPage):
    """A page with a text: its summary, picture, dates, and the language it was written in."""

    summary = models.TextField(
        _("summary"),
        max_length=300,
        blank=True,
        help_text=_("One or two sentences that say what the reader gets; shown in lists and search results."),
    )
    lead_image = models.ForeignKey(
        "knowledge.HubImage",
        verbose_name=_("lead image"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    lead_image_alternative_text = models.CharField(
        _("alternative text of the lead image"),
        max_length=250,
        blank=True,
        help_text=_("What somebody who cannot see the image needs to know, in one sentence."),
    )
    published_on = models.DateField(
        _("date of publication"), default=timezone.localdate, help_text=_("The date readers see.")
    )
    review_by = models.DateField(
        _("review by"),
        null=True,
        blank=True,
        help_text=_("When somebody should check that this is still right; the report of due reviews lists it."),
    )
    reviewed_on = models.DateField(
        _("last reviewed on"),
        null=True,
        blank=True,
        help_text=_("When somebody last checked that this is still right; readers see it."),
    )
    source_language = models.CharField(
        _("source language"), max_length=10, choices=settings.LANGUAGES, blank=True, editable=False
    )
    publishing_reason = models.CharField(
        _("reason for publishing with gaps"),
        max_length=300,
        blank=True,
        help_text=_("Only if something is missing and it must go out all the same. It is kept in the log."),
    )

    base_form_class = ReadablePageForm

    # The names of this page type's StreamFields, in reading order.
    body_fields: tuple[str, ...] = ("body",)

    describing_panels = [
        TitleFieldPanel("title", help_text=_("Up to 70 characters fit everywhere.")),
        FieldPanel("summary"),
        MultiFieldPanel([FieldPanel("lead_image"), FieldPanel("lead_image_alternative_text")], heading=_("Lead image")),
    ]
    marking_panels = marking_panels()
    date_panels = [
        MultiFieldPanel(
            [FieldPanel("published_on"), FieldPanel("reviewed_on"), FieldPanel("review_by")], heading=_("Dates")
        ),
    ]
    gate_panels = [
        FieldPanel("publishing_reason"),
    ]

    common_translatable_fields = [
        TranslatableField("title"),
        TranslatableField("slug"),
        TranslatableField("seo_title"),
        TranslatableField("search_description"),
        TranslatableField("summary"),
        TranslatableField("lead_image_alternative_text"),
        SynchronizedField("lead_image", overridable=False),
        SynchronizedField("marking", overridable=False),
        SynchronizedField("shared_with", overridable=False),
        SynchronizedField("published_on", overridable=False),
        SynchronizedField("review_by", overridable=False),
        SynchronizedField("reviewed_on", overridable=False),
    ]

    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.FilterField("review_by"),
    ]
    api_fields = [
        APIField("marking"),
        APIField("summary"),
        APIField("published_on"),
        APIField("source_language"),
    ]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Remember the language of the first version: translations are made from it."""
        if not self.source_language and self.locale_id:
            self.source_language = self.locale.language_code
        super().save(*args, **kwargs)

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """Check the page, with the address that a translator gave it."""
        self._keep_translated_slug()
        super().full_clean(*args, **kwargs)

    def minimal_clean(self) -> None:
        """Check a draft, with the address that a translator gave it."""
        self._keep_translated_slug()
        super().minimal_clean()

    def _keep_translated_slug(self) -> None:
        """Put back what wagtail-localize took: it writes addresses in ASCII only, without Arabic and without é."""
        if not self.pk or self.locale.language_code == self.source_language:
            return
        written = StringTranslation.objects.filter(
            context__object_id=self.translation_key, context__path="slug", locale=self.locale
        )
        text = written.values_list("data", flat=True).last() or ""
        slug = slugify(text, allow_unicode=True)
        # Whatever else stands there was chosen: by an editor, or because the address was taken.
        if slug and self.slug in ("", slugify(text)):  # type: ignore[has-type]
            self.slug = find_available_slug(self.get_parent(), slug, ignore_page_id=self.pk)

    def publish(self, revision: Any, user: Any = None, **kwargs: Any) -> Any:
        """Publish a revision, unless the publishing gate is closed to it or the review is still to come."""
        from knowledge.publishing_gate import pass_gate

        pass_gate(revision.as_object(), user)
        return super().publish(revision, user=user, **kwargs)

    @property
    def bodies(self) -> list[StreamValue]:
        """The page's StreamField values, in reading order."""
        return [getattr(self, name) for name in self.body_fields]

    def readable_texts(self) -> Iterator[str]:
        """Yield the plain texts a reader reads in the body, block by block."""
        for body in self.bodies:
            yield from body.stream_block.get_searchable_content(body)

    def leave_out_closed_files(self, user: Any) -> None:
        """Take the files off an unsaved copy of the page that somebody in the admin is not cleared for."""
        from knowledge.loading import load_files

        load_files(self, lets=partial(is_cleared_for_file, user))
        for name, file in (("attachments", "document"), ("media", "media")):
            if hasattr(self, name):
                rows = getattr(self, name).all()
                setattr(self, name, [row for row in rows if is_cleared_for_file(user, getattr(row, file))])

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add what surrounds the text, as the reader of the request may see it."""
        from knowledge.queries import reading_context

        context = super().get_context(request, *args, **kwargs)
        reading: ReadingContext = reading_context(self, reader_of(request))
        context["reading"] = reading
        return context


# The types of which something can be related, or featured on the home page.
READ_TYPES = ["knowledge.Article", "knowledge.CaseStudy", "knowledge.WebinarSeries", "knowledge.WebinarRecording"]


def _is_topic() -> dict[str, Any]:
    return {"scheme__in": [scheme.value for scheme in TOPIC_SCHEMES]}


class KnowledgePage(ReadablePage):
    """One piece of knowledge: an article, a case study, a series or a recording.

    A table of its own, though only its subtypes are ever made, so that lists, filters, relations and
    search ask one table whatever the types (design.md has it abstract; ARCHITECTURE.md says why not).
    """

    topics = ParentalManyToManyField(
        Concept,
        verbose_name=_("topics"),
        blank=True,
        related_name="+",
        limit_choices_to=_is_topic,
        help_text=_("Two to five: what somebody would look for to find this."),
    )
    sectors = ParentalManyToManyField(
        Concept,
        verbose_name=_("sectors"),
        blank=True,
        related_name="+",
        limit_choices_to={"scheme": Scheme.SECTOR},
    )
    regions = ParentalManyToManyField(
        Concept,
        verbose_name=_("regions"),
        blank=True,
        related_name="+",
        limit_choices_to={"scheme": Scheme.REGION},
    )

    is_creatable = False
    template = "knowledge/knowledge_page.html"
    parent_page_types = ["knowledge.KnowledgeIndexPage"]
    subpage_types: list[str] = []

    concept_panels = [
        FieldPanel("topics"),
        FieldPanel("sectors"),
        MultiFieldPanel([FieldPanel("regions"), InlinePanel("countries", label=_("Country"))], heading=_("Where")),
    ]
    belonging_panels = [
        InlinePanel("attachments", heading=_("Attachments"), label=_("Attachment")),
        InlinePanel("related_items", heading=_("Related items"), label=_("Related item"), max_num=6),
    ]
    about_panels = [
        *concept_panels,
        InlinePanel("authors", heading=_("Authors"), label=_("Author")),
        *belonging_panels,
    ]

    translatable_fields = [
        *ReadablePage.common_translatable_fields,
        SynchronizedField("topics", overridable=False),
        SynchronizedField("sectors", overridable=False),
        SynchronizedField("regions", overridable=False),
        SynchronizedField("countries", overridable=False),
        SynchronizedField("related_items", overridable=False),
        TranslatableField("authors"),
        TranslatableField("attachments"),
    ]
    api_fields = [
        *ReadablePage.api_fields,
        APIField("topics"),
        APIField("sectors"),
        APIField("regions"),
        APIField("countries"),
        APIField("authors"),
    ]

    class Meta:
        verbose_name = _("piece of knowledge")
        verbose_name_plural = _("pieces of knowledge")
        permissions = [("edit_originals", "Can edit pages in the language they were written in")]

    @classmethod
    def edit_handler_for(cls, body_panels: list, about_panels: list | None = None) -> TabbedInterface:
        """Return the editor of a type: what it says, what it is about, who may read it, when to look again."""
        return TabbedInterface(
            [
                ObjectList([*cls.describing_panels, *body_panels], heading=_("Content")),
                ObjectList(about_panels or cls.about_panels, heading=_("About")),
                ObjectList(
                    [
                        HelpPanel(template="knowledge/admin/publishing_help.html"),
                        *cls.marking_panels,
                        *cls.date_panels,
                        *cls.gate_panels,
                    ],
                    heading=_("Readers and publishing"),
                ),
                ObjectList(cls.promote_panels, heading=_("Address")),
            ]
        )


class CountryConcerned(Orderable):
    """A country that a piece of knowledge is about."""

    page = ParentalKey(KnowledgePage, on_delete=models.CASCADE, related_name="countries")
    code = models.CharField(_("country"), max_length=2, choices=country_choices)

    api_fields = [APIField("code")]

    class Meta(Orderable.Meta):
        verbose_name = _("country")
        verbose_name_plural = _("countries")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The country's name in the active language."""
        return country_name(self.code)


class Author(TranslatableMixin, Orderable):
    """Somebody who wrote a piece of knowledge, as it should be credited."""

    page = ParentalKey(KnowledgePage, on_delete=models.CASCADE, related_name="authors")
    name = models.CharField(_("name"), max_length=150)
    role = models.CharField(_("role"), max_length=200, blank=True)
    organisation = models.ForeignKey(
        "members.Organisation",
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    translatable_fields = [
        SynchronizedField("name", overridable=False),
        TranslatableField("role"),
        SynchronizedField("organisation", overridable=False),
    ]
    api_fields = [APIField("name"), APIField("role")]

    class Meta(Orderable.Meta):
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        unique_together = (("translation_key", "locale"),)

    def __str__(self) -> str:
        return self.name


class Attachment(TranslatableMixin, Orderable):
    """A file that belongs to a piece of knowledge."""

    page = ParentalKey(KnowledgePage, on_delete=models.CASCADE, related_name="attachments")
    document = models.ForeignKey(
        "knowledge.HubDocument", verbose_name=_("document"), on_delete=models.CASCADE, related_name="+"
    )
    note = models.CharField(_("what is in it"), max_length=300, blank=True)

    panels = [FieldPanel("document"), FieldPanel("note")]
    translatable_fields = [SynchronizedField("document", overridable=False), TranslatableField("note")]

    class Meta(Orderable.Meta):
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        unique_together = (("translation_key", "locale"),)

    def __str__(self) -> str:
        return self.document.title


class RelatedItem(Orderable):
    """Another piece of knowledge worth reading after this one."""

    page = ParentalKey(KnowledgePage, on_delete=models.CASCADE, related_name="related_items")
    item = models.ForeignKey(KnowledgePage, verbose_name=_("item"), on_delete=models.CASCADE, related_name="+")

    panels = [PageChooserPanel("item", READ_TYPES)]

    class Meta(Orderable.Meta):
        verbose_name = _("related item")
        verbose_name_plural = _("related items")

    def __str__(self) -> str:
        return self.item.title
