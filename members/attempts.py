"""Counting of failed attempts to sign in, so that guessing is slow and nobody can lock somebody else out.

Three counts, all of failures only:

- of an account from one address: few, quickly over;
- of an account from all addresses whose browser nobody signed in with before: many, so that a crowd of machines
  does not guess without end;
- of an account in a browser in which its owner signed in before, known by a signed cookie: its own count. So a
  crowd that fills the second one keeps out strangers, and the owner only where they never were; there, a passkey
  or a link to a new password still signs in.

All are kept by the address as it was typed, whether or not there is an account, so they tell nothing.
"""

from __future__ import annotations

import secrets

from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import RateLimitUsage
from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac

COOKIE = "known_browser"
COOKIE_SECONDS = 365 * 24 * 3600
SALT = "members.attempts"


def count_attempt(request: HttpRequest, email: str) -> RateLimitUsage | None:
    """Count an attempt to sign in with a password.

    Returns:
        What to take back when it succeeds; None when there were too many.
    """
    email = email.lower()
    browser = known_browser(request, email)
    if browser:
        return _count(request, "login_failed_in_known_browser", f"{email}|{browser}")
    from_here = _count(request, "login_failed", key_of_address(request, email))
    everywhere = _count(request, "login_failed_by_strangers", email) if from_here else None
    return RateLimitUsage([*from_here.usage, *everywhere.usage]) if from_here and everywhere else None


def forget_attempts(request: HttpRequest, email: str) -> None:
    """Begin to count anew, after somebody chose a new password by e-mail."""
    email = email.lower()
    for action, key in (("login_failed", key_of_address(request, email)), ("login_failed_by_strangers", email)):
        ratelimit.clear(request, app="allauth.account", action=action, key=key)


def key_of_address(request: HttpRequest, email: str) -> str:
    """Return what stands for an account as tried from the network address of a request."""
    return f"{email.lower()}|{ratelimit.get_ip(request)}"


def _count(request: HttpRequest, action: str, key: str) -> RateLimitUsage | None:
    return ratelimit.consume(request, app="allauth.account", action=action, key=key)


def known_browser(request: HttpRequest, email: str) -> str:
    """Return the name of a browser in which the owner of an account signed in before; nothing for others."""
    try:
        mark, name = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=COOKIE_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return name if mark == _mark(email) else ""


def remember_browser(request: HttpRequest, response: HttpResponseBase, email: str) -> None:
    """Let a browser in which somebody just signed in be known for their account, and for no other."""
    name = known_browser(request, email) or secrets.token_urlsafe(9)
    response.set_cookie(
        COOKIE,
        signing.dumps([_mark(email), name], salt=SALT),
        max_age=COOKIE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _mark(email: str) -> str:
    return salted_hmac(SALT, email.lower()).hexdigest()[:24]
