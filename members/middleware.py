"""Middleware about the person who asks."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext

from access.readers import ADMIN_PERMISSION, has_set_up_second_factor, is_lapsed

ADMIN = "/admin/"
# Pages made for one person only. What readers with the same rights share shows no local times.
OWN_PAGES = re.compile(rf"/({'|'.join(code for code, _name in settings.LANGUAGES)})/(account|accounts|my|people)/")


class RoleMiddleware:
    """Keeps the admin closed to those whose membership is paused or over, and to whoever lacks a second factor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Lead people with a role to the page that says what is missing (two queries, in the admin only)."""
        if request.path.startswith(ADMIN) and is_lapsed(request.user):
            return redirect("confirm_membership")
        if settings.SECOND_FACTOR_REQUIRED and request.path.startswith(ADMIN) and self._lacks_one(request):
            messages.warning(request, gettext("Your role needs a second factor. Set up a passkey or an app, please."))
            return redirect("mfa_index")
        return self.get_response(request)

    @staticmethod
    def _lacks_one(request: HttpRequest) -> bool:
        user = request.user
        return user.is_authenticated and user.has_perm(ADMIN_PERMISSION) and not has_set_up_second_factor(user)


class TimeZoneMiddleware:
    """Shows people times as their clocks do, on the pages that are theirs alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the time zone that somebody chose."""
        name = getattr(request.user, "time_zone", "") if OWN_PAGES.match(request.path) else ""
        if not name:
            return self.get_response(request)
        try:
            zone = zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):  # It was there when they chose it.
            return self.get_response(request)
        with timezone.override(zone):
            return self.get_response(request)
