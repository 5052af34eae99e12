"""Captions that were translated in another program: taken over cue by cue, all of them or none."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages
from wagtail_localize.models import StringSegment, StringTranslation, Translation
from wagtail_localize.strings import StringValue

from knowledge import captions
from knowledge.models import WebinarRecording
from knowledge.recording_form import read_captions_file
from translation.editing import written_as
from translation.limits import may_edit, translation_into
from translation.models import PendingApproval, SegmentVersion
from translation.roles import has_reviewers

# How far a cue may begin from the one it translates: programs round times to frames.
TOLERANCE = 1000


def match_cues(cues: list[captions.Cue], source: list[captions.Cue]) -> dict[str, str]:
    """Return the texts of translated cues by the identifier of the cue that each translates.

    Raises:
        ValidationError: there are more or fewer, or one begins at another time: it is not told which is which.
    """
    if len(cues) != len(source):
        raise ValidationError(
            _(
                "The number of cues differs (in the file: %(found)d, in the original: %(wanted)d). Translate the "
                "original’s file, and keep its times."
            )
            % {"found": len(cues), "wanted": len(source)}
        )
    for number, (cue, original) in enumerate(zip(cues, source, strict=True), start=1):
        if abs(cue.start - original.start) > TOLERANCE:
            raise ValidationError(
                _("Cue %(number)d begins at %(time)s, in the original at %(wanted)s. Keep the original’s times.")
                % {"number": number, "time": captions.clock(cue.start), "wanted": captions.clock(original.start)}
            )
    return {original.id: cue.text for cue, original in zip(cues, source, strict=True)}


@transaction.atomic
def take_captions(translation: Translation, texts: dict[str, str], user: Any) -> int:
    """Store texts as the translations of cues, by identifier, and renew the draft; return how many there were."""
    segments = StringSegment.objects.filter(source=translation.source, context__path__startswith="cues.")
    # A file is of one hand, which sent it: it needs the language's reviewer, if there is one, and no other approval.
    pending = PendingApproval.Reason.REVIEW if has_reviewers(translation.target_locale.language_code) else ""
    taken = 0
    with written_as(SegmentVersion.Origin.IMPORT, pending):
        for segment in segments.select_related("context"):
            text = texts.get(segment.context.path.partition(".")[2])
            if text is None:
                continue
            StringTranslation.objects.update_or_create(
                translation_of_id=segment.string_id,
                locale_id=translation.target_locale_id,
                context_id=segment.context_id,
                defaults={
                    "data": StringValue.from_plaintext(text).data,
                    "translation_type": StringTranslation.TRANSLATION_TYPE_MANUAL,
                    "tool_name": "",
                    "last_translated_by": user,
                    "has_error": False,
                    "field_error": "",
                },
            )
            taken += 1
    translation.save_target(user=user, publish=False)
    return taken


class TranslatedCaptionsForm(forms.Form):
    """A caption file in the language of a translation."""

    file = forms.FileField(
        label=gettext_lazy("Captions from a file"),
        help_text=gettext_lazy("WebVTT (.vtt) or SubRip (.srt), in UTF-8, with the times of the original."),
        widget=forms.FileInput(attrs={"accept": ".vtt,.srt,text/vtt"}),
    )

    def __init__(self, *args: Any, source: list[captions.Cue], language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source, self.language = source, language

    def clean_file(self) -> dict[str, str]:
        """Return the texts by the identifier of the cue that each translates."""
        cues = read_captions_file(self.cleaned_data["file"])
        if message := captions.find_wrong_language(cues, self.language):
            raise ValidationError(message)
        return match_cues(cues, self.source)


@require_http_methods(["GET", "HEAD", "POST"])
def upload_captions(request: HttpRequest, page_id: int) -> HttpResponse:
    """Take over captions into a translation of a recording (whoever may edit that translation)."""
    page = get_object_or_404(WebinarRecording.objects.select_related("locale"), pk=page_id)
    translation = translation_into(page)
    if not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    if translation is None or not may_edit(request.user, page):
        raise Http404
    source = get_object_or_404(
        WebinarRecording, translation_key=page.translation_key, locale=translation.source.locale_id
    )
    form = TranslatedCaptionsForm(
        request.POST or None,
        request.FILES or None,
        source=captions.cues_from(source.cues),
        language=page.locale.language_code,
    )
    if request.method == "POST" and form.is_valid():
        taken = take_captions(translation, form.cleaned_data["file"], request.user)
        messages.success(request, _("The captions were taken over as a draft (cues: %(count)d).") % {"count": taken})
        return redirect("wagtailadmin_pages:edit", page.pk)
    context = {
        "form": form,
        "page": page,
        "source_url": f"{reverse('captions', args=[source.pk])}?download",
        "page_title": _("Captions in %(language)s") % {"language": page.locale.get_display_name()},
    }
    return render(request, "translation/admin/upload_captions.html", context)
