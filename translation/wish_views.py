"""The page on which a member asks for a translation."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from wagtail.models import Page

from access.policy import readable_pages
from access.readers import reader_of
from knowledge.addresses import address_of, reading_address_of
from knowledge.models import KnowledgePage
from members.models import User
from translation.models import TranslationWish
from translation.wishes import wish_for


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_translation(request: HttpRequest, page_id: int) -> HttpResponse:
    """Ask for a piece of knowledge in the language of the interface (members, for what they may read)."""
    reader = reader_of(request)
    if not reader.is_member or not isinstance(request.user, User):
        raise Http404
    pages = readable_pages(KnowledgePage.objects.filter(alias_of__isnull=True), reader)
    page = get_object_or_404(pages.select_related("locale"), pk=page_id)
    language = get_language() or "en"
    versions = Page.objects.filter(translation_key=page.translation_key, locale__language_code=language, live=True)
    there = readable_pages(versions.filter(alias_of__isnull=True), reader).first()
    if there is not None:
        messages.info(request, gettext("This is there in your language already."))
        return redirect(address_of(there))
    if request.method == "POST":
        wish_for(page.translation_key, language, request.user)
        messages.success(request, gettext("Thank you. The translators see what is asked for most."))
        return redirect(reading_address_of(page, language))
    wishes = TranslationWish.objects.filter(piece=page.translation_key, language=language)
    context = {
        "piece": page,
        "number": wishes.exclude(member=request.user).count(),
        "has_asked": wishes.filter(member=request.user).exists(),
    }
    return render(request, "translation/ask.html", context)
