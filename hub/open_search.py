"""How browsers search the hub from their address bar (OpenSearch 1.1)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from access.readers import visitor
from access.sharing import share_among_equals
from home.queries import frame_for

# What the specification allows.
SHORT_NAME, LONG_NAME, DESCRIPTION = 16, 48, 1024


@require_safe
def open_search(request: HttpRequest) -> HttpResponse:
    """Return the description of the search in the active language (public view)."""
    language = get_language() or "en"
    frame = frame_for(visitor(), language)
    context = {
        "short_name": frame.name[:SHORT_NAME].strip(),
        "long_name": frame.name[:LONG_NAME].strip(),
        "description": (frame.tagline or frame.name)[:DESCRIPTION],
        "contact": frame.contact_email,
        "language": language,
        "site": f"{request.scheme}://{request.get_host()}",
    }
    answer = render(request, "hub/open_search.xml", context, content_type="application/opensearchdescription+xml")
    return share_among_equals(answer)
