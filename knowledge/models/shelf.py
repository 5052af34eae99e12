"""A person's own: what they saved, follow and have begun, and what they found useful.

A piece of knowledge is kept by its translation key, so that it is one in all languages. Nothing here says that
somebody may read it: whatever is shown is asked of the policy again (`knowledge.shelf.queries`).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from knowledge.models.pages import KnowledgePage
from vocabulary.models import Concept


class Shelf(models.Model):
    """How somebody wants to be remembered, and when they last looked at their page."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shelf")
    keeps_history = models.BooleanField(default=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("shelf")
        verbose_name_plural = _("shelves")

    def __str__(self) -> str:
        return str(self.user)


class KeptPiece(models.Model):
    """Base of what points to a piece of knowledge in whatever language."""

    translation_key = models.UUIDField(db_index=True)

    wagtail_reference_index_ignore = True

    class Meta:
        abstract = True


class SavedItem(KeptPiece):
    """A piece of knowledge that somebody saved."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_items")
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("saved item")
        verbose_name_plural = _("saved items")
        ordering = ["-saved_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "translation_key"], name="saved_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.translation_key}"


class ReadingList(models.Model):
    """A named list of pieces of knowledge; with a token, other members may open it by its address."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reading_lists")
    name = models.CharField(_("name"), max_length=100)
    token = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("reading list")
        verbose_name_plural = _("reading lists")
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="one_reading_list_per_name")]

    def __str__(self) -> str:
        return self.name


class ReadingListItem(KeptPiece):
    """A piece of knowledge in a list, with what its owner wants to say of it."""

    reading_list = models.ForeignKey(ReadingList, on_delete=models.CASCADE, related_name="items")
    note = models.CharField(_("note"), max_length=500, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("item of a reading list")
        verbose_name_plural = _("items of reading lists")
        ordering = ["added_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["reading_list", "translation_key"], name="listed_once")]

    def __str__(self) -> str:
        return f"{self.reading_list}: {self.translation_key}"


class FollowedTopic(models.Model):
    """A topic of which somebody wants to see what is new."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="followed_topics")
    concept = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="+")
    followed_at = models.DateTimeField(auto_now_add=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("followed topic")
        verbose_name_plural = _("followed topics")
        constraints = [models.UniqueConstraint(fields=["user", "concept"], name="followed_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.concept_id}"


class ReadingProgress(KeptPiece):
    """How far somebody is in a piece of knowledge: a recording in seconds, a text in percent."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="progress")
    position = models.FloatField()
    # Of a recording, in seconds; a text has none, and its position is a percentage.
    duration = models.FloatField(null=True, blank=True)
    # Where the heading is under which somebody stopped reading.
    anchor = models.CharField(max_length=64, blank=True)
    is_finished = models.BooleanField(default=False)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reading progress")
        verbose_name_plural = _("reading progress")
        ordering = ["-updated_at", "-pk"]
        indexes = [models.Index(fields=["user", "-updated_at"], name="progress_by_user")]
        constraints = [models.UniqueConstraint(fields=["user", "translation_key"], name="one_progress_per_piece")]

    def __str__(self) -> str:
        return f"{self.user}: {self.translation_key}"

    @property
    def percent(self) -> int:
        """How much of the piece is behind the reader."""
        share = self.position / self.duration if self.duration else self.position / 100
        return round(min(share, 1) * 100)

    @property
    def clock(self) -> str:
        """The position in a recording as players show it."""
        return clock(self.position)

    @property
    def whole_clock(self) -> str:
        """The length of a recording as players show it."""
        return clock(self.duration or 0)


def clock(seconds: float) -> str:
    """Return seconds as minutes and seconds (`12:31`), with hours when there are any (`1:02:05`)."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class Usefulness(models.Model):
    """What a reader said when asked whether a page was useful; a visitor's answer names nobody."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    page = models.ForeignKey(KnowledgePage, on_delete=models.CASCADE, related_name="usefulness_answers")
    translation_key = models.UUIDField(editable=False)
    is_useful = models.BooleanField()
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    answered_at = models.DateTimeField(auto_now=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("answer on usefulness")
        verbose_name_plural = _("answers on usefulness")
        ordering = ["-answered_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "translation_key"], name="one_answer_per_piece")]

    def __str__(self) -> str:
        return f"{self.page_id}: {self.is_useful}"
