"""Middleware of the project."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csp import ContentSecurityPolicyMiddleware as DjangoCSPMiddleware
from django.shortcuts import render


class UploadLimitMiddleware:
    """Refuses a body that is too large before a byte of it is read, with a page that says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 413 to a declared length above `UPLOAD_MAX_BYTES`."""
        length = request.headers.get("Content-Length", "")
        if length.isdigit() and int(length) > settings.UPLOAD_MAX_BYTES:
            limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
            return render(request, "413.html", {"limit": limit}, status=413)
        return self.get_response(request)


class ContentSecurityPolicyMiddleware(DjangoCSPMiddleware):
    """Django's, with the laxer policy that Wagtail's admin needs on its own addresses only."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Add the header; the admin's screens, and nothing else, get `ADMIN_CSP`."""
        if request.path.startswith("/admin/") and not hasattr(response, "_csp_config"):
            response._csp_config = settings.ADMIN_CSP  # type: ignore[attr-defined]
        return super().process_response(request, response)
