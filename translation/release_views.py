"""Publishing all languages of a page together: the page in the admin where it is switched on and off."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages
from wagtail.models import Page
from wagtail_localize.models import TranslationSource

from access.audiences import source_of
from members.models import User
from translation.models import JointRelease
from translation.releases import hold, let_go, state_of_languages
from translation.roles import ASSIGN


def may_release(user: User | AnonymousUser, page: Page) -> bool:
    """Tell whether somebody decides when the languages of a page come out: who may publish it and ask translators."""
    permissions = page.permissions_for_user(user)
    return bool(user.has_perm(ASSIGN) and permissions.can_edit() and permissions.can_publish())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def joint_release(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show how far the languages of a page are; POST holds them for a joint release, or lets them go.

    For those who may publish the original and ask translators.
    """
    page = get_object_or_404(Page, pk=page_id)
    if not may_release(request.user, page):
        raise PermissionDenied
    if (original := source_of(page)) is not None:
        return redirect("joint_release", original.pk)
    source = TranslationSource.objects.filter(object_id=page.translation_key, locale=page.locale_id).first()
    is_on = bool(source and JointRelease.objects.filter(source=source).exists())
    if request.method == "POST" and source is not None:
        if request.POST.get("do") == "hold" and not page.live:
            hold(source, request.user)  # type: ignore[arg-type]
            messages.success(request, _("All languages of this page will be published together."))
        elif request.POST.get("do") == "let_go":
            let_go(source)
            messages.success(request, _("Every language is published by itself again."))
        return redirect("joint_release", page.pk)
    return render(
        request,
        "translation/admin/joint_release.html",
        {
            "page": page,
            "page_title": _("Publish all languages together"),
            "page_subtitle": page.get_admin_display_title(),
            "header_icon": "wagtail-localize-language",
            "source": source,
            "is_on": is_on,
            "languages": state_of_languages(source),
        },
    )
