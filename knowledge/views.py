"""Files, untranslated pages, and records of reuse."""

from __future__ import annotations

import mimetypes
from pathlib import PurePosixPath
from typing import cast
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.db import models
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.models import Page

from access.policy import is_public_file, may_read_file, readable_pages
from access.readers import reader_of
from access.sharing import share_among_equals
from knowledge.addresses import address_of
from knowledge.forms import AdaptationForm
from knowledge.loading import load_specific, versions_of, with_surroundings
from knowledge.models import HubDocument, HubImage, HubRendition, KnowledgePage
from members.models import User

# Everything else is downloaded: a browser must never run what somebody uploaded.
SHOWN_IN_BROWSER = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "application/pdf"}
PUBLIC_SECONDS = 600
# Primary keys of pages are 32 bits; some databases fail at what is more.
MAX_ID = 2**31 - 1


def _file_record(path: str) -> models.Model | None:
    """Return the image or document that a stored file belongs to; None when it belongs to nothing."""
    rendition = HubRendition.objects.filter(file=path).select_related("image").first()
    if rendition is not None:
        return rendition.image
    return HubImage.objects.filter(file=path).first() or HubDocument.objects.filter(file=path).first()


@require_safe
def serve_file(request: HttpRequest, path: str) -> HttpResponseBase:
    """Hand out an uploaded file, if the reader may have it (public view; asks the policy).

    With `X_ACCEL_REDIRECT` the front server sends the bytes. A file that does not exist, belongs to
    nothing or is not for this reader is the same "not found".
    """
    if "\x00" in path or len(path) > 255:
        raise Http404
    record = _file_record(path)
    if record is None or not may_read_file(record, reader_of(request)) or not default_storage.exists(path):
        raise Http404
    content_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
    is_shown = content_type in SHOWN_IN_BROWSER
    if settings.X_ACCEL_REDIRECT:
        response: HttpResponseBase = HttpResponse(content_type=content_type)
        response["X-Accel-Redirect"] = f"{settings.X_ACCEL_REDIRECT.rstrip('/')}/{quote(path)}"
        name = quote(PurePosixPath(path).name)
        response["Content-Disposition"] = f"{'inline' if is_shown else 'attachment'}; filename*=utf-8''{name}"
    else:
        response = FileResponse(default_storage.open(path), content_type=content_type, as_attachment=not is_shown)
    is_public = is_public_file(record)
    response["Cache-Control"] = f"public, max-age={PUBLIC_SECONDS}" if is_public else "private, no-store"
    return response


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
    specific = load_specific(page)
    source = versions.get(getattr(specific, "source_language", ""))
    if source is not None and source.pk != page.pk:
        return redirect("read_in_source_language", source.pk)
    request.is_untranslated_view = True  # type: ignore[attr-defined]
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
