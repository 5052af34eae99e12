"""Whom to tell about a weakness of the site (RFC 9116)."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from access.readers import visitor
from home.queries import frame_for

# The RFC recommends less than a year; whoever keeps a copy must ask again.
VALID_DAYS = 180


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Return the contact: `SECURITY_CONTACT`, else the brand's e-mail address (public view); not found without one."""
    contact = settings.SECURITY_CONTACT
    if not contact:
        address = frame_for(visitor(), settings.LANGUAGE_CODE).contact_email
        contact = f"mailto:{address}" if address else ""
    if not contact:
        # Read by LocaleMiddleware, which would look for the address below a language.
        request.urlconf = ()  # type: ignore[assignment]
        raise Http404
    expires = timezone.now().replace(hour=0, minute=0, second=0) + datetime.timedelta(days=VALID_DAYS)
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}",
        f"Canonical: {settings.BASE_URL}{reverse('security_txt')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
