"""Webinars: a series, and the recordings of its episodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, HelpPanel, InlinePanel, MultiFieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.models import Orderable
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField
from wagtailmedia.edit_handlers import MediaChooserPanel
from wagtailmedia.models import AbstractMedia, MediaType

from access.files import MarkedFile
from access.readers import reader_of
from knowledge import captions
from knowledge.blocks import BodyBlock
from knowledge.media_files import media_type_of
from knowledge.models.pages import KnowledgePage
from knowledge.models.timed_text import CaptionsField, ChaptersField
from knowledge.recording_form import RecordingForm
from knowledge.uploads import RecordingFile

if TYPE_CHECKING:
    from knowledge.recordings import Player


class HubMedia(MarkedFile, AbstractMedia):  # type: ignore[django-manager-missing]
    """A file with sound or pictures that move. Its bytes are served as those of images and documents are."""

    # Without a thumbnail: the poster is the recording's lead image, which has an alternative text.
    admin_form_fields = ("title", "file", "collection", "duration", "width", "height", "tags", "marking", "shared_with")

    file_size = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("media file")
        verbose_name_plural = _("media files")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Remember how large the file is: asking a remote storage takes time."""
        if not self.file._committed or not self.file_size:
            self.file_size = self.file.size
        super().save(*args, **kwargs)
        # Another file may be longer or shorter than the one that recordings remember.
        for recording in WebinarRecording.objects.filter(media__media=self).distinct():
            longest = max(row.media.duration for row in recording.media.all())
            WebinarRecording.objects.filter(pk=recording.pk).update(duration=round(longest))

    @property
    def media_type(self) -> str:
        """The type that browsers are told."""
        return media_type_of(self.filename) or "application/octet-stream"

    @property
    def is_video(self) -> bool:
        """Whether there are pictures."""
        return self.type == MediaType.VIDEO


HubMedia._meta.get_field("file").attr_class = RecordingFile


