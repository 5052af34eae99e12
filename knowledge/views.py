"""Files, untranslated pages, and records of reuse."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any, cast
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.models import CollectionMember, Page

from access.models import EVERYONE, Audience
from access.policy import is_public_file, may_read_file, readable_pages
from access.readers import reader_of
from access.reading import PAGE_TAKEN, label_of_file, record_file_reading, record_page_reading
from access.sharing import keep_nowhere, share_among_equals
from knowledge import captions
from knowledge.addresses import address_of
from knowledge.forms import AdaptationForm
from knowledge.loading import load_specific, versions_of, with_surroundings
from knowledge.media_files import MEDIA_TYPES, media_type_of
from knowledge.models import HubDocument, HubImage, HubMedia, HubRendition, KnowledgePage, WebinarRecording
from knowledge.pdf import PDFUnavailableError
from knowledge.streaming import serve_stored
from knowledge.watermark import UnreadablePDFError, with_watermark
from members.models import User

# Everything else is downloaded: a browser must never run what somebody uploaded.
SHOWN_IN_BROWSER = {
    *("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "application/pdf"),
    *MEDIA_TYPES.values(),
}
PUBLIC_SECONDS = 600
# Primary keys of pages are 32 bits; some databases fail at what is more.
MAX_ID = 2**31 - 1


def _file_record(path: str) -> models.Model | None:
    """Return the image, document or recording that a stored file belongs to; None when it belongs to nothing."""
    rendition = HubRendition.objects.filter(file=path).select_related("image").first()
    if rendition is not None:
        return rendition.image
    models_of_files = (HubMedia,) if media_type_of(path) else (HubImage, HubDocument)
    return next((record for model in models_of_files if (record := model.objects.filter(file=path).first())), None)


@require_safe
def serve_file(request: HttpRequest, path: str) -> HttpResponseBase:
    """Hand out an uploaded file, if the reader may have it (public view; asks the policy).

    With `X_ACCEL_REDIRECT` the front server sends the bytes; an object storage does, at an address that is good for
    a minute (`knowledge.object_storage`). PDFs at TLP:AMBER or stricter name their reader on every sheet. A file that
    does not exist, belongs to nothing or is not for this reader is the same "not found".
    """
    if "\x00" in path or len(path) > 255:
        raise Http404
    record = _file_record(path)
    # The policy is asked about nothing too, so that it takes as long to say no.
    asked: Any = record or HubDocument(pk=0)
    is_public = is_public_file(asked)
    if not (is_public or may_read_file(asked, reader_of(request))) or record is None:
        raise Http404
    is_recorded = not is_public and record_file_reading(reader_of(request), record)
    content_type = media_type_of(path) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    name = quote(PurePosixPath(path).name)
    disposition = f"{'inline' if content_type in SHOWN_IN_BROWSER else 'attachment'}; filename*=utf-8''{name}"
    if is_recorded and content_type == "application/pdf":
        return _named_copy(request, record, path, disposition)
    if hasattr(default_storage, "signed_url"):
        return _sent_on(default_storage.signed_url, path, content_type, disposition)
    if not default_storage.exists(path):
        raise Http404
    if settings.X_ACCEL_REDIRECT:
        response: HttpResponseBase = HttpResponse(content_type=content_type)
        response["X-Accel-Redirect"] = f"{settings.X_ACCEL_REDIRECT.rstrip('/')}/{quote(path)}"
    else:
        response = serve_stored(request, default_storage, path, content_type)
    response["Content-Disposition"] = disposition
    response["Cache-Control"] = f"public, max-age={PUBLIC_SECONDS}" if is_public else "private, no-store"
    return response


def _named_copy(request: HttpRequest, record: CollectionMember, path: str, disposition: str) -> HttpResponse:
    """Give a restricted PDF with its reader's name on it; one on which nothing can be written is not handed out."""
    reader = reader_of(request)
    try:
        with default_storage.open(path) as file:
            content = with_watermark(file.read(), str(reader.user), label_of_file(record, reader))
    except FileNotFoundError as error:
        raise Http404 from error
    except (UnreadablePDFError, PDFUnavailableError) as error:
        context = {"is_unreadable": isinstance(error, UnreadablePDFError)}
        response = render(request, "knowledge/pdf_unavailable.html", context, status=503)
    else:
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = disposition
    response["Cache-Control"] = "private, no-store"
    return response


def _sent_on(sign: Callable[..., str], path: str, content_type: str, disposition: str) -> HttpResponse:
    """Send a reader who may have a file on to the object storage; nobody keeps the address that takes them there."""
    address = sign(path, settings.MEDIA_SIGNED_SECONDS, content_type=content_type, disposition=disposition)
    response = HttpResponseRedirect(address)
    response["Cache-Control"] = "private, no-store"
    return response


