"""Whole pages, kept for all readers with the same rights."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from access.generation import CACHE_SECONDS
from access.readers import reader_of
from members.profiles import reading_languages

# Below a language, all but the account's own pages; what has a form with a token is never kept.
PREFIXES = tuple(f"/{code}/" for code, _name in settings.LANGUAGES)
MAX_PATH = 512


class PageCacheMiddleware:
    """Keeps what readers with the same rights see at the same address.

    The key holds the content generation (see `access.generation`), so that every change shows at once, and
    the fingerprint of the reader's rights, so that nobody is given what was made for others. Editors are
    never served from it: their pages carry Wagtail's editing bar.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer from the cache, or keep the answer."""
        if not self.is_cacheable(request):
            return self.private(self.get_response(request))
        reader = reader_of(request)
        if reader.edits or reader.persona or self.has_messages(request):
            return self.private(self.get_response(request))
        text = f"{request.scheme}://{request.get_host()}{request.get_full_path()}"
        address = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        languages = ""
        if request.path.endswith("/search/"):
            # What is found is shown in the languages that its reader reads.
            languages = ",".join(reading_languages(reader.user, reader.generation))
        key = f"page:{reader.generation}:{reader.fingerprint}:{languages}:{address}"
        kept = cache.get(key)
        if kept is not None:
            content, headers = kept
            response = HttpResponse(content)
            for name, value in headers.items():
                response[name] = value
            return self.private(response)
        response = self.get_response(request)
        if hasattr(response, "render"):
            response.render()
        if self.is_keepable(request, response):
            headers = {name: value for name, value in response.items() if name not in {"Vary", "Set-Cookie"}}
            cache.set(key, (response.content, headers), CACHE_SECONDS)
        return self.private(response)

    @staticmethod
    def is_cacheable(request: HttpRequest) -> bool:
        """Tell whether answers at this address are the same for all readers with the same rights."""
        return (
            request.method in {"GET", "HEAD"}
            and request.path.startswith(PREFIXES)
            and len(request.get_full_path()) <= MAX_PATH
        )

    @staticmethod
    def has_messages(request: HttpRequest) -> bool:
        """Tell whether the reader is about to be told something once."""
        return bool(request.session.get("_messages"))

    @staticmethod
    def is_keepable(request: HttpRequest, response: HttpResponse) -> bool:
        """Tell whether an answer is complete, for everyone alike, and may be given again."""
        return (
            request.method == "GET"
            and response.status_code == 200
            and getattr(response, "is_shared_among_equals", False)
            and not response.streaming
            and not response.cookies
            and "no-store" not in response.get("Cache-Control", "")
            and b"csrfmiddlewaretoken" not in response.content
        )

    @staticmethod
    def private(response: HttpResponse) -> HttpResponse:
        """Tell browsers to ask again each time (they may keep a copy), and shared caches to keep nothing."""
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-cache"
        return response