class WebinarSeries(KnowledgePage):
    """Webinars that belong together; its episodes are the recordings below it."""

    body = StreamField(BodyBlock(), verbose_name=_("body"), blank=True)

    body_fields = ("body",)
    template = "knowledge/webinar_series.html"
    subpage_types = ["knowledge.WebinarRecording"]
    edit_handler = KnowledgePage.edit_handler_for([FieldPanel("body")])
    translatable_fields = [*KnowledgePage.translatable_fields, TranslatableField("body")]
    search_fields = [*KnowledgePage.search_fields, index.SearchField("body")]
    api_fields = [*KnowledgePage.api_fields, APIField("body")]

    class Meta:
        verbose_name = _("webinar series")
        verbose_name_plural = _("webinar series")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the episodes that the reader of the request may watch."""
        from knowledge.recordings import episodes_of

        context = super().get_context(request, *args, **kwargs)
        context["episodes"] = episodes_of(self, reader_of(request))
        return context


class WebinarRecording(KnowledgePage):
    """A recorded webinar. Its captions, in the language of the page, are its transcript; its authors are who speaks."""

    episode = models.PositiveSmallIntegerField(
        _("episode"), null=True, blank=True, help_text=_("Its number in the series.")
    )
    recorded_on = models.DateField(_("date of the webinar"), null=True, blank=True)
    spoken_language = models.CharField(
        _("language spoken"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    # In seconds, that of its longest file: kept, so that lists need not look at files.
    duration = models.PositiveIntegerField(_("duration"), default=0, editable=False)
    cue_count = models.PositiveIntegerField(default=0, editable=False)
    slides = models.ForeignKey(
        "knowledge.HubDocument",
        verbose_name=_("slides"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    cues = CaptionsField(
        verbose_name=_("captions"),
        help_text=_(
            "WebVTT; SubRip can be pasted too. They are the transcript as well: what you change here changes in the "
            "captions, in the transcript and in search. Translators translate them cue by cue."
        ),
    )
    chapters = ChaptersField(
        verbose_name=_("chapters"), help_text=_("One a line: time and title, such as “4:05 Questions”.")
    )
    body = StreamField(BodyBlock(), verbose_name=_("body"), blank=True)

    base_form_class = RecordingForm
    body_fields = ("body",)
    template = "knowledge/webinar_recording.html"
    parent_page_types = ["knowledge.WebinarSeries", "knowledge.KnowledgeIndexPage"]
    edit_handler = KnowledgePage.edit_handler_for(
        [
            MultiFieldPanel(
                [FieldPanel("episode"), FieldPanel("recorded_on"), FieldPanel("spoken_language")],
                heading=_("The webinar"),
            ),
            HelpPanel(template="knowledge/admin/recording_help.html"),
            InlinePanel("media", heading=_("Video and audio files"), label=_("File"), max_num=6),
            MultiFieldPanel([FieldPanel("cues"), FieldPanel("captions_file")], heading=_("Captions and transcript")),
            FieldPanel("chapters"),
            FieldPanel("slides"),
            FieldPanel("body"),
        ],
        [
            *KnowledgePage.concept_panels,
            InlinePanel("authors", heading=_("Speakers"), label=_("Speaker")),
            *KnowledgePage.belonging_panels,
        ],
    )
    translatable_fields = [
        *KnowledgePage.translatable_fields,
        SynchronizedField("episode", overridable=False),
        SynchronizedField("recorded_on", overridable=False),
        SynchronizedField("spoken_language", overridable=False),
        SynchronizedField("slides", overridable=False),
        SynchronizedField("media", overridable=False),
        TranslatableField("chapters"),
        TranslatableField("cues"),
        TranslatableField("body"),
    ]
    search_fields = [*KnowledgePage.search_fields, index.SearchField("body")]
    api_fields = [
        *KnowledgePage.api_fields,
        APIField("episode"),
        APIField("recorded_on"),
        APIField("spoken_language"),
        APIField("duration"),
        APIField("body"),
    ]

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Remember how long it is, and how many cues there are."""
        durations = [row.media.duration for row in self.media.all()]
        self.duration = round(max(durations, default=0))
        self._drop_what_the_source_dropped()
        self.cue_count = len(self.cues)
        super().save(*args, **kwargs)

    def _drop_what_the_source_dropped(self) -> None:
        """Empty the captions and chapters of a translation whose source has none any more.

        wagtail-localize passes over a field without segments, so they would stay (its `segments/ingest.py`).
        """
        if not self.locale_id or self.source_language in {"", self.locale.language_code}:
            return
        sources = WebinarRecording.objects.filter(
            translation_key=self.translation_key, locale__language_code=self.source_language
        )
        cues, chapters = sources.values_list("cues", "chapters").first() or (True, True)
        self.cues = self.cues if cues else []
        self.chapters = self.chapters if chapters else []

    def readable_texts(self) -> Iterator[str]:
        """Yield the texts of the body, the chapters' titles and the transcript."""
        yield from super().readable_texts()
        for passage in self.transcript:
            if passage.chapter:
                yield passage.chapter.text
            for paragraph in passage.paragraphs:
                yield " ".join(cue.text for cue in paragraph.cues)

    @cached_property
    def transcript(self) -> list[captions.Passage]:
        """The captions as a text to read, by chapters."""
        return captions.transcript(captions.cues_from(self.cues), captions.chapters_from(self.chapters))

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the player, with the transcript in the language that the request asks for."""
        from knowledge.recordings import player_for

        context = super().get_context(request, *args, **kwargs)
        player: Player = player_for(self, reader_of(request), request.GET)
        context["player"] = player
        return context


class RecordingMedia(Orderable):
    """A file of a recording: one of its qualities, or its sound alone."""

    page = ParentalKey(WebinarRecording, on_delete=models.CASCADE, related_name="media")
    media = models.ForeignKey(HubMedia, verbose_name=_("file"), on_delete=models.CASCADE, related_name="+")

    panels = [MediaChooserPanel("media")]

    class Meta(Orderable.Meta):
        verbose_name = _("media file")
        verbose_name_plural = _("media files")

    def __str__(self) -> str:
        return self.media.title
