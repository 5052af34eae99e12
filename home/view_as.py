"""Where an editor chooses whom to see the site as."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from access.readers import own_reader_of, reader_of
from access.view_as import SESSION_KEY, facts_of_persona, personas


def _next_address(request: HttpRequest) -> str:
    """Return where to go on, an address of this site only."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    is_here = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_here else f"/{get_language()}/"


@require_http_methods(["GET", "HEAD", "POST"])
def view_as(request: HttpRequest) -> HttpResponse:
    """Choose whom to see the site as, or stop (people with access to the admin; to others it is unknown)."""
    if not own_reader_of(request).edits:
        raise Http404
    address = _next_address(request)
    if request.method == "POST":
        persona = request.POST.get("persona", "")
        if facts_of_persona(persona) is None:
            request.session.pop(SESSION_KEY, None)
        else:
            request.session[SESSION_KEY] = persona
        return redirect(address)
    current = reader_of(request).persona
    return render(request, "home/view_as.html", {"personas": personas(), "current": current, "next": address})
