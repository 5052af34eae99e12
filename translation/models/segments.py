"""What is known of a segment's translation beyond its text, which wagtail-localize keeps.

A segment is a text at a place: wagtail-localize's `String` (the text, by its hash) and `TranslationContext` (the
place: a page and the path in it). Its translation into a locale is a `StringTranslation`. All that is kept here
names the same three, so that it outlives the segment: a text that comes back finds its translation and its history.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Locale
from wagtail_localize.models import String, StringTranslation, Translation, TranslationContext


class PendingApproval(models.Model):
    """That a person has still to approve a translated text. A text without such a row is approved.

    Attributes:
        reason: what it waits for.
    """

    class Reason(models.TextChoices):
        """Where the text is from, or who is to look at it."""

        DRAFT = "draft", _("Draft")
        MACHINE = "machine", _("Made by a machine")
        IMPORT = "import", _("Imported")
        REVIEW = "review", _("In review")

    text = models.OneToOneField(StringTranslation, on_delete=models.CASCADE, primary_key=True, related_name="pending")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("text to approve")
        verbose_name_plural = _("texts to approve")

    def __str__(self) -> str:
        return f"{self.text_id}: {self.reason}"


class SegmentVersion(models.Model):
    """One step in the history of a translated text; never changed, never deleted before its page.

    Attributes:
        act: what was done.
        origin: where the text came from, when it was written.
        person: who did it; nothing when the account is gone, or no person did it.
    """

    class Act(models.TextChoices):
        """What was done with a text."""

        WRITTEN = "written", _("Written")
        PROPOSED = "proposed", _("Handed to review")
        APPROVED = "approved", _("Approved")
        REMOVED = "removed", _("Removed")

    class Origin(models.TextChoices):
        """Where a text came from."""

        TYPED = "typed", _("Typed")
        MEMORY = "memory", _("From the memory")
        MACHINE = "machine", _("Made by a machine")
        IMPORT = "import", _("Imported")

    string = models.ForeignKey(String, on_delete=models.CASCADE, related_name="+")
    context = models.ForeignKey(TranslationContext, on_delete=models.CASCADE, related_name="+")
    locale = models.ForeignKey(Locale, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(blank=True)
    act = models.CharField(max_length=10, choices=Act.choices)
    origin = models.CharField(max_length=10, choices=Origin.choices, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("version of a segment")
        verbose_name_plural = _("versions of segments")
        permissions = [("use_desk", _("Can use the translators’ desk"))]
        indexes = [models.Index(fields=["context", "locale", "string"], name="translation_version_place")]

    def __str__(self) -> str:
        return f"{self.act} {self.at:%Y-%m-%d %H:%M}"


class ImportedFile(models.Model):
    """A file whose translations were taken over, with what it replaced, so that it can be undone.

    Attributes:
        file_name: as it was uploaded.
        before: by "string-context", what stood there: `data`, `type`, `tool` and `pending` of the text, or nothing.
        after: by the same keys, what the file put there.
        counts: the report: how many were accepted, unchanged, kept as drafts, of an earlier source.
    """

    translation = models.ForeignKey(Translation, on_delete=models.CASCADE, related_name="imported_files")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="imported_translations"
    )
    file_name = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")

    def __str__(self) -> str:
        return self.file_name


class SegmentDraft(models.Model):
    """What somebody has typed and not saved yet: it outlives a closed tab, and a save that came too late.

    Attributes:
        text: as it stands in the field, with placeholders; it may be half a sentence.
        base: when the translation was last written that the person began from; nothing if there was none.
    """

    translation = models.ForeignKey(Translation, on_delete=models.CASCADE, related_name="+")
    string = models.ForeignKey(String, on_delete=models.CASCADE, related_name="+")
    context = models.ForeignKey(TranslationContext, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="segment_drafts")
    text = models.TextField(blank=True)
    base = models.CharField(max_length=40, blank=True)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("draft of a segment")
        verbose_name_plural = _("drafts of segments")
        constraints = [
            models.UniqueConstraint(
                fields=["translation", "context", "string", "person"], name="translation_one_draft_each"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.translation_id}: {self.person_id}"


class SegmentComment(models.Model):
    """A question or a remark at a segment, for colleagues and editors; it is resolved where it stands."""

    translation = models.ForeignKey(Translation, on_delete=models.CASCADE, related_name="+")
    string = models.ForeignKey(String, on_delete=models.CASCADE, related_name="+")
    context = models.ForeignKey(TranslationContext, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="segment_comments"
    )
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("comment on a segment")
        verbose_name_plural = _("comments on segments")
        ordering = ["at"]

    def __str__(self) -> str:
        return self.text[:60]


class DismissedCheck(models.Model):
    """That a person has looked at what a check found in a text, and says why it is right all the same.

    Attributes:
        check_name: the check's name (see `translation.checks`).
        data: the text that was looked at; another text is checked anew.
    """

    text = models.ForeignKey(StringTranslation, on_delete=models.CASCADE, related_name="dismissed")
    check_name = models.CharField(max_length=40)
    data = models.TextField()
    note = models.CharField(max_length=200)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("dismissed check")
        verbose_name_plural = _("dismissed checks")
        constraints = [
            models.UniqueConstraint(fields=["text", "check_name"], name="translation_one_dismissal_a_check"),
        ]

    def __str__(self) -> str:
        return f"{self.text_id}: {self.check_name}"