def _readable_recording(request: HttpRequest, page_id: int) -> WebinarRecording:
    """Return a recording that the reader may watch, in one language; else "not found"."""
    if page_id > MAX_ID:
        raise Http404
    recordings = WebinarRecording.objects.select_related("locale", "access")
    return get_object_or_404(readable_pages(recordings, reader_of(request)), pk=page_id)


def _text_file(request: HttpRequest, page: WebinarRecording, text: str, extension: str) -> HttpResponse:
    """Answer with a text of a recording, shown or (with `?download`) to keep."""
    is_restricted = record_page_reading(reader_of(request), page, PAGE_TAKEN, form=extension)
    content_type = {"vtt": "text/vtt", "txt": "text/plain"}[extension]
    response = HttpResponse(text, content_type=f"{content_type}; charset=utf-8")
    disposition = "attachment" if "download" in request.GET else "inline"
    name = quote(f"{page.slug}.{page.locale.language_code}.{extension}")
    response["Content-Disposition"] = f"{disposition}; filename*=utf-8''{name}"
    is_public = page.access.audience_id == Audience.objects.for_conditions(EVERYONE).pk
    response["Cache-Control"] = f"public, max-age={PUBLIC_SECONDS}" if is_public else "private, no-cache"
    return keep_nowhere(response) if is_restricted else response


@require_safe
def serve_captions(request: HttpRequest, page_id: int) -> HttpResponse:
    """Give the captions of a recording in the page's language as WebVTT (public view; asks the policy)."""
    page = _readable_recording(request, page_id)
    return _text_file(request, page, captions.write_captions(captions.cues_from(page.cues)), "vtt")


@require_safe
def serve_chapters(request: HttpRequest, page_id: int) -> HttpResponse:
    """Give the chapters of a recording as WebVTT (public view; asks the policy)."""
    page = _readable_recording(request, page_id)
    text = captions.write_chapters(captions.chapters_from(page.chapters), page.duration)
    return _text_file(request, page, text, "vtt")


@require_safe
def serve_transcript(request: HttpRequest, page_id: int) -> HttpResponse:
    """Give the transcript of a recording as plain text, headed by title and marking (public view; asks the policy)."""
    page = _readable_recording(request, page_id)
    lines = [page.title, f"TLP:{page.access.label}", ""]
    for passage in page.transcript:
        if passage.chapter:
            lines += [f"{passage.chapter.clock} {passage.chapter.text}", ""]
        for paragraph in passage.paragraphs:
            said = " ".join(" ".join(cue.text.split()) for cue in paragraph.cues)
            lines += [f"[{paragraph.clock}] {paragraph.speaker + ': ' if paragraph.speaker else ''}{said}", ""]
    return _text_file(request, page, "\n".join(lines), "txt")


@require_safe
def read_in_source_language(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show a page that is not translated into the active language, as it was written (public view).

    The frame is in the reader's language, the text in its own, and search engines are sent to the
    original. When there is a translation, the reader is sent to it.
    """
    reader = reader_of(request)
    page = get_object_or_404(with_surroundings(Page.objects.filter(alias_of__isnull=True), reader), pk=page_id)
    versions = versions_of(page, reader)
    translation = versions.get(get_language() or "")
    if translation is not None:
        return redirect(translation.address)
    specific = load_specific(page, reader)
    source = versions.get(getattr(specific, "source_language", ""))
    if source is not None and source.pk != page.pk:
        return redirect("read_in_source_language", source.pk)
    request.is_untranslated_view = True  # type: ignore[attr-defined]
    if record_page_reading(reader, specific):
        return keep_nowhere(specific.serve(request))
    return share_among_equals(specific.serve(request))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def record_adaptation(request: HttpRequest, page_id: int) -> HttpResponse:
    """Let a member record that their organisation reused a practice (members with an organisation only)."""
    if page_id > MAX_ID:
        raise Http404
    reader = reader_of(request)
    practice = get_object_or_404(readable_pages(KnowledgePage.objects.select_related("locale"), reader), pk=page_id)
    user = cast(User, request.user)
    organisation = user.organisation
    if not reader.is_member or organisation is None:
        messages.info(request, gettext("Only members with an organisation can record that it reused a practice."))
        return redirect(address_of(practice))
    form = AdaptationForm(request.POST or None, initial={"country": organisation.country})
    if request.method == "POST" and form.is_valid():
        form.instance.practice = practice
        form.instance.organisation = organisation
        form.instance.recorded_by = user
        form.save()
        messages.success(request, gettext("Thank you. Others can now see where this practice was taken up."))
        return redirect(address_of(practice))
    context = {"practice": practice, "form": form, "organisation": organisation}
    return render(request, "knowledge/record_adaptation.html", context)
