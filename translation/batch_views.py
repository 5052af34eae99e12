"""The desk's page where several files are taken over at once."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from translation.desk_views import DeskRequest, for_translators
from translation.exchange.batches import MOST_FILES, FileReport, import_files


@for_translators
@require_http_methods(["GET", "HEAD", "POST"])
def import_batch(request: DeskRequest) -> HttpResponse:
    """Show where files are sent; POST takes each over into the translation it is of (those that somebody may write)."""
    reports: list[FileReport] = []
    error = ""
    if request.method == "POST":
        reports = import_files(request.FILES.getlist("file"), request.user)
        if not reports:
            error = _("There is no file to import.")
    is_refused = error or any(each.refusal or (each.report and each.report.rejections) for each in reports)
    return render(
        request,
        "translation/admin/batch.html",
        {
            "page_title": _("Import files"),
            "header_icon": "doc-full-inverse",
            "reports": reports,
            "error": error,
            "most": MOST_FILES,
        },
        status=422 if is_refused else 200,
    )
