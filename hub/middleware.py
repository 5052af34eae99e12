"""Middleware of the project."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csp import ContentSecurityPolicyMiddleware as DjangoCSPMiddleware
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from wagtail.contrib.redirects.middleware import RedirectMiddleware as WagtailRedirectMiddleware
from wagtail.contrib.redirects.middleware import get_redirect
from wagtail.contrib.redirects.models import Redirect

from access.policy import may_read_page
from access.readers import reader_of


def _declares_more_than(most: int, request: HttpRequest) -> bool:
    length = request.headers.get("Content-Length", "")
    return length.isascii() and length.isdigit() and int(length) > most


def _refuse_above(most: int, request: HttpRequest) -> HttpResponse:
    return render(request, "413.html", {"limit": most // (1024 * 1024)}, status=413)


class UploadLimitMiddleware:
    """Refuses a body that is too large before a byte of it is read, with a page that says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 413 to a declared length above `UPLOAD_MAX_BYTES`, or `MEDIA_MAX_BYTES` for recordings."""
        is_recording = request.path.startswith(settings.MEDIA_UPLOAD_PREFIX)
        most = settings.MEDIA_MAX_BYTES if is_recording else settings.UPLOAD_MAX_BYTES
        if _declares_more_than(most, request):
            return _refuse_above(most, request)
        return self.get_response(request)


class CrossSiteMiddleware:
    """Tells browsers what pages may use of the machine, and that other sites may not load what is not public."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add Permissions-Policy, and Cross-Origin-Resource-Policy to all but what caches may share."""
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        is_public = "public" in response.get("Cache-Control", "")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if is_public else "same-origin")
        return response


class RecordingUploadMiddleware:
    """Refuses the large body of a recording to those who upload none, before a byte of it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 413 to a declared length above `UPLOAD_MAX_BYTES` from somebody outside the admin."""
        most = settings.UPLOAD_MAX_BYTES
        if _declares_more_than(most, request) and not reader_of(request).edits:
            return _refuse_above(most, request)
        return self.get_response(request)


class TextGZipMiddleware(GZipMiddleware):
    """Django's, for texts only: pictures and recordings are small already, and parts of them stay so."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress what is text."""
        kind = response.get("Content-Type", "").partition(";")[0]
        is_text = kind.startswith("text/") or kind.endswith(("json", "xml", "javascript"))
        is_part = response.has_header("Content-Range")
        return super().process_response(request, response) if is_text and not is_part else response


class SessionMiddleware(DjangoSessionMiddleware):
    """Django's, deaf to keys that no database takes: quoted in a cookie, a NUL gets this far."""

    def process_request(self, request: HttpRequest) -> None:
        """Take such a cookie for none."""
        if "\x00" in request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""):
            del request.COOKIES[settings.SESSION_COOKIE_NAME]
        super().process_request(request)


class ContentSecurityPolicyMiddleware(DjangoCSPMiddleware):
    """Django's, with the laxer policy that Wagtail's admin needs on its own addresses only."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Add the header; the admin's screens, and nothing else, get `ADMIN_CSP`."""
        if request.path.startswith("/admin/") and not hasattr(response, "_csp_config"):
            response._csp_config = settings.ADMIN_CSP  # type: ignore[attr-defined]
        return super().process_response(request, response)


class RedirectMiddleware(WagtailRedirectMiddleware):
    """Wagtail's, asking the policy: it remembers the old addresses of pages, and would give anybody the new ones."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Lead to a page only those who may read it; to others the old address is unknown."""
        answer = super().process_response(request, response)
        if answer is response:
            return response
        path = Redirect.normalise_path(request.get_full_path(), decode_unicode=False)
        redirect = get_redirect(request, path) or get_redirect(request, urlsplit(path).path)
        page = redirect.redirect_page
        return answer if page is None or may_read_page(page, reader_of(request)) else response
